"""Bolt, what Neo4j's drivers speak: chunks, messages, and PackStream, which they are written in.

Source: "Bolt Protocol" and "PackStream", https://neo4j.com/docs/bolt/current/
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, TypeAlias

from scanner.wire import Garbled
from scanner.wire.bigendian import Cursor

#: The first four bytes of every conversation.
MAGIC = bytes.fromhex("6060b017")

#: What we speak, best first: a distance below a minor version, the minor, the major.
#: 5.8 to 5.1, 4.4 to 4.1, 4.0, and nothing.
OFFERED = bytes.fromhex("00070805 00030404 00000004 00000000")

#: What a server can choose of that: five bytes would be another protocol.
CHOICES = frozenset((0, 0, minor, 5) for minor in range(1, 9)) | frozenset(
    (0, 0, minor, 4) for minor in range(5)
)
_CHOICE = 4

#: An answer to our listings has chunks of a few hundred bytes; the protocol allows 65,535.
MAX_REPLY = 1 << 20

#: Twenty thousand records, each a chunk and its end. A server that cuts its answer smaller would
#: have us walk for ever.
MAX_CHUNKS = 40_000

#: Lists in maps in a record: nothing that we ask for nests deeper.
MAX_DEPTH = 8

Value: TypeAlias = "bool | int | float | str | bytes | list[Value] | dict[str, Value] | None"


class Sign(IntEnum):
    """What a message of a server is; all but `RECORD` end the answer to one message of ours."""

    SUCCESS = 0x70
    RECORD = 0x71
    IGNORED = 0x7E
    FAILURE = 0x7F


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a server: what it is, and what it holds, `None` where it is empty."""

    sign: Sign
    content: Value

    def told(self, *names: str) -> str:
        """Give the first text that stands under one of the names, or nothing."""
        members = self.content if isinstance(self.content, dict) else {}
        texts = (members.get(name) for name in names)
        return next((text for text in texts if isinstance(text, str)), "")


def choice(data: bytes) -> int | None:
    """Give the length of the version that a server chose.

    Raises:
        Garbled: it is none that was offered; a server that knows none of them sends zeros.
    """
    told = tuple(data[:_CHOICE])
    if not any(one[: len(told)] == told for one in CHOICES):
        raise Garbled("expected a version of Bolt that was offered")
    return _CHOICE if len(told) == _CHOICE else None


def replies(number: int) -> Callable[[bytes], int | None]:
    """Frame the answers to so many messages, with the records before each."""

    def frame(data: bytes) -> int | None:
        ended = 0
        for content, at in _messages(data):
            ended += bool(content) and content[1] != Sign.RECORD
            if ended == number:
                return at
        return None

    return frame


def decode(data: bytes) -> list[Message]:
    """Read the messages of a frame.

    Raises:
        Garbled: one is none, or the frame breaks off.
    """
    end, read = 0, list[Message]()
    for content, end in _messages(data):  # noqa: B007 - where the last one ends is needed below
        if content:
            read.append(_read(content))
    if end != len(data):
        raise Garbled("a message that breaks off")
    return read


def message(sign: int, *fields: Value) -> bytes:
    """Write a message of ours in one chunk; ours stay far below the 65,535 bytes of one."""
    content = bytes((_STRUCTURE | len(fields), sign)) + b"".join(map(_packed, fields))
    return len(content).to_bytes(2) + content + b"\0\0"


def _messages(data: bytes) -> Iterator[tuple[bytes, int]]:
    """Join the chunks of each whole message, and say where it ends.

    One is empty where a server only says that it is alive.

    Raises:
        Garbled: something is no message of a server, or has too many chunks.
    """
    content, at = bytearray(), 0
    for _ in range(MAX_CHUNKS):
        size = int.from_bytes(data[at : at + 2])
        content += data[at + 2 : at + 2 + size]
        _check(content)
        at += 2 + size
        if at > len(data):
            return
        if size:
            continue
        if len(content) == 1:
            raise Garbled("a message without a sign")
        yield bytes(content), at
        content.clear()
    raise Garbled(f"an answer in more than {MAX_CHUNKS} chunks")


