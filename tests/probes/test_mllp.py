"""What the MLLP probe makes of interfaces that are silent, greet, pour, or are something else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import anyio
import pytest
from anyio.abc import ByteStream

from probes import PROBES
from probes.elasticsearch import Elasticsearch
from probes.mllp import GREETED, POURS, SILENT, Mllp
from scanner.demo.listen import listening
from scanner.identify import hearings
from scanner.model import Access, Assessment, Confidence, Endpoint, Service, Silence, Unknown
from scanner.probe import AnyProbe, Visit
from scanner.visit import visit
from tests.fakes.gates import Trail, gate_to_loopback
from tests.transcripts import asked, load, replay

PROBE = Mllp()
PATIENT = "DOE^JANE"

#: A sender that hands its messages to whoever connects.
MESSAGE = f"\x0bMSH|^~\\&|WARD|H|||20261122||ADT^A01|1|P|2.3\rPID|1||7||{PATIENT}\r\x1c\r".encode()

WITHOUT_EXTRAS: Mapping[str, frozenset[int]] = MappingProxyType({})


@dataclass(slots=True)
class Interface:
    """Says its first word, if it has one, and keeps what is said to it until the peer hangs up."""

    said: bytes = b""
    hangs_up: bool = False
    connections: int = 0
    heard: bytearray = field(default_factory=bytearray)

    async def __call__(self, stream: ByteStream) -> None:
        """Serve one connection."""
        self.connections += 1
        await stream.send(self.said)
        if self.hangs_up:
            return
        try:
            while True:
                self.heard += await stream.receive()
        except anyio.EndOfStream:
            return


async def visited(interface: Interface, *probes: AnyProbe, trail: Trail | None = None) -> Visit:
    """Visit an interface as if it stood on the port that is registered for HL7."""
    async with listening(interface) as (address, port):
        fronts = hearings(probes or PROBES, WITHOUT_EXTRAS, 2575)
        endpoint = Endpoint(address=address, port=port)
        made = await visit(gate_to_loopback(trail=trail), endpoint, fronts)
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("name", "service", "because", "confidence"),
    [
        ("python-hl7-0.4.5-silent", Service("mllp"), SILENT, Confidence.PROBABLE),
        ("rhapsody-6.2-greets", Service("rhapsody", "6.2.1"), GREETED, Confidence.CONFIRMED),
    ],
)
def test_a_listener_is_told_of_and_never_called_open(
    name: str, service: Service, because: str, confidence: Confidence
) -> None:
    """There is nothing that one could ask, and nothing in MLLP that could refuse it."""
    found = replay(PROBE, load(f"mllp/{name}"))

    assert isinstance(found, Assessment)
    assert (found.access, found.service) == (Access.IDENTIFIED, service)
    assert (found.because, found.confidence) == (because, confidence)
    assert "ask the interface team" in found.because


def test_a_sender_that_pours_is_half_a_proof() -> None:
    """A message came to whoever connects; that something would be refused cannot be seen."""
    transcript = load("mllp/sender-pours")

    assert replay(PROBE, transcript) == Unknown(Silence.HALF_PROOF, POURS, Service("mllp"))
    assert asked(PROBE, transcript) == ["a first word, or silence"]


@pytest.mark.parametrize("banner", ["SSH-2.0-OpenSSH_9.6\r\n", "220 ready\r\n", "HTTP/1.1 400\r\n"])
def test_what_speaks_another_protocol_first_is_no_interface(banner: str) -> None:
    """Its first byte is enough to leave."""
    spoken = load("mllp/python-hl7-0.4.5-silent").with_reply(0, silence=None, text=banner)
    outcome = replay(PROBE, spoken)

    assert isinstance(outcome, Unknown)
    assert outcome.silence is Silence.GARBLED


@pytest.mark.anyio
class TestOnTheWire:
    """What an interface sees of a visit."""

    async def test_not_one_byte_is_sent_to_a_silent_interface(self) -> None:
        """It is connected to once, listened to, and left."""
        interface, trail = Interface(), Trail()
        made = await visited(interface, trail=trail)

        assert isinstance(made.outcome, Assessment)
        assert made.outcome.access is Access.IDENTIFIED
        assert (interface.connections, bytes(interface.heard)) == (1, b"")
        assert [(act.ask, act.sent) for act in trail.acts] == [("a first word, or silence", 0)]

    async def test_nothing_is_kept_of_a_message_that_is_poured(self) -> None:
        """One byte says that it is one."""
        interface = Interface(said=MESSAGE)
        made = await visited(interface)

        assert made.outcome == Unknown(Silence.HALF_PROOF, POURS, Service("mllp"))
        assert PATIENT not in repr(made)
        assert bytes(interface.heard) == b""

    @pytest.mark.parametrize("said", [b"", b"\x15\x03\x01\x00\x02\x02\x28", b"\x16\x03"])
    async def test_no_handshake_is_begun_with_one_that_hangs_up(self, said: bytes) -> None:
        """Elsewhere a port that closes without a word, or speaks TLS first, is tried over TLS."""
        interface = Interface(said=said, hangs_up=True)
        made = await visited(interface)

        assert isinstance(made.outcome, Unknown)
        assert (interface.connections, bytes(interface.heard)) == (1, b"")

    async def test_nobody_else_speaks_there(self) -> None:
        """Not even a probe that the port was given to by mistake."""
        only, everywhere = Mllp(), Elasticsearch()
        (front,) = hearings((everywhere, only), {"elasticsearch": frozenset({2575})}, 2575)

        assert [opening.probes for opening in front.openings] == [(only,)]
        assert front.clear_only
