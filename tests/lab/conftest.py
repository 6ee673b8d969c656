"""What every test against real servers may ask for."""

from collections.abc import Iterator

import pytest

from tests.lab.session import Lab


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    """The session's servers; all of them are ended when it ends."""
    servers = Lab()
    yield servers
    servers.close()
