"""The doors of record systems stand as their modes claim, judged without the scanner."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.lab.capture import capturing
from tests.lab.rounds import walk
from tests.lab.servers.nginx import Front, nginx
from tests.lab.servers.process import CANARY, Running
from tests.lab.servers.records import called, hapi, heard, interface, node_interface, tryton
from tests.lab.servers.tls import connect
from tests.lab.servers.web import ask
from tests.lab.session import Lab

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]


def test_an_interface_takes_what_anybody_sends() -> None:
    """What a round may never do: even an empty block is taken, and acknowledged."""
    with Lab.ready(interface()) as server:
        with connect(server.address, server.port, tls=False) as stream:
            stream.sendall(b"\x0b\x1c\r")
            assert stream.recv(4096).startswith(b"\x0bMSH|")
        assert heard(server) == ["0"]


@pytest.mark.parametrize("make", [interface, node_interface])
def test_a_round_sends_an_interface_not_one_byte(
    make: Callable[[], AbstractContextManager[Running]], tmp_path: Path
) -> None:
    """By its own count, and in every packet of the round; the program says so as well."""
    with Lab.ready(make()) as server:
        with Lab.ready(capturing()) as captured:
            walked = walk(tmp_path, server)
        assert heard(server) == []
    assert captured.dropped == 0
    assert captured.carried(server.port) == 0
    assert "a first word, or silence" in walked.asks
    assert walked.coverage.bytes_sent == 0


def test_a_stranger_reads_patients_of_hapi_fhir(lab: Lab) -> None:
    """All of them in one search; a count hands out none."""
    server = lab.start(hapi)
    assert ask(server.port, "/fhir/Patient").body.count(CANARY.encode()) == 3
    assert CANARY.encode() not in ask(server.port, "/fhir/Patient?_summary=count").body


def test_rules_keep_hapi_fhir_shut(lab: Lab) -> None:
    """Its statement is everybody's all the same."""
    server = lab.start(hapi, locked=True)
    assert ask(server.port, "/fhir/metadata").status == 200
    assert ask(server.port, "/fhir/Patient").status == 403


def test_a_proxy_keeps_hapi_fhir_shut(lab: Lab) -> None:
    """A password is asked for before anything."""
    server = lab.start(nginx, Front.BASIC_AUTH, lab.start(hapi))
    assert ask(server.port, "/fhir/metadata").status == 401


def test_a_stranger_is_told_the_databases_of_tryton(lab: Lab) -> None:
    """Nothing of what is in them: that wants a login."""
    server = lab.start(tryton)
    assert called(server.port, "common.db.list") == ["health"]
    method = {"id": 1, "method": "model.res.user.search", "params": [[], 0, 1, None, {}]}
    assert ask(server.port, "/health/", method="POST", body=method).status == 401


def test_tryton_can_keep_its_databases_to_itself(lab: Lab) -> None:
    """Its version is everybody's all the same."""
    server = lab.start(tryton, locked=True)
    assert called(server.port, "common.db.list") == 403
    assert called(server.port, "common.server.version") == server.version
