"""Spoils inputs: half of the time so that the framing still holds, and what is inside does not.

Random bytes seldom get beyond the first four of any protocol. So a payload keeps its length, or
the number in its head that tells the length is set right again; a JSON document stays one.
"""

import random
import re
from collections.abc import Callable, Sequence

import msgspec

from tests.fuzz.dialogues import Turn, packed, unpacked
from tests.fuzz.target import LONGEST

#: Where in a head the length of what follows is looked for, and how wide it may be, in bytes.
_HEAD = 24
_WIDTHS = (4, 2, 3, 1)

#: How often something grows to what may be read at most: that is slow.
_RARELY = 1 / 2_000

#: Numbers at which readers slip: the ends of what fits, counts that cannot be true.
_NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)

#: What stands in JSON where it should not.
_WRONG: tuple[object, ...] = (
    *(None, True, False, 0, -1, 1 << 63, 1 << 70, 1e308, "", "0", "\0", "é\u202e", "a" * 300),
    *([], {}, [None], {"": None}, [[]], {"a": {"a": {}}}),
)

_TOKEN = re.compile(rb"[A-Za-z0-9_]+|[^A-Za-z0-9_]")


def mutated(data: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    """Spoil an input that one reader reads as a whole; `others` are of the same kind."""
    way = chance.choice(_WAYS)
    if chance.random() < _RARELY:
        way = swollen
    spoilt = way(data, chance)
    if others and chance.random() < 1 / 16:
        spoilt = _spliced(spoilt, chance.choice(others), chance)
    return spoilt[:LONGEST]


def mutated_turns(data: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    """Spoil a conversation: one of its turns, or their order."""
    turns = unpacked(data) or [Turn(0, b"")]
    place = chance.randrange(len(turns))
    if chance.random() < 1 / 8:
        foreign = unpacked(chance.choice(others)) if others else []
        turns = _reordered(turns, place, foreign or turns, chance)
    else:
        turn = turns[place]
        turns[place] = turn._replace(payload=_page_kept(turn.payload, chance))
    return packed([turn._replace(payload=turn.payload[:LONGEST]) for turn in turns])


def _reordered(
    turns: list[Turn], place: int, foreign: list[Turn], chance: random.Random
) -> list[Turn]:
    match chance.randrange(5):
        case 0:
            return turns[:place]
        case 1:
            return [*turns[:place], *turns[place + 1 :]]
        case 2:
            return [*turns[:place], turns[place], *turns[place:]]
        case 3:
            return [*turns[:place], chance.choice(foreign), *turns[place + 1 :]]
        case _:
            kind = chance.randrange(8)
            return [*turns[:place], turns[place]._replace(kind=kind), *turns[place + 1 :]]


def _page_kept(payload: bytes, chance: random.Random) -> bytes:
    """Spoil a payload; of a page either the head or the body, seldom what is between them."""
    head, gap, body = payload.partition(b"\n\n")
    if not gap or chance.random() < 1 / 16:
        return mutated(payload, chance, ())
    match chance.randrange(8):
        case 0:
            status = chance.choice((b"200", b"204", b"302", b"401", b"403", b"404", b"500"))
            return status + head[3:] + gap + body
        case 1:
            return mutated(head, chance, ()) + gap + body
        case _:
            return head + gap + mutated(body, chance, ())


def rewritten(data: bytes, chance: random.Random) -> bytes:
    """Put another value in one place of a document; what is none is spoilt in another way."""
    try:
        document = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return overwritten(data, chance)
    return msgspec.json.encode(_swapped(document, chance))


def _swapped(value: object, chance: random.Random) -> object:
    deeper = chance.random() < 0.85
    if deeper and isinstance(value, dict) and value:
        key = chance.choice(list(value))
        return {**value, key: _swapped(value[key], chance)}
    if deeper and isinstance(value, list) and value:
        place = chance.randrange(len(value))
        return [*value[:place], _swapped(value[place], chance), *value[place + 1 :]]
    match chance.randrange(3), value:
        case 0, dict() if value:
            gone = chance.choice(list(value))
            return {key: below for key, below in value.items() if key != gone}
        case 0, list():
            return value * chance.choice((0, 2, 50))
        case 1, str():
            return value + chance.choice(("", "x", "\0", "/..", " ", "9" * 40))
        case _:
            return chance.choice(_WRONG)


def overwritten(data: bytes, chance: random.Random) -> bytes:
    """Change bytes where they stand, so that every length is still true."""
    spoilt = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 8)) if spoilt else 0):
        spoilt[chance.randrange(len(spoilt))] = chance.choice(
            (0, 0x20, 0xFF, chance.randrange(256))
        )
    return bytes(spoilt)


def _numbered(data: bytes, chance: random.Random) -> bytes:
    """Write a number over some bytes: lengths and counts among them become lies."""
    width = chance.choice(_WIDTHS)
    if len(data) < width:
        return data
    number = chance.choice((*_NUMBERS, len(data), len(data) + 1)) & (1 << 8 * width) - 1
    at = chance.randrange(min(len(data) - width + 1, chance.choice((_HEAD, len(data)))))
    return data[:at] + number.to_bytes(width, chance.choice(("big", "little"))) + data[at + width :]


def resized(data: bytes, chance: random.Random) -> bytes:
    """Put something in or take something out, and set the length in the head right again."""
    at, many = chance.randrange(len(data) + 1), chance.choice((1, 2, 4, 16, 200))
    filling = chance.choice((bytes(many), b"\xff" * many, data[at : at + many], b"A" * many))
    spoilt = data[:at] + filling + data[at + chance.choice((0, many)) :]
    return _with_length(data, spoilt)


def _with_length(data: bytes, spoilt: bytes) -> bytes:
    """Find the number that tells the length of `data`, and let it tell that of `spoilt`."""
    for width in _WIDTHS:
        for at in range(min(_HEAD, len(data) - width)):
            for order in ("big", "little"):
                told = int.from_bytes(data[at : at + width], order)
                missing = len(data) - told  # what of a message its length leaves out
                if told and missing in {0, at, at + width} and len(spoilt) > at + width:
                    number = max(0, len(spoilt) - missing) & (1 << 8 * width) - 1
                    set_ = number.to_bytes(width, order)
                    return spoilt[:at] + set_ + spoilt[at + width :]
    return spoilt


def _tokens(data: bytes, chance: random.Random) -> bytes:
    """Repeat, drop or swap words and signs of a text."""
    tokens = _TOKEN.findall(data[: LONGEST // 8])
    if not tokens:
        return data
    at, to = chance.randrange(len(tokens)), chance.randrange(len(tokens))
    match chance.randrange(4):
        case 0:
            tokens[at] = b""
        case 1:
            tokens[at] *= chance.choice((2, 3, 100))
        case 2:
            tokens[at] = tokens[to]
        case _:
            tokens[at] = chance.choice((b"-1", b"99999999999999999999", b"\0", b"%", b'"', b"\r\n"))
    return b"".join(tokens)


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def swollen(data: bytes, chance: random.Random) -> bytes:
    """Repeat a piece until the input is as long as may be: work that grows shows itself."""
    at = chance.randrange(len(data) + 1)
    piece = data[at : at + chance.choice((1, 2, 5, 30, 300))] or b"["
    return _with_length(data, (data[:at] + piece * (LONGEST // len(piece)))[:LONGEST])


def _spliced(data: bytes, other: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)] + other[chance.randrange(len(other) + 1) :]


_WAYS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    *(rewritten, rewritten, overwritten, overwritten, _numbered, resized, _tokens, _cut),
)
