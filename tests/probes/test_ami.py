"""What the probe for Asterisk's manager makes of its greeting."""

import pytest

from probes.ami import Ami
from scanner.model import Access, Assessment, Service, TlsFacts
from scanner.probe import Answer, Listen
from tests.transcripts import asked, load, replay

PROBE = Ami()
GREETING = b"Asterisk Call Manager/13.0.0\r\n"


@pytest.mark.parametrize(("name", "version"), [("13.0", "13.0.0"), ("1.1", "1.1")])
def test_the_interface_is_only_identified(name: str, version: str) -> None:
    """It always demands a log-in, so it is never called open; the version is the protocol's."""
    found = replay(PROBE, load(f"ami/{name}"))

    assert isinstance(found, Assessment)
    assert found.access is Access.IDENTIFIED
    assert found.service == Service("asterisk-manager", version)
    assert found.because == "the control interface can be reached in clear; no log-in was tried"


def test_tls_is_told() -> None:
    """A secret that crosses in clear is worth a word, one that does not is as well."""
    tls = TlsFacts(version="TLSv1.3", cipher="TLS_AES_256_GCM_SHA384")
    (found,) = [done.value for done in [_ended(Answer(data=GREETING, tls=tls))]]

    assert found.because == "the control interface can be reached over TLS; no log-in was tried"


def test_nothing_is_said() -> None:
    """Each socket that does not log in counts against the server's limit of fifty."""
    assert asked(PROBE, load("ami/13.0")) == ["greeting"]
    assert [type(ask) for ask in PROBE.about.asks] == [Listen]


@pytest.mark.parametrize(
    "data", [b"", b"YATE 6.4.0 ready\r\n", b"Asterisk/20.5.0\r\n", b"220 ready\r\n"]
)
def test_another_greeting_is_not_identified(data: bytes) -> None:
    """Other telephone systems listen on that port, too."""
    assert PROBE.identify(Answer(data=data)) is None


def _ended(front: Answer) -> StopIteration:
    """Drive a dialogue that asks nothing to its end."""
    with pytest.raises(StopIteration) as ended:
        next(PROBE.assess(front))
    return ended.value
