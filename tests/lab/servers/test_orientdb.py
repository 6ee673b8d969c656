"""OrientDB's doors stand as their modes claim, judged without the scanner."""

import pytest

from tests.lab.servers.nginx import Front, nginx
from tests.lab.servers.orientdb import orientdb
from tests.lab.servers.process import CANARY
from tests.lab.servers.web import ask
from tests.lab.session import Lab

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]

QUERY = "/query/faxes/sql/select%20from%20Fax"


def test_a_stranger_is_told_names_and_reads_nothing(lab: Lab) -> None:
    """A user reads the documents."""
    server = lab.start(orientdb)
    assert "faxes" in ask(server.port, "/listDatabases").json()["databases"]
    assert ask(server.port, QUERY).status == 401
    assert CANARY.encode() in ask(server.port, QUERY, login=True).body


def test_a_proxy_keeps_the_names_in(lab: Lab) -> None:
    """The password opens both doors."""
    server = lab.start(nginx, Front.BASIC_AUTH, lab.start(orientdb))
    assert ask(server.port, "/listDatabases").status == 401
    assert "faxes" in ask(server.port, "/listDatabases", login=True).json()["databases"]
