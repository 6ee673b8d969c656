"""CQL's native protocol, version 3: what every server from Cassandra 2.1 and Scylla on speaks.

Source: `doc/native_protocol_v3.spec` of Apache Cassandra. A frame is a header of nine bytes and a
body; version 5 frames differently, but only after a client has asked for it.
"""

import struct
from dataclasses import dataclass
from typing import TypeAlias

from scanner.wire import Garbled

VERSION = 3
_RESPONSE = 0x80
_HEADER = struct.Struct(">BBhBI")

#: The columns of 5,000 tables take about 6 MiB.
MAX_BODY = 8 << 20

#: Rows and columns of one result; what is larger would cost us more than it tells.
MAX_ROWS = 200_000
MAX_COLUMNS = 32

_STARTUP, _OPTIONS, _QUERY = 0x01, 0x05, 0x07
_ANSWERS = frozenset({0x00, 0x02, 0x03, 0x06, 0x08})  # as `decode` reads them

_ROWS = 2
_ONE = 1  # consistency: this node alone answers for its own tables
_GLOBAL_TABLE = 0x1

#: Types that we ask for: ascii, bigint, uuid and text. Each is its code alone.
_PLAIN = frozenset({0x01, 0x02, 0x0C, 0x0D})


@dataclass(frozen=True, slots=True)
class Failure:
    """An ERROR: its code and its message."""

    code: int
    text: str


@dataclass(frozen=True, slots=True)
class Ready:
    """The session is open: nobody asked who we are."""


@dataclass(frozen=True, slots=True)
class Demand:
    """AUTHENTICATE: the class that wants to know who we are."""

    authenticator: str


@dataclass(frozen=True, slots=True)
class Options:
    """SUPPORTED: what the server can do, before any session."""

    values: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Rows:
    """A result: each row as the bytes of its cells, None for null."""

    rows: tuple[tuple[bytes | None, ...], ...]


Message: TypeAlias = Failure | Ready | Demand | Options | Rows


def options() -> bytes:
    """Ask what the server can do."""
    return _request(_OPTIONS, b"")


def startup() -> bytes:
    """Open a session, in the oldest CQL that every server takes."""
    pairs = _short_text("CQL_VERSION") + _short_text("3.0.0")
    return _request(_STARTUP, struct.pack(">H", 1) + pairs)


def query(text: str) -> bytes:
    """Send a query without values, answered by the node itself."""
    raw = text.encode()
    return _request(_QUERY, struct.pack(">I", len(raw)) + raw + struct.pack(">HB", _ONE, 0))


def frame(data: bytes) -> int | None:
    """Give the length of the first complete frame, or None while it is incomplete.

    Raises:
        Garbled: the bytes cannot become an answer, or the frame is longer than `MAX_BODY`.
    """
    if data and not _RESPONSE < data[0] <= _RESPONSE | 0x42:  # 0x42: DSE's second version
        raise Garbled("no answer of CQL's native protocol")
    if len(data) < _HEADER.size:
        return None
    _, _, _, opcode, length = _HEADER.unpack_from(data)
    if opcode not in _ANSWERS or length > MAX_BODY:
        raise Garbled("an answer that was not asked for, or is too long")
    size = _HEADER.size + int(length)
    return size if len(data) >= size else None


def decode(data: bytes) -> Message:
    """Read exactly one frame.

    Raises:
        Garbled: less or more than one frame, or a body that is not what its opcode says.
    """
    if frame(data) != len(data):
        raise Garbled("less or more than one frame")
    _, flags, _, opcode, _ = _HEADER.unpack_from(data)
    if flags & 0x01:
        raise Garbled("a compressed frame, which was not asked for")
    reader = _Reader(data, _HEADER.size)
    match opcode:
        case 0x00:
            return Failure(reader.integer(), reader.text())
        case 0x03:
            return Demand(reader.text())
        case 0x06:
            return Options(dict(_multimap(reader)))
        case 0x08:
            return _rows(reader)
        case _:
            return Ready()


class _Reader:
    """One pass over a body; whatever it misses is `Garbled`."""

    __slots__ = ("at", "data")

    def __init__(self, data: bytes, at: int) -> None:
        self.data = data
        self.at = at

    def take(self, size: int) -> bytes:
        end = self.at + size
        if size < 0 or end > len(self.data):
            raise Garbled("a frame that stops in the middle")
        taken = self.data[self.at : end]
        self.at = end
        return taken

    def short(self) -> int:
        return int.from_bytes(self.take(2), "big")

    def integer(self) -> int:
        return int.from_bytes(self.take(4), "big", signed=True)

    def text(self) -> str:
        return self.take(self.short()).decode("utf-8", "replace")

    def cell(self) -> bytes | None:
        size = self.integer()
        return None if size < 0 else self.take(size)


def _multimap(reader: _Reader) -> list[tuple[str, tuple[str, ...]]]:
    return [
        (reader.text(), tuple(reader.text() for _ in range(reader.short())))
        for _ in range(reader.short())
    ]


def _rows(reader: _Reader) -> Rows:
    if reader.integer() != _ROWS:
        raise Garbled("a result that is no rows")
    flags, columns = reader.integer(), reader.integer()
    if flags & ~_GLOBAL_TABLE or not 0 < columns <= MAX_COLUMNS:
        raise Garbled("a result of another form than was asked for")
    if flags & _GLOBAL_TABLE:
        reader.text(), reader.text()
    for _ in range(columns):
        _skip_column(reader, flags)
    count = reader.integer()
    if not 0 <= count <= MAX_ROWS:
        raise Garbled("a number of rows that is none")
    return Rows(tuple(tuple(reader.cell() for _ in range(columns)) for _ in range(count)))


def _skip_column(reader: _Reader, flags: int) -> None:
    """Pass over a column's name and type; the query said what it is."""
    if not flags & _GLOBAL_TABLE:
        reader.text(), reader.text()
    reader.text()
    if reader.short() not in _PLAIN:
        raise Garbled("a type that was not asked for")


def _request(opcode: int, body: bytes) -> bytes:
    return _HEADER.pack(VERSION, 0, 0, opcode, len(body)) + body


def _short_text(text: str) -> bytes:
    raw = text.encode()
    return struct.pack(">H", len(raw)) + raw
