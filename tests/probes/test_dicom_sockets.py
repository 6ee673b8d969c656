"""DICOM over real sockets: servers that are none, that never end, and that say too much."""

from dataclasses import dataclass, field

import anyio
import pytest
from anyio.abc import ByteStream

from probes import PROBES
from probes.dicom import ASSOCIATE, RELEASE
from probes.dicomfind import ABORT, FIND
from scanner.conversation import Limits
from scanner.demo.listen import Serve, listening
from scanner.identify import hearings
from scanner.model import Access, Assessment, Endpoint, Silence, Unknown
from scanner.probe import Visit
from scanner.visit import visit
from scanner.wire import dicom, dimse
from tests.fakes.gates import Trail, gate_to_loopback
from tests.fakes.scripted import Drips, Says
from tests.transcripts import load

pytestmark = pytest.mark.anyio

ACCEPTANCE, MATCH = (one.payload for one in load("dicomfind/ignores-the-key").exchanges[:2])
PATIENT = b"\4\0\0\0\0\x16\0\0\0\x12\5\2" + b"\x10\0\x10\0\x08\0\0\0RONDE^X "
PORT = 104


@dataclass(slots=True)
class Archive:
    """Accepts every association; answers each further message by the next of its replies."""

    replies: tuple[bytes, ...] = ()
    heard: bytes = b""
    connections: int = 0
    ended: anyio.Event = field(default_factory=anyio.Event)

    async def __call__(self, stream: ByteStream) -> None:
        """Serve one connection, to its end."""
        self.connections += 1
        for reply in (ACCEPTANCE, *self.replies):
            self.heard += await stream.receive()
            await stream.send(reply)
        async for said in stream:
            self.heard += said
        self.ended.set()


async def visited(
    serve: Serve, probe: str, trail: Trail | None = None, *, until: anyio.Event | None = None
) -> Visit:
    """Visit a server once, as on port 104; then wait until it has seen the end."""
    chosen = [one for one in PROBES if one.about.name == probe]
    gate = gate_to_loopback(limits=Limits(ask=0.3), trail=trail)
    async with listening(serve) as (address, port):
        made = await visit(gate, Endpoint(address=address, port=port), hearings(chosen, {}, PORT))
        if until is not None:
            with anyio.fail_after(5):
                await until.wait()
    assert made is not None
    return made


async def test_a_web_server_on_the_port_is_known_by_its_first_byte() -> None:
    """It is not waited for, and not asked again."""
    trail = Trail()
    made = await visited(Says(b"HTTP/1.1 400 Bad Request\r\n", holds=True), "dicom", trail)

    assert isinstance(made.outcome, Unknown)
    assert made.outcome.silence is Silence.GARBLED
    assert [act.ask for act in trail.acts] == [ASSOCIATE.name]


async def test_a_server_that_never_answers_a_release_is_bounded_and_recorded() -> None:
    """By the deadline of an ask; its association ends with the connection."""
    archive, trail = Archive(), Trail()
    made = await visited(archive, "dicom", trail, until=archive.ended)

    assert isinstance(made.outcome, Unknown)
    assert made.outcome.why.endswith("its release was not answered")
    assert [(act.ask, act.end) for act in trail.acts] == [
        (ASSOCIATE.name, "answered"),
        (RELEASE.name, "timeout"),
    ]
    assert (archive.connections, archive.heard) == (1, dicom.associate() + dicom.release())


async def test_a_match_ends_in_an_abort_and_the_patient_is_given_to_nobody() -> None:
    """Cancelled, aborted and closed, at once."""
    archive, trail = Archive((MATCH + PATIENT,)), Trail()
    made = await visited(archive, "dicomfind", trail, until=archive.ended)

    assert isinstance(made.outcome, Assessment)
    assert made.outcome.access is Access.OPEN
    assert archive.heard.endswith(dimse.cancel() + dicom.abort())
    assert [act.ask for act in trail.acts] == [ASSOCIATE.name, FIND.name, ABORT.name]
    assert "RONDE^X" not in str((made, trail))


async def test_an_acceptance_that_drips_is_given_up() -> None:
    """One deadline for the whole answer."""
    made = await visited(Drips(ACCEPTANCE, seconds=0.05), "dicom")

    assert isinstance(made.outcome, Unknown)
    assert made.outcome.silence is Silence.TIMEOUT
