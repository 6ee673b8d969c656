"""The doors of Trino stand as their modes claim, judged without the scanner."""

import httpx
import pytest

from tests.lab.servers.process import Running
from tests.lab.servers.trino import trino
from tests.lab.session import Lab

pytestmark = [pytest.mark.real, pytest.mark.timeout(200)]


def query(server: Running) -> int:
    """Send a statement under a name that nobody has, and give the status."""
    with httpx.Client(trust_env=False, timeout=30) as client:
        headers = {"X-Trino-User": "nobody-at-all"}
        return client.post(
            f"{server.url}/v1/statement", content="SELECT 1", headers=headers
        ).status_code


def test_any_name_is_believed(lab: Lab) -> None:
    """A statement is taken from somebody who does not exist."""
    assert query(lab.start(trino)) == 200


def test_a_token_is_wanted(lab: Lab) -> None:
    """The same name is not enough."""
    assert query(lab.start(trino, locked=True)) in {401, 403}
