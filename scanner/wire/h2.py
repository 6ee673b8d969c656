"""H2's own protocol, as far as the error that refuses a version which does not exist.

Source: `TcpServerThread.java` and `Transfer.java` of H2: numbers are big-endian; a text is a count
of UTF-16 units, -1 for none, and the units.
"""

from dataclasses import dataclass
from typing import Final

from scanner.wire import Garbled
from scanner.wire.bigendian import Cursor

#: A trace is a hundred lines of Java; 1.4 sends it with every error, 2.0 and later likewise.
MAX_REPLY: Final = 64 << 10

#: The lowest and the highest version that we would speak: none that there is.
UNSPOKEN: Final = (255).to_bytes(4) * 2

_ERROR: Final = bytes(4)
_TEXTS: Final = 3  # state, message, statement; number and trace follow


@dataclass(frozen=True, slots=True)
class Refusal:
    """What refuses a client: a state of SQL, which H2 makes of the number, and that number."""

    state: str
    code: int


def frame(data: bytes) -> int | None:
    """Give the length of the first error, or None while it is incomplete.

    Raises:
        Garbled: it can become none.
    """
    if data[:4] != _ERROR[: len(data)]:
        raise Garbled("no error of H2")
    at: int | None = len(_ERROR)
    for _ in range(_TEXTS):
        at = _after_text(data, at)
    return _after_text(data, None if at is None else at + 4)


def decode(data: bytes) -> Refusal:
    """Read a whole error.

    Raises:
        Garbled: it is none.
    """
    if data[:4] != _ERROR:
        raise Garbled("no error of H2")
    cursor = Cursor(data, len(_ERROR))
    state, *_ = [_text(cursor) for _ in range(_TEXTS)]
    return Refusal(state, cursor.integer(4))


def _after_text(data: bytes, at: int | None) -> int | None:
    """Step over a text, or give None while its end has not come."""
    if at is None or len(data) < at + 4:
        return None
    units = max(int.from_bytes(data[at : at + 4], signed=True), 0)
    end = at + 4 + 2 * units
    if end > MAX_REPLY:
        raise Garbled(f"an error beyond {MAX_REPLY} bytes")
    return end if end <= len(data) else None


def _text(cursor: Cursor) -> str:
    units = cursor.integer(4)
    return cursor.take(2 * units).decode("utf-16-be", "replace") if units > 0 else ""
