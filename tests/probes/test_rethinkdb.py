"""What the RethinkDB probe makes of a server's handshake."""

import pytest

from probes.rethinkdb import RethinkDb
from scanner.model import Access, Assessment, Service
from scanner.probe import Answer
from scanner.wire import Garbled
from tests.transcripts import asked, load, replay

PROBE = RethinkDb()


@pytest.mark.parametrize(("name", "version"), [("2.4-handshake", "2.4.1"), ("2.2-handshake", None)])
def test_a_server_is_identified_and_no_more(name: str, version: str | None) -> None:
    """Who lists tables must say who he is; an empty password of `admin` would be a guess."""
    transcript = load(f"rethinkdb/{name}")
    found = replay(PROBE, transcript)

    assert isinstance(found, Assessment)
    assert (found.access, found.service) == (Access.IDENTIFIED, Service("rethinkdb", version))
    assert asked(PROBE, transcript) == ["handshake V1_0"]


def test_a_version_that_is_none_is_not_kept() -> None:
    """What a server calls its version is its own text."""
    told = b'{"success":true,"max_protocol_version":0,"server_version":"RONDE-CANARY"}\0'

    assert PROBE.identify(Answer(data=told)) == Service("rethinkdb")


@pytest.mark.parametrize("data", [b"{}\0", b"ERROR\0", b"220 mail.example ESMTP\r\n"])
def test_another_service_is_garbled(data: bytes) -> None:
    """A text that ends with a zero is no greeting yet."""
    with pytest.raises(Garbled):
        PROBE.identify(Answer(data=data))
