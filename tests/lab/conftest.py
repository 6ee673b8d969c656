"""What every test against real servers may ask for."""

from collections.abc import Iterator

import pytest

from tests.lab.session import Lab
from tests.lab.times import TOOK, table


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    """The session's servers; all of them are ended when it ends."""
    servers = Lab()
    yield servers
    servers.close()


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say what each group cost: its servers' start, and the round over them."""
    if took := config.stash.get(TOOK, None):
        terminalreporter.section("groups of real servers")
        for line in table(took):
            terminalreporter.write_line(line)
