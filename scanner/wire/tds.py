"""TDS: the first exchange of Microsoft SQL Server, PRELOGIN. Source: MS-TDS, 2.2.6.5."""

import struct
from dataclasses import dataclass
from typing import Final

from scanner.wire import Garbled

#: A real answer takes 43 bytes, with a nonce of the client's 75.
MAX_REPLY = 4096

#: What ENCRYPTION may say [MS-TDS 2.2.6.5].
ENCRYPTION: Final = {0: "offered", 1: "wanted", 2: "not supported", 3: "required"}

_HEAD: Final = 8
_VERSION_OPTION: Final = 0
_ENCRYPTION_OPTION: Final = 1
_END: Final = 0xFF
_REQUEST: Final = bytes.fromhex(
    "1201001a00000100"  # PRELOGIN, last packet, 26 bytes
    "00000b0006"  # VERSION: 6 bytes at 11
    "0100110001"  # ENCRYPTION: 1 byte at 17
    "ff"
    "000000000000"
    "00"
)


@dataclass(frozen=True, slots=True)
class Prelogin:
    """What a server says of itself before anybody logs in; `encryption` is a word of ours."""

    version: str
    encryption: str


def prelogin() -> bytes:
    """Write a PRELOGIN that asks for version and encryption."""
    return _REQUEST


def frame(data: bytes) -> int | None:
    """Give the length of the answer's only packet, or None while it is incomplete.

    Raises:
        Garbled: another packet.
    """
    if data[:1] not in {b"", b"\x04"} or data[1:2] not in {b"", b"\x01"}:
        raise Garbled("expected one packet of an answer")
    if len(data) < 4:  # noqa: PLR2004 - type, status, length
        return None
    (size,) = struct.unpack_from(">H", data, 2)
    if not _HEAD < size <= MAX_REPLY:
        raise Garbled(f"a packet length that is none up to {MAX_REPLY}")
    return size if len(data) >= size else None


def decode(data: bytes) -> Prelogin:
    """Read the answer.

    Raises:
        Garbled: version or encryption is not where the table says.
    """
    if frame(data) != len(data):
        raise Garbled("not exactly one packet")
    options = _options(data[_HEAD:])
    version, encryption = options.get(_VERSION_OPTION, b""), options.get(_ENCRYPTION_OPTION, b"")
    if len(version) != 6 or len(encryption) != 1 or encryption[0] not in ENCRYPTION:  # noqa: PLR2004 - sizes of the two
        raise Garbled("no version or encryption")
    major, minor, build = struct.unpack_from(">BBH", version)
    return Prelogin(f"{major}.{minor}.{build}", ENCRYPTION[encryption[0]])


def _options(body: bytes) -> dict[int, bytes]:
    """Read the table of options: token, offset, length, each; it ends with 255."""
    found = dict[int, bytes]()
    for at in range(0, len(body), 5):
        if body[at] == _END:
            return found
        if len(body) < at + 5:
            break
        token, start, size = struct.unpack_from(">BHH", body, at)
        found[token] = body[start : start + size]
    raise Garbled("a table of options without end")
