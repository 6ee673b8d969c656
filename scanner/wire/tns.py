"""TNS: what an Oracle listener answers to a question about its version.

Oracle documents the words (`VSNNUM`, `ERR`) in its error messages, not the packets; their layout is
the one that free clients and dissectors agree on.
"""

import re
import struct
from dataclasses import dataclass
from typing import Final

from scanner.wire import Garbled

#: A refusal takes below 200 bytes.
MAX_REPLY = 8192

ACCEPT, REFUSE, REDIRECT, RESEND = 2, 4, 5, 11
_TYPES: Final = frozenset({ACCEPT, REFUSE, REDIRECT, RESEND})
_HEAD: Final = 8

#: Version 310, compatible from 300 on, and the sizes of an unremarkable client.
_CONNECT: Final = bytes.fromhex("0136012c000008007fff7f08000000010000003a0000000000000000")
_DATA_AT: Final = 58
_NUMBER: Final = re.compile(rb"\(VSNNUM=(\d{1,10})\)")


@dataclass(frozen=True, slots=True)
class Listener:
    """How a listener answered, and its version where it told it."""

    kind: int
    version: str | None


def ask_version() -> bytes:
    """Write a CONNECT that names no service and asks for the version."""
    words = b"(CONNECT_DATA=(COMMAND=version))"
    connect = bytearray(_CONNECT)
    struct.pack_into(">HH", connect, 16, len(words), _DATA_AT)
    body = bytes(connect).ljust(_DATA_AT - _HEAD, b"\0") + words
    return struct.pack(">HHBBH", _HEAD + len(body), 0, 1, 0, 0) + body


def frame(data: bytes) -> int | None:
    """Give the length of the first packet, or None while it is incomplete.

    Raises:
        Garbled: no packet with which a listener answers.
    """
    if len(data) < _HEAD:
        if data[2:4] not in {b"", b"\0", b"\0\0"}:
            raise Garbled("a checksum where listeners send none")
        return None
    size, checksum, kind = struct.unpack_from(">HHB", data)
    if checksum or kind not in _TYPES or not _HEAD <= size <= MAX_REPLY:
        raise Garbled("no packet of a listener")
    return int(size) if len(data) >= size else None


def decode(data: bytes) -> Listener:
    """Read the answer.

    Raises:
        Garbled: a refusal without a listener's words.
    """
    if frame(data) != len(data):
        raise Garbled("not exactly one packet")
    kind, found = data[4], _NUMBER.search(data)
    if kind == REFUSE and b"(DESCRIPTION=" not in data:
        raise Garbled("a refusal without a listener's words")
    return Listener(kind, _version(int(found[1])) if found else None)


def _version(number: int) -> str:
    """Unpack a version: until 12 in nibbles after the first byte, since 18 in bytes."""
    major = number >> 24
    since_18 = major >= 18  # noqa: PLR2004 - Oracle 18c changed it
    minor = (number >> 16 & 0xFF) if since_18 else (number >> 20 & 0xF)
    return f"{major}.{minor}"
