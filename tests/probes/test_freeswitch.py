"""What the probe for FreeSWITCH's event socket makes of its greetings."""

import pytest

from probes.freeswitch import Freeswitch
from scanner.model import Access, Assessment, Service
from scanner.probe import Answer, Listen
from tests.transcripts import asked, load, replay

PROBE = Freeswitch()


@pytest.mark.parametrize(
    ("name", "because"),
    [
        ("demands", "demands a password of our address, in clear; none was tried"),
        ("rejects", "turns our address away"),
    ],
)
def test_both_greetings_are_locked_and_told_apart(name: str, because: str) -> None:
    """One is a password away from the host, the other not even that."""
    found = replay(PROBE, load(f"freeswitch/{name}"))

    assert isinstance(found, Assessment)
    assert (found.access, found.service) == (Access.LOCKED, Service("freeswitch"))
    assert found.because == because


def test_no_password_is_tried() -> None:
    """The one that is shipped is known to everybody, and is still a guess."""
    assert asked(PROBE, load("freeswitch/demands")) == ["greeting"]
    assert [type(ask) for ask in PROBE.about.asks] == [Listen]


@pytest.mark.parametrize(
    "data", [b"", b"Content-Type: text/html\n\n", b"HTTP/1.1 400 Bad Request\r\n\r\n"]
)
def test_another_greeting_is_not_identified(data: bytes) -> None:
    """Many speak of content types; two of them are this server's."""
    assert PROBE.identify(Answer(data=data)) is None