def _check(content: bytearray) -> None:
    """See the first two bytes, as far as they are there.

    Raises:
        Garbled: no message of a server begins so.
    """
    if content and content[0] not in {_STRUCTURE, _STRUCTURE + 1}:
        raise Garbled("expected a message of Bolt")
    if len(content) > 1 and content[1] not in _SIGNS:
        raise Garbled("expected an answer of Bolt")


def _read(content: bytes) -> Message:
    cursor = Cursor(content)
    has_field = cursor.take(1)[0] & 1
    sign = Sign(cursor.take(1)[0])
    field = _value(cursor, MAX_DEPTH) if has_field else None
    if cursor.left:
        raise Garbled("a message that is longer than its fields")
    return Message(sign, field)


#: High halves of markers whose low half is a size.
_TEXT: Final = 0x80
_LIST: Final = 0x90
_MAP: Final = 0xA0
_STRUCTURE: Final = 0xB0
_BYTES: Final = 0xCC  # has no short form
_SHORT = frozenset({_TEXT, _LIST, _MAP, _STRUCTURE})

#: Markers behind which a size of so many bytes follows.
_LONG = {
    first + place: (kind, 1 << place)
    for kind, first in ((_BYTES, 0xCC), (_TEXT, 0xD0), (_LIST, 0xD4), (_MAP, 0xD8))
    for place in range(3)
}

#: Markers that are a whole value, and those of integers of 1, 2, 4, 8 bytes.
_CONSTANTS = {0xC0: None, 0xC2: False, 0xC3: True}
_INTEGERS = {0xC8: 1, 0xC9: 2, 0xCA: 4, 0xCB: 8}
_FLOAT = 0xC1

#: Integers from -16 to 127 are their own marker.
_SMALL = frozenset((*range(0x80), *range(0xF0, 0x100)))

_SIGNS = frozenset(Sign)


def _value(cursor: Cursor, depth: int) -> Value:
    """Read one value.

    Raises:
        Garbled: an unknown marker, too deep, or longer than the message.
    """
    marker = cursor.take(1)[0]
    if marker in _SMALL:
        return marker if marker < _TEXT else marker - 0x100
    if marker in _CONSTANTS:
        return _CONSTANTS[marker]
    if marker in _INTEGERS:
        return cursor.integer(_INTEGERS[marker])
    if marker == _FLOAT:
        return float(struct.unpack(">d", cursor.take(8))[0])
    return _sized(cursor, marker, depth)


def _sized(cursor: Cursor, marker: int, depth: int) -> Value:
    kind, size = _kind(cursor, marker)
    if depth == 0 or size > cursor.left:
        raise Garbled("a value that is deeper or longer than its message")
    if kind == _TEXT:
        return cursor.take(size).decode("utf-8", "replace")
    if kind == _BYTES:
        return cursor.take(size)
    if kind == _MAP:
        return dict(_member(cursor, depth - 1) for _ in range(size))
    cursor.take(kind == _STRUCTURE)  # its type: no answer to our asks has one
    return [_value(cursor, depth - 1) for _ in range(size)]


def _kind(cursor: Cursor, marker: int) -> tuple[int, int]:
    if marker & 0xF0 in _SHORT:
        return marker & 0xF0, marker & 0x0F
    if marker not in _LONG:
        raise Garbled("a marker that PackStream does not know")
    kind, width = _LONG[marker]
    return kind, int.from_bytes(cursor.take(width))


def _member(cursor: Cursor, depth: int) -> tuple[str, Value]:
    key = _value(cursor, depth)
    if not isinstance(key, str):
        raise Garbled("expected text as a key")
    return key, _value(cursor, depth)


def _packed(value: Value) -> bytes:
    """Write what our messages hold: short texts and maps, and small integers."""
    match value:
        case str():
            return bytes((0xD0, len(value.encode()))) + value.encode()
        case dict():
            members = (_packed(key) + _packed(one) for key, one in value.items())
            return bytes((_MAP | len(value),)) + b"".join(members)
        case int():
            return value.to_bytes(1, signed=True)
        case _:
            raise TypeError(type(value))
