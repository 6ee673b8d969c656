"""RESP, the protocol of Redis and its relatives: framing and decoding of versions 2 and 3.

One parser serves both: `frame` says where the first reply ends, `decode` gives its value, so they
cannot disagree. Source: https://redis.io/docs/latest/develop/reference/protocol-spec/
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from scanner.wire import Garbled

#: `-DENIED` of protected mode is the longest line that a real server sends: 1,102 bytes in 3.2.
MAX_LINE = 4096

#: `INFO keyspace` takes 60 bytes a database and servers are configured with up to 10,000 of them.
MAX_BULK = 1 << 20

#: `HELLO` has 14 elements and 8 a loaded module; nothing that we ask for holds more. A peer that
#: sends byte by byte has all of them read again for each byte, so this also bounds our work.
MAX_ELEMENTS = 1_000

#: The shortest value is an empty string, `+` and CRLF.
MIN_VALUE = 3

#: `HELLO` nests three deep: the map, its list of modules, one module, its arguments.
MAX_DEPTH = 8

_INTEGER = re.compile(rb"[+-]?[0-9]{1,20}")
_BIG_NUMBER = re.compile(rb"[+-]?[0-9]{1,1024}")
_DOUBLE = re.compile(rb"[+-]?(?:[0-9]{1,400}(?:\.[0-9]{0,400})?(?:[eE][+-]?[0-9]{1,4})?|inf)|nan")
_CODE = re.compile(r"([A-Z][A-Z0-9_]{0,31})(?: |$)")
_CRLF: Final = b"\r\n"


@dataclass(frozen=True, slots=True)
class Status:
    """A simple string: `+PONG`."""

    text: str


@dataclass(frozen=True, slots=True)
class Failure:
    """An error reply: its upper-case first word, empty when it has none, and the rest."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Pairs:
    """A map of RESP3, in the order of the wire; its keys need not be unique or hashable."""

    items: tuple[tuple["Value", "Value"], ...]


Value: TypeAlias = Status | Failure | Pairs | bytes | int | float | tuple["Value", ...] | None


def command(*words: str) -> bytes:
    """Write a command as an array of bulk strings, the only form that a proxy cannot misread."""
    parts = [word.encode() for word in words]
    bulks = b"".join(b"$%d\r\n%b\r\n" % (len(part), part) for part in parts)
    return b"*%d\r\n%b" % (len(parts), bulks)


def frame(data: bytes) -> int | None:
    """Give the length of the first complete reply, or None while it is incomplete.

    Raises:
        Garbled: the bytes cannot become a reply, or exceed a cap of this module.
    """
    reader = _Reader(data)
    try:
        reader.value(MAX_DEPTH)
    except _Incomplete:
        return None
    return reader.at


def decode(data: bytes) -> Value:
    """Read exactly one reply.

    Raises:
        Garbled: less or more than one reply.
    """
    reader = _Reader(data)
    try:
        value = reader.value(MAX_DEPTH)
    except _Incomplete as error:
        raise Garbled("a RESP reply that stops in the middle") from error
    if reader.at != len(data):
        raise Garbled("bytes after a RESP reply")
    return value


class _Incomplete(Exception):
    """More bytes are needed; never leaves this module."""


