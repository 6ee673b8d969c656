"""Takes requests apart for people: each part in hex, and what it means."""

import struct
from collections.abc import Iterator
from typing import TypeAlias

from scanner.wire import dicom

#: Bytes, and what they mean.
Part: TypeAlias = tuple[bytes, str]

_PDUS = {
    1: "A-ASSOCIATE-RQ: may we associate?",
    5: "A-RELEASE-RQ: we are done",
    7: "A-ABORT: we leave at once",
}
_SYNTAXES = {syntax: context.name for context, syntax in dicom.SYNTAXES.items()}
_HEAD = 6  # type, a zero, a length of four bytes [PS3.8 9.3.1]
_TITLES = 68  # version, a zero, both titles and 32 zeros [PS3.8 9.3.2]
_SHORT = 4  # type, a zero, a length of two bytes


def parts(payload: bytes) -> list[Part]:
    """Take one PDU of DICOM apart; together the parts are the payload.

    Raises:
        ValueError: it is no PDU that we would send.
    """
    if payload[:1] not in {bytes([kind]) for kind in _PDUS} or len(payload) < _HEAD:
        raise ValueError("no PDU that we know how to explain")
    head = payload[:_HEAD]
    said = f"{_PDUS[head[0]]}; {len(payload) - _HEAD} bytes follow"
    body = payload[_HEAD:]
    if head[0] != 1:
        return [(head, said), (body, "reserved")]
    return [
        (head, said),
        (body[:2], "protocol version 1"),
        (body[2:4], "reserved"),
        (body[4:20], f"the title that is called: {_text(body[4:20])}"),
        (body[20:36], f"our own title: {_text(body[20:36])}"),
        (body[36:_TITLES], "reserved"),
        *_items(body[_TITLES:]),
    ]


def _items(data: bytes) -> Iterator[Part]:
    at = 0
    while at < len(data):
        kind, size = struct.unpack_from(">BxH", data, at)
        head, value = data[at : at + _SHORT], data[at + _SHORT : at + _SHORT + size]
        at += _SHORT + size
        if kind == 0x20:  # a presentation context [PS3.8 9.3.2.2]
            yield head + value[:4], f"presentation context {value[0]}, with two items:"
            yield from _items(value[4:])
        elif kind == 0x50:  # user information [PS3.8 9.3.2.3]
            yield head, "about us, in three items:"
            yield from _items(value)
        else:
            yield head + value, _meaning(kind, value)


def _meaning(kind: int, value: bytes) -> str:
    match kind:
        case 0x10:
            return f"application context {_text(value)}: DICOM"
        case 0x30:
            return f"abstract syntax {_text(value)}: {_SYNTAXES[value]}"
        case 0x40:
            return f"transfer syntax {_text(value)}: implicit VR little endian"
        case 0x51:
            return f"send us at most {int.from_bytes(value)} bytes at a time"
        case 0x52:
            return f"our implementation is {_text(value)}"
        case 0x55:
            return f"its name is {_text(value)}"
        case _:
            raise ValueError("no item that we know how to explain")


def _text(value: bytes) -> str:
    return f"`{value.decode('ascii').strip()}`"
