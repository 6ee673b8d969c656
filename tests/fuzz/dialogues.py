"""The harness of a probe: a conversation in which the fuzzer is the server.

An input is a row of replies, in the order in which they are asked for; behind the last one the
server is silent. A reply is one byte that says what it is, three of length, and its payload: for
a page a line with the status, the headers, an empty line and the body; for a stream what comes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple, cast

from probes import PROBES
from scanner.conversation import Limits
from scanner.model import PROVEN, Assessment, Closed, Outcome, Silence, Unknown
from scanner.probe import (
    Answer,
    AnyProbe,
    Ask,
    CountLines,
    Datagram,
    Fixed,
    Get,
    HangUp,
    NoAnswer,
    Page,
    Reply,
)
from scanner.wire import Garbled
from tests.fuzz.target import LONGEST, Target
from tests.transcripts import Recorded, Replay, load, names

#: A byte of kind and three of length.
HEAD = 4

#: What else a server does than reply; each is the kind of a turn, counted from 1.
SILENCES = (Silence.TIMEOUT, Silence.CLOSED, Silence.RESET, Silence.GARBLED, Silence.TOO_LARGE)

_ASKS = Limits().asks

#: What a server of nothing says: no verdict of an open door may rest on it.
_NOISE = b"\xff\0noise"


class Turn(NamedTuple):
    """What the server does once: it replies, or it is silent in the way that `kind` counts."""

    kind: int
    payload: bytes


def packed(turns: Sequence[Turn]) -> bytes:
    """Write turns as an input."""
    return b"".join(bytes([kind]) + len(data).to_bytes(3) + data for kind, data in turns)


def unpacked(data: bytes) -> list[Turn]:
    """Read an input, whatever it is: a length beyond its end is up to its end."""
    turns, at = list[Turn](), 0
    while at + HEAD <= len(data) and len(turns) < _ASKS:
        end = at + HEAD + int.from_bytes(data[at + 1 : at + HEAD])
        turns.append(Turn(data[at], data[at + HEAD : end]))
        at = end
    return turns


@dataclass(slots=True)
class Server:
    """Takes its turns, and then says nothing; the gate between it and the probe is imitated."""

    probe: AnyProbe
    turns: Sequence[Turn]
    again: bool = False
    asked: int = field(default=0)

    def converse(self) -> Outcome | None:
        """Give the outcome, or None for a server that was not recognised.

        Raises:
            AssertionError: an ask that was not declared, or a dialogue without a verdict.
        """
        probe: Any = self.probe  # its own front decides which reply it is handed
        try:
            front = self._reply(probe.about.front)
            if probe.identify(front) is None:
                return None
            return self._driven(probe.assess(front))
        except NoAnswer as none:
            return Unknown(none.silence, none.why)
        except Garbled as garbled:
            return Unknown(Silence.GARBLED, str(garbled))

    def _driven(self, dialogue: Any) -> Outcome:
        step, passed = dialogue.send, cast("Any", None)
        while True:
            try:
                ask = step(passed)
            except StopIteration as done:
                return _verdict(done.value)
            assert self.probe.about.declares(ask), f"not declared: {ask}"
            try:
                step, passed = dialogue.send, self._reply(ask)
            except NoAnswer as none:
                step, passed = dialogue.throw, none

    def _reply(self, ask: Ask) -> Reply:
        _sendable(ask)
        if isinstance(ask, HangUp):
            return Answer(data=b"")
        if self.asked == _ASKS:
            raise NoAnswer(Silence.TOO_LARGE, "more asks than a conversation may have")
        turn = self._turn()
        self.asked += 1
        if turn.kind % 8 in range(1, len(SILENCES) + 1):
            silence = SILENCES[turn.kind % 8 - 1]
            if silence is Silence.TIMEOUT and getattr(ask, "silence_answers", False):
                return Answer(data=b"")
            raise NoAnswer(silence, "")
        if len(turn.payload) > ask.max_bytes:
            raise NoAnswer(Silence.TOO_LARGE, "")
        return page(turn.payload) if isinstance(ask, Get | Fixed) else answer(ask, turn.payload)

    def _turn(self) -> Turn:
        place = 0 if self.again else self.asked
        return self.turns[place] if place < len(self.turns) else Turn(1, b"")


def _verdict(value: object) -> Outcome:
    assert isinstance(value, Assessment | Closed | Unknown), "no verdict"
    return value


def _sendable(ask: Ask) -> None:
    """Write the ask as it would go out: what a server said may be in it."""
    if isinstance(ask, Get | Fixed):
        assert ask.target.startswith("/")
        assert ask.target.isascii()
    elif not isinstance(ask, Datagram | HangUp):
        getattr(ask, "payload", None)


def page(payload: bytes) -> Page:
    """Read a page out of a payload; what is no status is 200."""
    head, _, body = payload.partition(b"\n\n")
    first, *lines = head.decode("latin-1").split("\n")
    status = int(first) if first.isascii() and first.isdigit() and len(first) == len("200") else 200
    parts = (line.partition(": ") for line in lines)
    return Page(status=status, headers={name: value for name, _, value in parts}, body=body)


def answer(ask: Any, payload: bytes) -> Answer:
    """Frame a payload as the gate does; a frame that stays incomplete is a closed connection."""
    if isinstance(ask, Datagram):
        return Answer(data=payload)
    size = _size(ask, payload)
    if not isinstance(ask, CountLines):
        return Answer(data=payload[:size])
    if payload.startswith(b"1"):  # the listing was served: a second reply ends it
        size += _size(ask, payload[size:])
    return Answer(data=payload[:size], lines=payload.count(b"\n"))


def _size(ask: Any, payload: bytes) -> int:
    try:
        size: int | None = ask.framing(payload)
    except Garbled as garbled:
        raise NoAnswer(Silence.GARBLED, str(garbled)) from garbled
    if size is None:
        raise NoAnswer(Silence.CLOSED, "")
    return size


def is_open(outcome: Outcome | None) -> bool:
    """Tell whether a verdict says that the door is open."""
    return isinstance(outcome, Assessment) and outcome.access in PROVEN


def converse(probe: AnyProbe, data: bytes) -> None:
    """Let a probe converse, and hold an open door to its proof.

    Whoever has one reply for everything, or noise behind the first one, has proved nothing.

    Raises:
        AssertionError: an open door out of garbage, an undeclared ask, no verdict.
    """
    turns = unpacked(data)
    if not is_open(Server(probe, turns).converse()):
        return
    for turn in set(turns):
        assert not is_open(Server(probe, [turn], again=True).converse()), "a parrot is open"
    noise = [turns[0], *(Turn(0, _NOISE) for _ in turns[1:])]
    assert not is_open(Server(probe, noise).converse()), "noise is open"


class _Recorder(Replay):
    """A replay that keeps the turns of the server."""

    def __init__(self, probe: AnyProbe, name: str) -> None:
        super().__init__(probe, load(name), unrecorded_is_silence=True)
        self.turns: list[Turn] = []

    def _reply(self, ask: Ask) -> Reply:
        found = next((one for one in self._left if one.answers(ask)), None)
        if not isinstance(ask, HangUp):
            self.turns.append(_turn(ask, found))
        return Replay._reply(self, ask)  # noqa: SLF001 - the class that this one is of


def _turn(ask: Ask, found: Recorded | None) -> Turn:
    if found is None or found.silence is not None:
        kinds = SILENCES if found is None else (found.silence,)
        return Turn(1 + SILENCES.index(kinds[0]) if kinds[0] in SILENCES else 2, b"")
    if not isinstance(ask, Get | Fixed):
        return Turn(0, found.payload)
    lines = [str(found.status), *(f"{name}: {value}" for name, value in found.headers.items())]
    return Turn(0, "\n".join(lines).encode("latin-1", "replace") + b"\n\n" + found.payload)


def recorded(probe: AnyProbe) -> Iterator[bytes]:
    """Give the recorded conversations of a probe as inputs, those that are not too long."""
    for name in names(probe.about.name):
        replay = _Recorder(probe, name)
        replay.run()
        if len(turns := packed(replay.turns)) <= LONGEST:
            yield turns


def dialogues() -> Iterator[Target]:
    """Give the harness of each probe."""
    for probe in PROBES:
        yield Target(
            f"probe-{probe.about.name}", partial(converse, probe), partial(recorded, probe)
        )
