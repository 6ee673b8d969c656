"""Firebird's remote protocol: the packet that opens it, and the first word of the answer.

Source: src/remote/protocol.h of Firebird: XDR, big-endian, four-byte words.
"""

import struct
from dataclasses import dataclass
from typing import Final

from scanner.wire import Garbled

#: A few words are looked at; what may follow belongs to a log-in that never comes.
MAX_REPLY = 64 << 10

ACCEPT, CONT_AUTH, ACCEPT_DATA, COND_ACCEPT = 3, 92, 94, 98
_WITH_VERSION: Final = frozenset({ACCEPT, ACCEPT_DATA, COND_ACCEPT})
_ANSWERS: Final = _WITH_VERSION | {CONT_AUTH}

#: Version, architecture and type follow; or four lengths, which are zero before a user is named.
_SIZES: Final = {ACCEPT: 16, ACCEPT_DATA: 16, COND_ACCEPT: 16, CONT_AUTH: 20}
_GENERIC_ARCHITECTURE: Final = 1

_CONNECT, _ATTACH, _CONNECT_VERSION, _GENERIC = 1, 19, 3, 1
_FIREBIRD: Final = 0x8000
_OFFERED: Final = (10, *(_FIREBIRD | number for number in (11, 12, 13, 15, 16, 17, 18, 19)))

#: The version of the protocol that a server picks is the newest that it knows.
_RELEASES: Final = {10: "1", 11: "2.1", 12: "2.5", 13: "3.0", 15: "3.0", 16: "4.0"}


@dataclass(frozen=True, slots=True)
class Answered:
    """The first word of an answer, and the release that its protocol belongs to."""

    operation: int
    release: str | None


def connect() -> bytes:
    """Write an op_connect that names no user; a database would be attached to only after it."""
    name = b"service_mgr"
    head = struct.pack(">5I", _CONNECT, _ATTACH, _CONNECT_VERSION, _GENERIC, len(name))
    offers = b"".join(
        struct.pack(">5I", version, _GENERIC, 0, 5, weight)
        for weight, version in enumerate(_OFFERED, start=1)
    )
    return head + name + b"\0" + struct.pack(">2I", len(_OFFERED), 0) + offers


def frame(data: bytes) -> int | None:
    """Give the length of the words that are looked at, or None while they are incomplete.

    Raises:
        Garbled: a first word with which no server answers.
    """
    if data[:3] not in {b"", b"\0", b"\0\0", b"\0\0\0"}:
        raise Garbled("no answer of Firebird")
    if len(data) < 4:  # noqa: PLR2004 - a word
        return None
    if data[3] not in _ANSWERS:
        raise Garbled("no answer of Firebird")
    size = _SIZES[data[3]]
    return size if len(data) >= size else None


def decode(data: bytes) -> Answered:
    """Read what `frame` found.

    Raises:
        Garbled: no answer.
    """
    if frame(data) != len(data):
        raise Garbled("not exactly one answer")
    operation, version, architecture = struct.unpack_from(">3I", data)
    if operation == CONT_AUTH:
        if any(data[4:]):
            raise Garbled("a challenge for a user who was not named")
        return Answered(operation, None)
    if version not in _OFFERED or architecture != _GENERIC_ARCHITECTURE:
        raise Garbled("a version or an architecture that was not offered")
    return Answered(operation, _RELEASES.get(version & ~_FIREBIRD))
