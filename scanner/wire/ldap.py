"""LDAP: a search of one entry, and the messages that answer it.

Source: RFC 4511. Its BER uses definite lengths and tags of one byte only [section 5.1].
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final

from scanner.wire import Garbled

#: A root entry with all its controls and mechanisms takes 4 KiB; we ask for a few attributes.
MAX_MESSAGE = 64 << 10

#: One entry, its end, and perhaps a reference or a notice before them.
MAX_MESSAGES = 8

#: Values of one attribute: a server has as many naming contexts as it has databases.
MAX_VALUES = 2_000

#: Attributes named like this ask for none [RFC 4511, 4.5.1.8].
NO_ATTRIBUTES = "1.1"

_INTEGER: Final = 0x02
_OCTETS: Final = 0x04
_ENUMERATED: Final = 0x0A
_SEQUENCE: Final = 0x30
_SEARCH: Final = 0x63
_ENTRY: Final = 0x64
_DONE: Final = 0x65
_REFERENCE: Final = 0x73
_EXTENDED: Final = 0x78
_LAST: Final = frozenset({_DONE, _EXTENDED})
_SECONDS: Final = 5
_BASE_NEVER_ONE: Final = b"\x0a\x01\x00\x0a\x01\x00\x02\x01\x01"  # scope, aliases, size limit


@dataclass(frozen=True, slots=True)
class Found:
    """What a search of one entry gave: result code, whether there was one, its attributes.

    Names of attributes are in lower case.
    """

    code: int
    is_entry: bool
    attributes: Mapping[str, tuple[str, ...]]


def search(number: int, base: str, *attributes: str) -> bytes:
    """Write a search of one entry, whatever its class; nothing was bound before it."""
    wanted = b"".join(_tlv(_OCTETS, name.encode()) for name in attributes)
    request = (
        _tlv(_OCTETS, base.encode())
        + _BASE_NEVER_ONE
        + bytes((_INTEGER, 1, _SECONDS, 0x01, 1, 0))  # time limit; values, too
        + _tlv(0x87, b"objectClass")
        + _tlv(_SEQUENCE, wanted)
    )
    return _tlv(_SEQUENCE, bytes((_INTEGER, 1, number)) + _tlv(_SEARCH, request))


def frame(data: bytes) -> int | None:
    """Give the length up to the end of a search's answer, or None while it is incomplete.

    Raises:
        Garbled: the bytes are no messages of a server.
    """
    return next((end for tag, _, end in _messages(data) if tag in _LAST), None)


def decode(data: bytes) -> Found:
    """Read what `frame` found.

    Raises:
        Garbled: messages that are none, or that never end.
    """
    code, is_entry, attributes, last, end = 0, False, dict[str, tuple[str, ...]](), 0, 0
    for last, body, end in _messages(data):  # noqa: B007 - the last ones are wanted
        if last == _ENTRY:
            is_entry, attributes = True, _attributes(body)
        elif last in _LAST:
            code = _code(body)
    if last not in _LAST or end != len(data):
        raise Garbled("an answer without its end")
    return Found(code, is_entry, attributes)


def _tlv(tag: int, body: bytes) -> bytes:
    size = len(body)
    length = bytes([size]) if size < 0x80 else b"\x82" + size.to_bytes(2, "big")  # noqa: PLR2004 - BER
    return bytes([tag]) + length + body


def _messages(data: bytes) -> Iterator[tuple[int, bytes, int]]:
    """Walk the complete messages: tag of the operation, its body, where the message ends."""
    at = 0
    for _ in range(MAX_MESSAGES):
        place = _element(data, at)
        if place is None:
            return
        tag, start, end = place
        if tag != _SEQUENCE:
            raise Garbled("expected a message")
        if end > len(data):
            return
        parts = list(_elements(data[start:end]))
        if len(parts) < 2 or parts[0][0] != _INTEGER:  # noqa: PLR2004 - number and operation
            raise Garbled("a message without its number and operation")
        if parts[1][0] not in _LAST | {_ENTRY, _REFERENCE}:
            raise Garbled("an operation that answers no search")
        yield parts[1][0], parts[1][1], end
        at = end
    raise Garbled(f"more than {MAX_MESSAGES} messages")


def _element(data: bytes, at: int) -> tuple[int, int, int] | None:
    """Give tag, start and end of the element at a place; None while its length is incomplete."""
    if len(data) < at + 2:
        if data[at:] and data[at] != _SEQUENCE and at == 0:
            raise Garbled("expected a message")
        return None
    tag, size = data[at], data[at + 1]
    start = at + 2
    if size >= 0x80:  # noqa: PLR2004 - BER: the long form
        count = size & 0x7F
        if not 1 <= count <= 4:  # noqa: PLR2004 - no message needs more
            raise Garbled("a length that is none")
        if len(data) < start + count:
            return None
        size = int.from_bytes(data[start : start + count], "big")
        start += count
    if size > MAX_MESSAGE:
        raise Garbled(f"an element longer than {MAX_MESSAGE}")
    return tag, start, start + size


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Walk the elements of a body, which is complete."""
    at = 0
    while at < len(data):
        place = _element(data, at)
        if place is None or place[2] > len(data):
            raise Garbled("an element that ends beyond its message")
        yield place[0], data[place[1] : place[2]]
        at = place[2]


def _code(body: bytes) -> int:
    tag, value = next(_elements(body), (0, b""))
    if tag != _ENUMERATED or len(value) != 1:
        raise Garbled("a result without its code")
    return value[0]


def _attributes(body: bytes) -> dict[str, tuple[str, ...]]:
    """Read an entry's attributes; its name is left where it is."""
    parts = list(_elements(body))
    if len(parts) != 2:  # noqa: PLR2004 - name and attributes
        raise Garbled("an entry without name and attributes")
    return dict(_attribute(pair) for _, pair in _elements(parts[1][1]))


def _attribute(pair: bytes) -> tuple[str, tuple[str, ...]]:
    parts = list(_elements(pair))
    if len(parts) != 2:  # noqa: PLR2004 - name and values
        raise Garbled("an attribute without name and values")
    values = islice(_elements(parts[1][1]), MAX_VALUES)
    return _text(parts[0][1]).lower(), tuple(_text(value) for _, value in values)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
