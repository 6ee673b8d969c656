"""Recorded replies of servers, and the driver that hands them to a probe without any socket.

A transcript is `tests/transcripts/FAMILY/NAME.json`:

    {"server": "what answered, its version and how it was set up",
     "source": "only if it was not recorded: the source file or manual that it was written after",
     "exchanges": [{"ask": "GET /", "status": 200, "headers": {...}, "json": {...}}, ...]}

`ask` is the ask's `name`; `arguments` are what `fill` put into it. The reply is one of `json`,
`text`, `hex`, `bson` (extended JSON, framed as OP_MSG or, with `"opcode": 1`, as OP_REPLY), or
`silence` when the server gave none. `lines` belongs to a `CountLines`. A `HangUp` is not recorded.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

import msgspec
from bson import encode, json_util

from scanner.model import Outcome, Silence, Unknown
from scanner.probe import (
    Answer,
    AnyProbe,
    Ask,
    CountLines,
    Datagram,
    Fixed,
    Get,
    HangUp,
    HttpAsk,
    NoAnswer,
    Page,
    Reply,
    Undeclared,
)
from scanner.wire import Garbled

HERE = Path(__file__).parent

#: What the gate lets one conversation ask.
MOST_ASKS = 400

OP_REPLY = 1
OP_MSG = 2013


class Recorded(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One ask and what came back."""

    ask: str
    arguments: tuple[str, ...] = ()
    status: int = 200
    headers: dict[str, str] = {}
    json: msgspec.Raw = msgspec.Raw()
    text: str | None = None
    hex: str | None = None
    bson: dict[str, Any] | None = None
    opcode: int = OP_MSG
    lines: int = 0
    silence: Silence | None = None

    def answers(self, ask: Ask) -> bool:
        """Tell whether this is the reply to an ask."""
        return self.ask == ask.name and self.arguments == getattr(ask, "arguments", ())

    @property
    def document(self) -> object:
        """The reply as JSON, or None where it is none."""
        try:
            return msgspec.json.decode(self.payload)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None

    @property
    def payload(self) -> bytes:
        """The reply's bytes: a body, or a frame of a stream."""
        if document := bytes(self.json):
            return document
        if self.bson is not None:
            return _framed(self.bson, self.opcode)
        return bytes.fromhex(self.hex) if self.hex is not None else (self.text or "").encode()


