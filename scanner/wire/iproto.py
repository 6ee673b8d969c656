"""IPROTO, the binary protocol of Tarantool: its greeting, `SELECT`, and the replies.

Source: https://www.tarantool.io/en/doc/latest/reference/internals/iproto/
"""

import re
from dataclasses import dataclass

import msgspec

from scanner.wire import Garbled

#: A space takes 60 to 600 bytes of the schema, so this is 4,000 of the widest.
MAX_REPLY = 2 << 20

#: How long a greeting is: two lines of 64 bytes, of the text console as well.
GREETING = 128

#: Error codes of a reply (src/box/errcode.h of Tarantool).
NO_SUCH_SPACE = 36
ACCESS_DENIED = 42

_HELLO = b"Tarantool "
_BINARY = re.compile(
    r"Tarantool (\S{1,40}) \(Binary\) "
    r"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}) *\n"
)
_TEXT = re.compile(r"Tarantool (\S{1,40}) \(Lua console\) *\n")

_TYPE, _SYNC = 0x00, 0x01
_SELECT = 0x01
_SPACE, _INDEX, _LIMIT, _OFFSET, _ITERATOR, _KEY = 0x10, 0x11, 0x12, 0x13, 0x14, 0x20
_ALL = 2
_DATA = 0x30
_ERROR_BIT = 0x8000

#: A length is always written as a 32-bit number.
_LENGTH = 0xCE
_PREFIX = 5

#: Two values stand behind each other; as an array of two, one call reads both.
_PAIR = b"\x92"


@dataclass(frozen=True, slots=True)
class Greeting:
    """Who greets; the text console has no identity."""

    version: str
    identity: str | None


@dataclass(frozen=True, slots=True)
class Reply:
    """The code of a refusal, or 0 and the tuples that were selected."""

    error: int
    rows: object = None


def frame_greeting(data: bytes) -> int | None:
    """Give the length of a greeting, or None while it is incomplete.

    Raises:
        Garbled: the bytes cannot become a greeting.
    """
    if not data.startswith(_HELLO[: len(data)]):
        raise Garbled("expected a greeting of Tarantool")
    return GREETING if len(data) >= GREETING else None


def greeting(data: bytes) -> Greeting:
    """Read a greeting.

    Raises:
        Garbled: it is none.
    """
    text = data.decode("ascii", "replace")
    if found := _BINARY.match(text):
        return Greeting(found[1], found[2])
    if found := _TEXT.match(text):
        return Greeting(found[1], None)
    raise Garbled("expected a greeting of Tarantool")


def select(space: int, limit: int) -> bytes:
    """Write a request for the first `limit` tuples of a space; none of them for a limit of 0."""
    header = {_TYPE: _SELECT, _SYNC: 1}
    body = {_SPACE: space, _INDEX: 0, _LIMIT: limit, _OFFSET: 0, _ITERATOR: _ALL, _KEY: []}
    request = msgspec.msgpack.encode(header) + msgspec.msgpack.encode(body)
    return bytes([_LENGTH]) + len(request).to_bytes(_PREFIX - 1, "big") + request


def frame(data: bytes) -> int | None:
    """Give the length of the first complete reply, or None while it is incomplete.

    Raises:
        Garbled: the bytes cannot become a reply, or announce more than `MAX_REPLY`.
    """
    if data and data[0] != _LENGTH:
        raise Garbled("expected the length of a reply")
    if len(data) < _PREFIX:
        return None
    size = _PREFIX + int.from_bytes(data[1:_PREFIX], "big")
    if not _PREFIX < size <= MAX_REPLY:
        raise Garbled(f"expected a reply of at most {MAX_REPLY} bytes")
    return size if len(data) >= size else None


def decode(data: bytes) -> Reply:
    """Read one complete reply.

    Raises:
        Garbled: it is none, or neither data nor an error.
    """
    try:
        pair = msgspec.msgpack.decode(_PAIR + data[_PREFIX:])
    except (msgspec.DecodeError, RecursionError, TypeError, ValueError, OverflowError) as error:
        raise Garbled("expected a header and a body") from error
    header, body = pair
    code = header.get(_TYPE) if isinstance(header, dict) else None
    if isinstance(code, bool) or not isinstance(code, int) or not isinstance(body, dict):
        raise Garbled("expected a header with a code, and a body")
    if code & _ERROR_BIT:
        return Reply(code & ~_ERROR_BIT)
    if code or _DATA not in body:
        raise Garbled("expected data or an error")
    return Reply(0, body[_DATA])
