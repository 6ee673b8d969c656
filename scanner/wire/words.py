"""Small text protocols of queues: NATS, beanstalkd and gearmand, each reply with its end.

Sources: https://docs.nats.io/reference/reference-protocols/nats-protocol, doc/protocol.txt of
beanstalkd, and PROTOCOL of gearmand ("Administrative Protocol").
"""

import re

from scanner.wire import Garbled

#: NATS itself refuses a control line above 4 KiB, but greets with the addresses of its cluster.
MAX_LINE = 32 << 10

#: Names of 2,000 tubes of 200 characters.
MAX_BLOCK = 1 << 20

#: What a NATS server may say; the first four letters tell them apart.
_NATS = (b"INFO ", b"PING\r", b"PONG\r", b"+OK\r", b"-ERR ")
#: What it may say in between, unasked.
_ASIDES = (b"INFO ", b"PING\r", b"+OK\r")

#: What beanstalkd answers a look at its statistics with, and a command that it does not know.
_BEANSTALK = re.compile(rb"OK ([0-9]{1,7})\r\n|(?:NOT_FOUND|UNKNOWN_COMMAND|BAD_FORMAT)\r\n")
_BEANSTALK_STARTS = (b"OK ", b"NOT_FOUND\r\n", b"UNKNOWN_COMMAND\r\n", b"BAD_FORMAT\r\n")

_GEARMAN = (b"OK ", b"ERR ")


def nats_greeting(data: bytes) -> int | None:
    """Give the length of the first line, which is `INFO` and JSON.

    Raises:
        Garbled: the bytes cannot become one.
    """
    return _line(data, 0, (b"INFO ",))


def nats_answer(data: bytes) -> int | None:
    """Give the length up to the end of the first line that answers; asides may stand before it.

    Raises:
        Garbled: the bytes cannot become one.
    """
    at = 0
    while (end := _line(data, at, _NATS)) is not None:
        if not data.startswith(_ASIDES, at):
            return end
        at = end
    return None


def last_line(data: bytes) -> bytes:
    """Give the line that answers, without the asides and without its end."""
    return data.rstrip(b"\r\n").rpartition(b"\n")[2]


def beanstalk(data: bytes) -> int | None:
    """Give the length of one reply: a word, or `OK`, a length, and a block of that length.

    Raises:
        Garbled: the bytes cannot become one.
    """
    if not _begins(data, 0, _BEANSTALK_STARTS):
        raise Garbled("no word of beanstalkd")
    head = _BEANSTALK.match(data)
    if head is None:
        if len(data) > len(b"OK 1234567\r\n") + len(b"UNKNOWN_COMMAND"):
            raise Garbled("a word of beanstalkd without its end")
        return None
    size = head.end() + (int(head[1]) + 2 if head[1] else 0)
    if size > MAX_BLOCK:
        raise Garbled(f"a block above {MAX_BLOCK} bytes")
    if len(data) < size:
        return None
    if head[1] and data[size - 2 : size] != b"\r\n":
        raise Garbled("a block that is longer than it says")
    return size


def gearman_line(data: bytes) -> int | None:
    """Give the length of a line that begins with `OK` or `ERR`.

    Raises:
        Garbled: the bytes cannot become one.
    """
    return _line(data, 0, _GEARMAN)


def gearman_table(data: bytes) -> int | None:
    """Give the length of a table: lines of columns, and a line that is one dot.

    Raises:
        Garbled: it has no end, or a line is none of a table's.
    """
    if data.startswith(b".\n"):
        return 2
    head, end, _ = data.partition(b"\n")
    if b"\r" in head or (end and head.count(b"\t") != 3):  # noqa: PLR2004 - four columns
        raise Garbled("no table of gearmand")
    if (at := data.find(b"\n.\n")) >= 0:
        return at + 3
    if len(data) > MAX_BLOCK:
        raise Garbled(f"a table above {MAX_BLOCK} bytes")
    return None


def _line(data: bytes, at: int, starts: tuple[bytes, ...]) -> int | None:
    """Give the end of the line at a place, which begins with one of these words."""
    if not _begins(data, at, starts):
        raise Garbled("a line that begins with no word of the protocol")
    end = data.find(b"\n", at, at + MAX_LINE)
    if end < 0 and len(data) - at >= MAX_LINE:
        raise Garbled(f"a line longer than {MAX_LINE} bytes")
    return end + 1 if end >= 0 else None


def _begins(data: bytes, at: int, starts: tuple[bytes, ...]) -> bool:
    """Tell whether what has come so far may still become one of these words."""
    return any(start.startswith(data[at : at + len(start)]) for start in starts)