class Transcript(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything that one server answered.

    `server` begins with product and version. `source` is there when no real server was recorded:
    it says what the replies were written after.
    """

    server: str
    source: str | None = None
    exchanges: tuple[Recorded, ...]

    def with_reply(self, place: int, **changes: Any) -> "Transcript":
        """Change one reply: what a proxy, a liar or a broken server would have sent."""
        changed = msgspec.structs.replace(self.exchanges[place], **changes)
        before, after = self.exchanges[:place], self.exchanges[place + 1 :]
        return msgspec.structs.replace(self, exchanges=(*before, changed, *after))

    def with_json(self, place: int, document: object) -> "Transcript":
        """Put another JSON document into one reply."""
        return self.with_payload(place, msgspec.json.encode(document))

    def until(self, place: int) -> "Transcript":
        """Break the conversation off before one reply."""
        return msgspec.structs.replace(self, exchanges=self.exchanges[:place])

    def with_payload(self, place: int, payload: bytes) -> "Transcript":
        """Put other bytes into one reply: truncated ones, garbage."""
        return self.with_reply(place, json=msgspec.Raw(), bson=None, hex=payload.hex())


@dataclass(slots=True)
class Replay:
    """A conversation over a transcript: each recorded exchange answers once, in its order."""

    probe: AnyProbe
    transcript: Transcript
    unrecorded_is_silence: bool = False
    asked: list[str] = field(default_factory=list)
    _left: list[Recorded] = field(init=False)

    def __post_init__(self) -> None:
        """Start with every exchange unused."""
        self._left = list(self.transcript.exchanges)

    def run(self) -> Outcome:
        """Drive the probe as the scanner does: silence is thrown in, garble is an outcome.

        Raises:
            Undeclared: the probe asked for what it did not declare.
            AssertionError: the probe asked for what the transcript does not hold.
        """
        probe: Any = self.probe  # its own front decides which reply it is handed
        service = None
        try:
            front = self._reply(probe.about.front)
            service = probe.identify(front)
            if service is None:
                return Unknown(Silence.UNRECOGNISED, "")
            return self._converse(probe.assess(front))
        except NoAnswer as none:
            return Unknown(none.silence, none.why, service)
        except Garbled as garbled:
            return Unknown(Silence.GARBLED, str(garbled), service)

    def _converse(self, dialogue: Any) -> Outcome:
        step, passed = dialogue.send, cast("Any", None)
        while True:
            try:
                ask = step(passed)
            except StopIteration as done:
                outcome: Outcome = done.value
                return outcome
            try:
                step, passed = dialogue.send, self._reply(ask)
            except NoAnswer as none:
                step, passed = dialogue.throw, none

    def _reply(self, ask: Ask) -> Reply:
        if not self.probe.about.declares(ask):
            raise Undeclared(ask.name)
        self.asked.append(ask.name)
        if isinstance(ask, HangUp):
            return Answer(data=b"")
        found = next((one for one in self._left if one.answers(ask)), None)
        if found is None and self.unrecorded_is_silence:
            raise NoAnswer(Silence.TIMEOUT, "nothing was recorded")
        assert found is not None, f"not recorded: {ask.name} {getattr(ask, 'arguments', ())}"
        self._left.remove(found)
        if found.silence is Silence.TIMEOUT and getattr(ask, "silence_answers", False):
            return Answer(data=b"")
        if found.silence is not None:
            raise NoAnswer(found.silence, "the recorded server gave no answer")
        return _page(ask, found) if isinstance(ask, Get | Fixed) else _answer(ask, found)


class Parrot(Replay):
    """A server that has one reply, and gives it to every ask."""

    def __init__(self, probe: AnyProbe, reply: Recorded) -> None:
        """Take the one reply."""
        super().__init__(probe, Transcript(server="a parrot", exchanges=(reply,)))

    def _reply(self, ask: Ask) -> Reply:
        assert len(self.asked) < MOST_ASKS, "the probe asks for ever"
        self.asked.append(ask.name)
        if isinstance(ask, HangUp):
            return Answer(data=b"")
        (found,) = self.transcript.exchanges
        return _page(ask, found) if isinstance(ask, Get | Fixed) else _answer(ask, found)


def load(name: str) -> Transcript:
    """Read `FAMILY/NAME` from this folder."""
    return msgspec.json.decode((HERE / f"{name}.json").read_bytes(), type=Transcript)


def names(probe: str) -> list[str]:
    """Name every transcript of a probe, as `load` takes them."""
    return sorted(f"{probe}/{path.stem}" for path in (HERE / probe).glob("*.json"))


def replay(
    probe: AnyProbe, transcript: Transcript, *, unrecorded_is_silence: bool = False
) -> Outcome:
    """Give the outcome of a recorded conversation."""
    return Replay(probe, transcript, unrecorded_is_silence=unrecorded_is_silence).run()


def answering(
    probe: AnyProbe, payload: bytes, headers: Mapping[str, str] = MappingProxyType({})
) -> Outcome:
    """Give the outcome of a conversation with a server that answers everything alike."""
    return Parrot(probe, Recorded(ask="", headers=dict(headers), hex=payload.hex())).run()


def asked(probe: AnyProbe, transcript: Transcript) -> list[str]:
    """Name the asks that the probe sent, in order."""
    conversation = Replay(probe, transcript)
    conversation.run()
    return conversation.asked


def _page(ask: HttpAsk, found: Recorded) -> Page:
    if len(found.payload) > ask.max_bytes:
        raise NoAnswer(Silence.TOO_LARGE, "the recorded page is longer than the ask allows")
    return Page(status=found.status, headers=found.headers, body=found.payload)


def _answer(ask: Any, found: Recorded) -> Answer:
    """Frame the bytes as the gate does; a frame that stays incomplete is a closed connection.

    A datagram is its own frame.
    """
    if isinstance(ask, Datagram):
        if len(found.payload) > ask.max_bytes:
            raise NoAnswer(Silence.TOO_LARGE, "the recorded datagram is longer than the ask allows")
        return Answer(data=found.payload)
    size = _size(ask, found.payload)
    if not isinstance(ask, CountLines):
        return Answer(data=found.payload[:size])
    if found.payload.startswith(b"1"):  # the listing was served: a second reply ends it
        size += _size(ask, found.payload[size:])
    return Answer(data=found.payload[:size], lines=found.lines)


def _size(ask: Any, payload: bytes) -> int:
    try:
        size: int | None = ask.framing(payload)
    except Garbled as garbled:  # as the gate does
        raise NoAnswer(Silence.GARBLED, str(garbled)) from garbled
    if size is None:
        raise NoAnswer(Silence.CLOSED, "the recorded frame is incomplete")
    return size


def _framed(document: dict[str, Any], opcode: int) -> bytes:
    body = encode(json_util.loads(msgspec.json.encode(document)))
    head = struct.pack("<iqii", 8, 0, 0, 1) if opcode == OP_REPLY else struct.pack("<ib", 0, 0)
    return struct.pack("<iiii", 16 + len(head) + len(body), 1, 0, opcode) + head + body
