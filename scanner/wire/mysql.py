"""The protocol of MySQL and MariaDB: greetings, refusals, and results in text.

Source: https://dev.mysql.com/doc/dev/mysql-server/latest/PAGE_PROTOCOL.html
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from scanner.wire import Garbled

#: A row of names and counts stays below 1 KiB; column definitions too.
MAX_PACKET = 16 << 10

#: Rows and column definitions of one result; what we ask for is limited to fewer.
MAX_PACKETS = 12_000

#: The capabilities of our answer: protocol 4.1, authentication by plug-in, long flags and password.
_CAPABILITIES: Final = 0x0008_8205
_UTF8: Final = 33

_PROTOCOL_10: Final = 10
_OK: Final = 0x00
_MORE: Final = 0x01
_INFILE: Final = 0xFB
_EOF: Final = 0xFE
_ERROR: Final = 0xFF

#: An EOF packet is shorter than this; a row that begins with the same byte is longer.
_EOF_BELOW: Final = 9

#: Greeting without version: protocol, NUL, connection, salt, filler, capabilities, charset, status.
_GREETING_REST: Final = 4 + 8 + 1 + 2 + 1 + 2

Row: TypeAlias = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Greeting:
    """What a server calls itself before anybody has said a word."""

    version: str


@dataclass(frozen=True, slots=True)
class Failure:
    """An error: its number, and its text, which may be in any language."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """An OK packet."""


@dataclass(frozen=True, slots=True)
class Continued:
    """A request for more: another plug-in is to be used, or another step taken."""

    is_switch: bool


Word: TypeAlias = Accepted | Failure | Continued


def packet(sequence: int, body: bytes) -> bytes:
    """Write one packet."""
    return len(body).to_bytes(3, "little") + bytes([sequence]) + body


def introduction(user: str) -> bytes:
    """Write a HandshakeResponse41 that names a user and offers nothing."""
    head = struct.pack("<IIB23x", _CAPABILITIES, MAX_PACKET, _UTF8)
    return packet(1, head + user.encode() + b"\0\0mysql_native_password\0")


def query(statement: str) -> bytes:
    """Write a COM_QUERY."""
    return packet(0, b"\x03" + statement.encode())


def frame(data: bytes) -> int | None:
    """Give the length of the first packet, or None while it is incomplete.

    Raises:
        Garbled: a packet that is empty or longer than we ask for.
    """
    return next((end for _, end in _packets(data)), None)


def frame_result(data: bytes) -> int | None:
    """Give the length of one result: an OK, an error, or columns and rows.

    Raises:
        Garbled: the bytes cannot become a result, or it is one that wants a file of ours.
    """
    ends = 0
    for count, (body, end) in enumerate(_packets(data)):
        if body[0] == _INFILE and not count:
            raise Garbled("a request for a file of ours")
        if body[0] == _ERROR or (not count and body[0] == _OK):
            return end
        ends += _is_eof(body)
        if ends == 2:  # noqa: PLR2004 - one ends the columns, one the rows
            return end
    return None


def greeting(data: bytes) -> Greeting | Failure:
    """Read what a server says first.

    Raises:
        Garbled: neither a greeting of protocol 10 nor an error.
    """
    body = _only(data)
    if body[0] == _ERROR:
        return _failure(body)
    version, end, rest = body[1:].partition(b"\0")
    if body[0] != _PROTOCOL_10 or not end or len(rest) < _GREETING_REST:
        raise Garbled("expected a greeting of protocol 10")
    if not version.isascii() or not version[:1].isdigit():
        raise Garbled("a greeting whose version is none")
    return Greeting(version.decode())


def word(data: bytes) -> Word:
    """Read the answer to an introduction or to a command.

    Raises:
        Garbled: another packet.
    """
    body = _only(data)
    if body[0] == _ERROR:
        return _failure(body)
    if body[0] == _OK:
        return Accepted()
    if body[0] in {_EOF, _MORE}:
        return Continued(is_switch=body[0] == _EOF)
    raise Garbled("expected OK, an error, or a request for more")


def rows(data: bytes) -> tuple[Row, ...] | None:
    """Read the rows of a result; None where the statement was refused.

    Raises:
        Garbled: no result.
    """
    bodies = [body for body, _ in _packets(data)]
    if not bodies or bodies[-1][0] == _ERROR:
        return None
    ends = [place for place, body in enumerate(bodies) if place and _is_eof(body)]
    if len(ends) != 2:  # noqa: PLR2004 - one ends the columns, one the rows
        raise Garbled("a result without rows")
    return tuple(tuple(_values(body)) for body in bodies[ends[0] + 1 : ends[1]])


def _packets(data: bytes) -> Iterator[tuple[bytes, int]]:
    """Walk the complete packets, each with the place where it ends."""
    at = 0
    for _ in range(MAX_PACKETS):
        if len(data) < at + 4:
            return
        size = int.from_bytes(data[at : at + 3], "little")
        if not 0 < size <= MAX_PACKET:
            raise Garbled(f"a packet length that is none up to {MAX_PACKET}")
        if len(data) < at + 4 + size:
            return
        yield data[at + 4 : at + 4 + size], at + 4 + size
        at += 4 + size
    raise Garbled(f"more than {MAX_PACKETS} packets")


def _only(data: bytes) -> bytes:
    body, end = next(_packets(data), (b"", -1))
    if end != len(data):
        raise Garbled("not exactly one packet")
    return body


def _is_eof(body: bytes) -> bool:
    return body[0] == _EOF and len(body) < _EOF_BELOW


def _failure(body: bytes) -> Failure:
    """Read an error; before the handshake it has no SQLSTATE (`#28000`)."""
    if len(body) < 4:  # noqa: PLR2004 - marker, number, one letter at least
        raise Garbled("an error without number and text")
    text = body[9:] if body[3:4] == b"#" else body[3:]
    return Failure(int.from_bytes(body[1:3], "little"), text.decode("utf-8", "replace"))


def _values(body: bytes) -> Iterator[str | None]:
    """Walk the length-encoded texts of a row."""
    at = 0
    while at < len(body):
        first = body[at]
        at += 1
        if first == _INFILE:  # in a row: NULL
            yield None
            continue
        if first == 0xFC:  # noqa: PLR2004 - a length of two bytes follows
            first = int.from_bytes(body[at : at + 2], "little")
            at += 2
        elif first > 0xFA:  # noqa: PLR2004 - longer lengths exceed our packets
            raise Garbled("a text longer than its packet")
        if at + first > len(body):
            raise Garbled("a text longer than its packet")
        yield body[at : at + first].decode("utf-8", "replace")
        at += first
