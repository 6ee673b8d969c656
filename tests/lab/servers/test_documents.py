"""The doors of the document stores stand as their modes claim, judged without the scanner."""

import pytest

from tests.lab.servers.documents import Pouch, pouchdb_server
from tests.lab.servers.nginx import Front, nginx
from tests.lab.servers.process import CANARY
from tests.lab.servers.web import ask
from tests.lab.session import Lab

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]


@pytest.mark.parametrize("mode", [Pouch.OPEN, Pouch.ADMINISTRATOR])
def test_a_stranger_reads_a_document(lab: Lab, mode: Pouch) -> None:
    """An administrator alone keeps nobody out of a database that has no members."""
    server = lab.start(pouchdb_server, mode)
    assert CANARY.encode() in ask(server.port, "/faxes/1").body


def test_members_keep_a_stranger_out(lab: Lab) -> None:
    """The names are told all the same."""
    server = lab.start(pouchdb_server, Pouch.MEMBERS)
    assert ask(server.port, "/faxes/1").status == 401
    assert "faxes" in ask(server.port, "/_all_dbs").json()
    assert CANARY.encode() in ask(server.port, "/faxes/1", login=True).body


def test_a_proxy_keeps_a_stranger_out(lab: Lab) -> None:
    """The password opens it."""
    server = lab.start(nginx, Front.BASIC_AUTH, lab.start(pouchdb_server, Pouch.ADMINISTRATOR))
    assert ask(server.port, "/faxes/1").status == 401
    assert CANARY.encode() in ask(server.port, "/faxes/1", login=True).body
