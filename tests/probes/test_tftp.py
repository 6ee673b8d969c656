"""What the TFTP probe makes of a real refusal, and of servers that refuse nothing."""

import pytest

from probes.tftp import READ, Tftp
from scanner.model import Access, Assessment, Service, Silence, Unknown
from scanner.probe import Answer
from scanner.wire import Garbled
from tests.transcripts import Transcript, asked, load, replay

PROBE = Tftp()


def real() -> Transcript:
    """Give the recorded refusal."""
    return load("tftp/5.2-open")


def test_a_server_without_the_file_is_identified() -> None:
    """One request, and the server's own words are not repeated."""
    found = replay(PROBE, real())

    assert isinstance(found, Assessment)
    assert (found.access, found.service) == (Access.IDENTIFIED, Service("tftp"))
    assert found.because.endswith("of ronde-no-such-file, there is no such file")
    assert asked(PROBE, real()) == [READ.name]


@pytest.mark.parametrize("code", [0, 2, 4, 8])
def test_any_refusal_identifies(code: int) -> None:
    """Servers refuse in different ways what they do not have."""
    found = replay(PROBE, real().with_payload(0, bytes([0, 5, 0, code]) + b"No\0"))

    assert isinstance(found, Assessment)
    assert found.because.endswith("of ronde-no-such-file, it was refused")


@pytest.mark.parametrize("data", [b"\0\3\0\1RONDE-CANARY", b"\0\6blksize\x001432\0"])
def test_a_server_that_sends_what_cannot_exist_proves_nothing(data: bytes) -> None:
    """A decoy has every file."""
    found = replay(PROBE, real().with_payload(0, data))

    assert isinstance(found, Unknown)
    assert (found.silence, found.service) == (Silence.HALF_PROOF, Service("tftp"))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\0\1ronde-no-such-file\0octet\0", id="our own request"),
        pytest.param(b"\0\3\0\2data", id="a block that is not the first"),
        pytest.param(b"\0\4\0\0", id="an acknowledgement"),
        pytest.param(b"\0\5\0\1File not found", id="a text without its end"),
        pytest.param(b"\0\5\0\1File\0not found\0", id="two texts"),
        pytest.param(b"\0\5\0\x09x\0", id="a code that there is not"),
        pytest.param(b"\0\5\0\1\x1b[2J\0", id="no text"),
    ],
)
def test_another_packet_is_garbled(data: bytes) -> None:
    """Echoes and other protocols are no server."""
    with pytest.raises(Garbled):
        PROBE.identify(Answer(data=data))
