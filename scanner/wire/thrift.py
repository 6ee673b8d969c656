"""Thrift's binary protocol: calls whose arguments are texts, and whatever answers them.

Source: `thrift-binary-protocol.md` of Apache Thrift, strict messages on an unframed transport. A
server that wants SASL first refuses such a message in the words of that handshake (`thriftsasl`).
"""

from dataclasses import dataclass
from typing import Final, TypeAlias

from scanner.wire import Garbled, thriftsasl

REPLY: Final = 2

#: Structures of answers nest three deep: result, exception, its text.
MAX_DEPTH: Final = 16

#: An answer is a list of names; 20,000 of fifty letters.
MAX_REPLY: Final = 1 << 20

#: That many names, and as many other values: an answer is read again whenever more of it has come.
MAX_VALUES: Final = 20_000

_STRICT: Final = b"\x80\x01\x00"
_CALL: Final = 1
_STOP: Final = 0
_TEXT: Final = 11
_STRUCT: Final = 12
_LIST: Final = 15

#: How `TSaslTransport.java` reads the first byte of a message, in vain: 0x80 as a signed number.
_INVALID_STATUS: Final = b"Invalid status -128"

#: What the other types take: boolean, byte, double, and the three lengths of integers.
_SIZES: Final = {2: 1, 3: 1, 4: 8, 6: 2, 8: 4, 10: 8}

#: How many types a map, a set and a list name for what they hold.
_OF: Final = {13: 2, 14: 1, _LIST: 1}

#: A value as it came: bytes of a scalar or a text, a list, the members of a structure.
Value: TypeAlias = "bytes | Texts | list[Value] | dict[int, Value]"


@dataclass(frozen=True, slots=True)
class Texts:
    """A list whose server says that texts are in it."""

    said: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """What answers a call; `fields` are those of its result: 0 is success, others are errors."""

    kind: int
    method: str
    fields: dict[int, Value]

    def answers(self, method: str) -> bool:
        """Tell whether this is a result of that method; an exception of Thrift itself is none."""
        return self.kind == REPLY and self.method == method

    def names(self) -> list[str]:
        """Read a success that is a list of texts.

        Raises:
            Garbled: it is none.
        """
        listed = self.fields.get(0)
        if not isinstance(listed, Texts):
            raise Garbled("expected a list of texts as the result")
        return [name.decode("utf-8", "replace") for name in listed.said]


def call(method: str, *arguments: str) -> bytes:
    """Write a call; its arguments are texts, numbered from 1."""
    fields = b"".join(
        bytes([_TEXT]) + number.to_bytes(2) + _text(argument)
        for number, argument in enumerate(arguments, start=1)
    )
    return _STRICT + bytes([_CALL]) + _text(method) + bytes(4) + fields + bytes([_STOP])


def frame(data: bytes) -> int | None:
    """Give the length of the first message, or of SASL's refusal; None while it is incomplete.

    Raises:
        Garbled: it can become neither.
    """
    if data[:1] in {b"\x03", b"\x04"}:
        return thriftsasl.refusal(data)
    reader = _Reader(data)
    try:
        reader.message()
    except _Incomplete:
        return None
    return reader.at


def is_refused_by_sasl(data: bytes) -> bool:
    """Tell whether a server which expected a handshake refuses the first byte of our message."""
    return data[:1] == b"\x04" and data[5:] == _INVALID_STATUS


def decode(data: bytes) -> Message:
    """Read a whole message.

    Raises:
        Garbled: it is none.
    """
    try:
        return _Reader(data).message()
    except _Incomplete:
        raise Garbled("a message that ends too early") from None


def _text(text: str) -> bytes:
    data = text.encode()
    return len(data).to_bytes(4) + data


class _Incomplete(Exception):
    """More bytes must come."""


@dataclass(slots=True)
class _Reader:
    """One pass over a message."""

    data: bytes
    at: int = 0
    left: int = MAX_VALUES

    def message(self) -> Message:
        head = self.data[: len(_STRICT)]
        if head != _STRICT[: len(head)]:
            raise Garbled("no strict message of Thrift")
        kind = self.take(len(_STRICT) + 1)[-1]
        method = self.take(self.size()).decode("utf-8", "replace")
        self.take(4)  # the number of the call, ours
        return Message(kind, method, self.struct(MAX_DEPTH))

    def take(self, size: int) -> bytes:
        if self.at + size > len(self.data):
            raise _Incomplete
        self.at += size
        return self.data[self.at - size : self.at]

    def size(self) -> int:
        number = int.from_bytes(self.take(4))
        if number > MAX_REPLY:
            raise Garbled("a length that is negative or beyond its cap")
        return number

    def spend(self, values: int) -> None:
        self.left -= values
        if self.left < 0:
            raise Garbled(f"more than {MAX_VALUES} values")

    def struct(self, depth: int) -> dict[int, Value]:
        fields: dict[int, Value] = {}
        while (kind := self.take(1)[0]) != _STOP:
            self.spend(1)
            number = int.from_bytes(self.take(2))
            fields[number] = self.value(kind, depth - 1)
        return fields

    def value(self, kind: int, depth: int) -> Value:
        if depth < 0:
            raise Garbled(f"structures nested deeper than {MAX_DEPTH}")
        if kind in _SIZES:
            return self.take(_SIZES[kind])
        if kind == _TEXT:
            return self.take(self.size())
        if kind == _STRUCT:
            return self.struct(depth)
        if kind in _OF:
            kinds, count = self.take(_OF[kind]), self.size()
            self.spend(count * len(kinds))
            if (kind, kinds) == (_LIST, bytes([_TEXT])):
                return Texts(tuple(self.take(self.size()) for _ in range(count)))
            return self.values(kinds, count, depth)
        raise Garbled("a type that Thrift does not have")

    def values(self, kinds: bytes, count: int, depth: int) -> list[Value]:
        """Read a list; a map reads as its keys and values in turn."""
        return [self.value(kind, depth - 1) for _ in range(count) for kind in kinds]