class _Reader:
    """One pass over the bytes; `at` is where the next value begins."""

    __slots__ = ("at", "data", "elements")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.elements = 0

    def value(self, depth: int) -> Value:
        """Read one value; `depth` is how many levels of nesting are still allowed."""
        line = self._line()
        kind, rest = line[:1], line[1:]
        if kind in _SCALARS:
            return _SCALARS[kind](rest)
        if kind in _BULKS:
            return self._bulk(kind, rest)
        if kind in _AGGREGATES:
            return self._aggregate(kind, rest, depth)
        raise Garbled("a RESP type that does not exist")

    def _line(self) -> bytes:
        end = self.data.find(_CRLF, self.at, self.at + MAX_LINE)
        if end < 0:
            self._refuse_hopeless_start()
            raise _Incomplete
        line = self.data[self.at : end]
        self.at = end + len(_CRLF)
        return line

    def _refuse_hopeless_start(self) -> None:
        """Tell another protocol or an endless line by what is there, without awaiting its end."""
        if len(self.data) - self.at >= MAX_LINE:
            raise Garbled(f"a RESP line longer than {MAX_LINE} bytes")
        kind = self.data[self.at : self.at + 1]
        if kind and kind not in _KINDS:
            raise Garbled("a RESP type that does not exist")

    def _bulk(self, kind: bytes, header: bytes) -> Value:
        size = _length(header, MAX_BULK)
        if size is None:
            return None
        end = self.at + size
        if len(self.data) < end + len(_CRLF):
            raise _Incomplete
        if self.data[end : end + len(_CRLF)] != _CRLF:
            raise Garbled("a RESP bulk that is longer than it says")
        content = self.data[self.at : end]
        self.at = end + len(_CRLF)
        return _BULKS[kind](content)

    def _aggregate(self, kind: bytes, header: bytes, depth: int) -> Value:
        count = _length(header, MAX_ELEMENTS)
        if count is None:
            return None
        if depth == 0:
            raise Garbled(f"RESP nested deeper than {MAX_DEPTH}")
        count *= _AGGREGATES[kind]
        self.elements += count
        if self.elements > MAX_ELEMENTS:
            raise Garbled(f"more than {MAX_ELEMENTS} RESP elements")
        if len(self.data) - self.at < count * MIN_VALUE:
            raise _Incomplete
        values = tuple(self.value(depth - 1) for _ in range(count))
        if kind == b"%":
            return Pairs(tuple(zip(values[::2], values[1::2], strict=True)))
        return values


def _length(header: bytes, limit: int) -> int | None:
    """Read a declared length; -1 is RESP2's null."""
    if header == b"-1":
        return None
    if not header.isdigit() or len(header) > len(str(limit)) or int(header) > limit:
        raise Garbled(f"a RESP length that is no number up to {limit}")
    return int(header)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _failure(raw: bytes) -> Failure:
    text = _text(raw)
    code = _CODE.match(text)
    return Failure(code[1], text[code.end() :]) if code else Failure("", text)


def _number(pattern: re.Pattern[bytes]) -> Callable[[bytes], int]:
    def read(raw: bytes) -> int:
        if not pattern.fullmatch(raw):
            raise Garbled("a RESP integer that is none")
        return int(raw)

    return read


def _double(raw: bytes) -> float:
    if not _DOUBLE.fullmatch(raw):
        raise Garbled("a RESP double that is none")
    return float(raw)


def _boolean(raw: bytes) -> bool:
    if raw not in {b"t", b"f"}:
        raise Garbled("a RESP boolean that is none")
    return raw == b"t"


def _null(raw: bytes) -> None:
    if raw:
        raise Garbled("a RESP null that holds something")


def _verbatim(raw: bytes) -> bytes:
    """Drop the three letters that say how the text is meant: `txt:`, `mkd:`."""
    if raw[3:4] != b":":
        raise Garbled("a RESP verbatim string without its format")
    return raw[4:]


_SCALARS: dict[bytes, Callable[[bytes], Value]] = {
    b"+": lambda raw: Status(_text(raw)),
    b"-": _failure,
    b":": _number(_INTEGER),
    b"(": _number(_BIG_NUMBER),
    b",": _double,
    b"#": _boolean,
    b"_": _null,
}
_BULKS: dict[bytes, Callable[[bytes], Value]] = {b"$": bytes, b"=": _verbatim, b"!": _failure}

#: Values per declared element: a map counts its pairs. `>` is a push, which we never subscribe to.
_AGGREGATES = {b"*": 1, b"~": 1, b">": 1, b"%": 2}
_KINDS = _SCALARS.keys() | _BULKS.keys() | _AGGREGATES.keys()
