"""The doors of Spark stand as their modes claim, judged without the scanner."""

import pytest

from tests.lab.servers.nginx import Front, nginx
from tests.lab.servers.spark import history, master
from tests.lab.session import Lab
from tests.lab.stranger import fetch

pytestmark = [pytest.mark.real, pytest.mark.timeout(200)]


def test_a_stranger_sees_the_state_of_a_cluster(lab: Lab) -> None:
    """A master has no account as it ships."""
    assert fetch(lab.start(master), "/json/").json()["status"] == "ALIVE"


def test_a_stranger_lists_the_history(lab: Lab) -> None:
    """It is empty, and nobody asks who he is."""
    assert fetch(lab.start(history), "/api/v1/applications").json() == []


def test_a_proxy_keeps_a_stranger_out(lab: Lab) -> None:
    """The password opens it."""
    server = lab.start(nginx, Front.BASIC_AUTH, lab.start(master))
    assert fetch(server, "/json/").status_code == 401
    assert fetch(server, "/json/", login=True).json()["status"] == "ALIVE"
