"""What the ActiveFax probe makes of telnet servers."""

import pytest

from probes.activefax import ActiveFax
from scanner.model import Access, Assessment, Service
from scanner.probe import Answer, Listen
from tests.transcripts import asked, load, replay

PROBE = ActiveFax()


def test_a_server_is_identified_by_its_welcome() -> None:
    """Nothing is proved, and no choice of its menu is made."""
    found = replay(PROBE, load("activefax/telnet"))

    assert isinstance(found, Assessment)
    assert (found.access, found.service) == (Access.IDENTIFIED, Service("activefax"))
    assert asked(PROBE, load("activefax/telnet")) == ["greeting"]


def test_nothing_is_sent() -> None:
    """Not even an answer to the options of telnet."""
    assert [type(ask) for ask in PROBE.about.asks] == [Listen]


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xfd\x18login: ", b"Welcome at ActiveFax Server.", b"\xff\xfb\x01\xff\xfb\x03\r\n"],
)
def test_another_welcome_is_not_identified(data: bytes) -> None:
    """Options, screen and words are one."""
    assert PROBE.identify(Answer(data=data)) is None
