"""The first word of an HL7 v2 interface, where it has one: in MLLP the client speaks first.

Sources: "Transport Specification: MLLP, Release 1" of HL7 (a block begins with 0x0B); for the
greeting of Rhapsody, the match `rhapsody` of nmap's `nmap-service-probes`.
"""

import re
from typing import Final

from scanner.wire import Garbled

#: What begins a block, and with it a message. Nothing behind it is ever looked at.
START: Final = b"\x0b"

#: A greeting of Rhapsody is 62 bytes long.
MAX_WORD: Final = 128

_ZEROS: Final = b"\0\0\0"
_KIND: Final = b"R"
_RHAPSODY: Final = re.compile(
    rb"\0{3}.R[\0\x01]{8}\d{1,24}\|Rhapsody Engine ([\w.-]{1,32})\|", re.DOTALL
)


def frame_word(data: bytes) -> int | None:
    """Give the length of a first word: one byte of a message, or the greeting of an engine.

    Raises:
        Garbled: it is neither.
    """
    if data.startswith(START):
        return len(START)
    if not _ZEROS.startswith(data[: len(_ZEROS)]) or data[4:5] not in {b"", _KIND}:
        raise Garbled("a first word that is no interface engine's")
    found = _RHAPSODY.match(data)
    if found is None and len(data) > MAX_WORD:
        raise Garbled(f"a greeting above {MAX_WORD} bytes")
    return found.end() if found else None


def engine(word: bytes) -> str | None:
    """Give the version that a greeting of Rhapsody tells; None when it is none."""
    found = _RHAPSODY.fullmatch(word)
    return found[1].decode("ascii", "replace") if found else None
