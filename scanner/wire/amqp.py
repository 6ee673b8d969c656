"""AMQP 0-9-1: how a broker greets, before anybody logs in.

Source: the AMQP 0-9-1 specification, sections 2.2.4, 2.3.5 and 4.2.2, and RabbitMQ's errata for
the types of a table.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from scanner.wire import Garbled
from scanner.wire.bigendian import Cursor

#: RabbitMQ greets with 500 bytes; nobody's properties are a page.
MAX_FRAME = 16 << 10

HEADER = b"AMQP\0\0\x09\x01"

_METHOD = b"\1\0\0"
_START = b"\0\x0a\0\x0a"
_END = b"\xce"
_HEAD = 7  # type, channel, size

#: How many bytes the values of fixed size take; the others have a length before them.
_FIXED = {
    **dict.fromkeys((b"t", b"b", b"B"), 1),
    **dict.fromkeys((b"s", b"u"), 2),
    **dict.fromkeys((b"I", b"i", b"f"), 4),
    **dict.fromkeys((b"L", b"l", b"d", b"T"), 8),
    b"D": 5,
    b"V": 0,
}
_LONG = frozenset({b"S", b"F", b"A", b"x"})


@dataclass(frozen=True, slots=True)
class Greeting:
    """What a broker says of itself: the texts among its properties, and the ways to log in.

    Both are empty when it speaks another version of the protocol.
    """

    properties: dict[str, str] = field(default_factory=dict)
    mechanisms: frozenset[str] = frozenset()


def frame(data: bytes) -> int | None:
    """Give the length of the greeting: a frame, or the header of the version that is spoken.

    Raises:
        Garbled: the bytes cannot become either.
    """
    if HEADER[:4].startswith(data[:4]):
        return len(HEADER) if len(data) >= len(HEADER) else None
    if not _METHOD.startswith(data[: len(_METHOD)]):
        raise Garbled("no greeting of AMQP")
    size = int.from_bytes(data[3:_HEAD].ljust(4, b"\0"))
    if size > MAX_FRAME:
        raise Garbled(f"a greeting above {MAX_FRAME} bytes")
    whole = _HEAD + size + len(_END)
    return whole if len(data) >= max(whole, _HEAD) else None


def greeting(data: bytes) -> Greeting:
    """Read a greeting.

    Raises:
        Garbled: it is none.
    """
    if data.startswith(HEADER[:4]):
        return Greeting()
    at = Cursor(data[:-1], _HEAD)
    if at.take(4) != _START or data[-1:] != _END:
        raise Garbled("expected Connection.Start")
    at.take(2)  # the version of the protocol
    properties = dict(_table(Cursor(at.blob(4) or b"")))
    return Greeting(properties, frozenset(at.text(4).split(" ")))


def _table(at: Cursor) -> Iterator[tuple[str, str]]:
    """Walk the texts of a table, and step over everything else."""
    while at.left:
        name = at.take(at.take(1)[0]).decode("utf-8", "replace")
        kind = at.take(1)
        if kind in _FIXED:
            at.take(_FIXED[kind])
        elif kind in _LONG:
            value = at.text(4)
            if kind == b"S":
                yield name, value
        else:
            raise Garbled("a type that no table has")
