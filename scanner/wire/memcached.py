"""The text protocol of memcached: one line, or `STAT` lines up to `END`; over UDP, in a frame.

Source: doc/protocol.txt of memcached.
"""

import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from scanner.wire import Garbled

#: The longest line of `stats` stays below 100 bytes.
MAX_LINE = 1024

#: `stats` has 60 lines in 1.4 and 85 in 1.6.
MAX_LINES = 1_000

#: The frame before each datagram: request, number of the datagram, of how many, reserved.
_UDP_FRAME = struct.Struct(">HHHH")

#: What our datagrams are called; each has a socket of its own, so one name is enough.
_REQUEST = 0x524F

_CRLF = b"\r\n"
_STAT = b"STAT "
_END = b"END"
_HEAD = re.compile(r"(VERSION|ERROR|CLIENT_ERROR|SERVER_ERROR)(?: (.*))?")
_FIRST_WORDS = (b"VERSION ", b"ERROR", b"CLIENT_ERROR", b"SERVER_ERROR", _STAT, _END)


@dataclass(frozen=True, slots=True)
class Line:
    """A reply of one line: its first word (`VERSION`, `ERROR`, …) and the rest."""

    word: str
    text: str


Reply: TypeAlias = Line | Mapping[str, str]


def frame(data: bytes) -> int | None:
    """Give the length of the first complete reply, or None while it is incomplete.

    Raises:
        Garbled: the bytes cannot become a reply, or exceed a cap of this module.
    """
    if not any(data.startswith(word[: len(data)]) for word in _FIRST_WORDS):
        raise Garbled("expected a word of memcached")
    for line, end in _lines(data):
        if line == _END or not line.startswith(_STAT):
            return end
    return None


def decode(data: bytes) -> Reply:
    """Read one complete reply: a line, or the pairs of `stats`.

    Raises:
        Garbled: the bytes are none.
    """
    lines = [line.decode("utf-8", "replace") for line, _ in _lines(data)]
    if lines and lines[-1] == _END.decode():
        stats = [line.split(" ", 2) for line in lines[:-1]]
        if any(len(stat) < 2 for stat in stats):  # noqa: PLR2004 - `STAT name`, and a value or none
            raise Garbled("expected STAT with a name")
        return {name: "".join(value) for _, name, *value in stats}
    head = _HEAD.fullmatch(lines[0]) if len(lines) == 1 else None
    if head is None:
        raise Garbled("expected one line of memcached")
    return Line(head[1], head[2] or "")


def in_datagram(command: bytes) -> bytes:
    """Write a command as one datagram."""
    return _UDP_FRAME.pack(_REQUEST, 0, 1, 0) + command


def of_datagram(data: bytes) -> Reply:
    """Read a reply that fits into one datagram.

    Raises:
        Garbled: no frame, another request's, one of several datagrams, or no reply in it.
    """
    size = _UDP_FRAME.size
    if len(data) < size or _UDP_FRAME.unpack(data[:size]) != (_REQUEST, 0, 1, 0):
        raise Garbled("expected the one datagram that answers the request")
    text = data[size:]
    if frame(text) != len(text):
        raise Garbled("a datagram that is not one reply")
    return decode(text)


def _lines(data: bytes) -> Iterator[tuple[bytes, int]]:
    """Walk the complete lines, each with the place where it ends."""
    at = 0
    for _ in range(MAX_LINES):
        end = data.find(_CRLF, at, at + MAX_LINE)
        if end < 0:
            break
        yield data[at:end], end + len(_CRLF)
        at = end + len(_CRLF)
    else:
        raise Garbled(f"more than {MAX_LINES} lines")
    if len(data) - at >= MAX_LINE:
        raise Garbled(f"a line longer than {MAX_LINE} bytes")
