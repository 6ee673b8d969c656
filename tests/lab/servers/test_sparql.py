"""The doors of the SPARQL servers stand as their modes claim, judged without the scanner."""

import pytest

from tests.lab.servers.nginx import Front, nginx
from tests.lab.servers.process import CANARY
from tests.lab.servers.sparql import READ, fuseki, said, virtuoso
from tests.lab.session import Lab

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]


def test_a_stranger_reads_a_triple_of_virtuoso(lab: Lab) -> None:
    """Its account for strangers may read every graph."""
    assert CANARY.encode() in said(lab.start(virtuoso), "/sparql", READ)[1]


def test_a_proxy_keeps_virtuoso_shut(lab: Lab) -> None:
    """A password is asked for before the query."""
    server = lab.start(nginx, Front.BASIC_AUTH, lab.start(virtuoso))
    assert said(server, "/sparql", READ)[0] == 401


def test_a_stranger_reads_a_triple_of_fuseki(lab: Lab) -> None:
    """No user is known to it."""
    assert CANARY.encode() in said(lab.start(fuseki), "/faxes/query", READ)[1]


def test_a_password_keeps_fuseki_shut(lab: Lab) -> None:
    """The password opens it."""
    server = lab.start(fuseki, locked=True)
    assert said(server, "/faxes/query", READ)[0] == 401
    assert CANARY.encode() in said(server, "/faxes/query", READ, login=True)[1]
