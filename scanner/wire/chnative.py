"""ClickHouse's native protocol, as far as the first reply: a Hello, or the error that refuses one.

Source: `TCPHandler.cpp` (`receiveHello`, `sendHello`) and `WriteHelpers.cpp` (`writeException`) of
ClickHouse: a number is a little-endian base-128 one, a text is its length and its bytes, and the
code of an error has four bytes, the lowest first.
"""

from dataclasses import dataclass
from typing import Final, TypeAlias

from scanner.wire import Garbled, versions

#: 18.16 refuses with 1,354 bytes; a build that names its functions in the trace takes ten times it.
MAX_REPLY: Final = 64 << 10

#: A client of revision 0 is told of no later addition; it names no database, no user, no password.
HELLO: Final = b"\0" + b"\x05ronde" + b"\x01\x01\0" + b"\0" * 3

_HELLO: Final = 0
_EXCEPTION: Final = 2

_PRODUCT: Final = b"ClickHouse"
_NAMESPACE: Final = b"DB::"  # of every class of the product's own errors

_NUMBER_BYTES: Final = 5  # 35 bits: a revision is 54,480
_CODE_BYTES: Final = 4
_NAME_BYTES: Final = 64  # of a product, or of a class


@dataclass(frozen=True, slots=True)
class Welcome:
    """The server let its caller in, and says which version it is."""

    version: str | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """The server's own error: its number. Its text and its trace are not kept."""

    code: int


Reply: TypeAlias = Welcome | Refusal


class _Short(Garbled):
    """The bytes end before the reply does; more of them could make one."""


def frame(data: bytes) -> int | None:
    """Give the length of the first reply, or None while it is incomplete.

    Raises:
        Garbled: the bytes can become none.
    """
    try:
        return _read(data)[1]
    except _Short:
        return None


def decode(data: bytes) -> Reply:
    """Read a whole reply.

    Raises:
        Garbled: it is none.
    """
    return _read(data)[0]


def _read(data: bytes) -> tuple[Reply, int]:
    if not data:
        raise _Short("no byte yet")
    if data[0] == _HELLO:
        return _welcome(data)
    if data[0] == _EXCEPTION:
        return _refusal(data)
    raise Garbled("neither a Hello nor an error of ClickHouse")


def _welcome(data: bytes) -> tuple[Welcome, int]:
    at = _after_text(data, 1, _NAME_BYTES, _PRODUCT)
    major, at = _number(data, at)
    minor, at = _number(data, at)
    _revision, at = _number(data, at)
    return Welcome(versions.read(f"{major}.{minor}")), at


def _refusal(data: bytes) -> tuple[Refusal, int]:
    """Read the code, and step over class, text, trace and whether another error is nested."""
    at = _past(data, 1 + _CODE_BYTES)
    code = int.from_bytes(data[1:at], "little", signed=True)
    at = _after_text(data, at, _NAME_BYTES, _NAMESPACE)
    at = _after_text(data, at, MAX_REPLY, _NAMESPACE)
    at = _after_text(data, at, MAX_REPLY)
    return Refusal(code), _past(data, at + 1)


def _after_text(data: bytes, at: int, most: int, begins: bytes = b"") -> int:
    """Step over a text of at most so many bytes, refused as soon as it begins otherwise."""
    size, at = _number(data, at)
    if not len(begins) <= size <= most or not begins.startswith(data[at : at + len(begins)]):
        raise Garbled("a text that ClickHouse does not send here")
    return _past(data, at + size)


def _number(data: bytes, at: int) -> tuple[int, int]:
    number = 0
    for place, byte in enumerate(data[at : at + _NUMBER_BYTES]):
        number |= (byte & 0x7F) << 7 * place
        if byte < 0x80:  # noqa: PLR2004 - the highest bit says that another byte follows
            return number, at + place + 1
    if len(data) - at < _NUMBER_BYTES:
        raise _Short("half a number")
    raise Garbled(f"a number of more than {_NUMBER_BYTES} bytes")


def _past(data: bytes, end: int) -> int:
    if end > MAX_REPLY:
        raise Garbled(f"a reply beyond {MAX_REPLY} bytes")
    if end > len(data):
        raise _Short("half a reply")
    return end
