"""RFB, the protocol of VNC, up to where a session would begin.

Source: RFC 6143, sections 7.1.1 to 7.1.3 and, for version 3.3, appendix A.
"""

import re
from typing import Final

from scanner.wire import Garbled

#: A reason for a refusal is a line of text.
MAX_REASON = 4096

_VERSION: Final = re.compile(rb"RFB (\d{3})\.(\d{3})\n")
_VERSION_SIZE: Final = 12
_PREFIX: Final = b"RFB "


def frame_version(data: bytes) -> int | None:
    """Give the length of a greeting, or None while it is incomplete.

    Raises:
        Garbled: another protocol.
    """
    head = data[: len(_PREFIX)]
    if not _PREFIX.startswith(head):
        raise Garbled("expected an RFB greeting")
    return _VERSION_SIZE if len(data) >= _VERSION_SIZE else None


def version(data: bytes) -> tuple[int, int]:
    """Read a greeting.

    Raises:
        Garbled: it is none.
    """
    found = _VERSION.fullmatch(data)
    if not found:
        raise Garbled("an RFB greeting without a version")
    return int(found[1]), int(found[2])


def frame_types(data: bytes) -> int | None:
    """Give the length of the list of security types; where it is empty, a reason follows.

    Raises:
        Garbled: a reason too long.
    """
    if not data:
        return None
    return _reason(data, 1) if data[0] == 0 else _if_complete(data, 1 + data[0])


def types(data: bytes) -> frozenset[int]:
    """Read the security types that are offered; none where the server refuses everybody."""
    return frozenset(data[1:] if data[:1] != b"\0" else b"")


def frame_result(data: bytes) -> int | None:
    """Give the length of the result of a security type: a word, and a reason if it failed.

    Raises:
        Garbled: a word that is no result, or a reason too long.
    """
    if len(data) < 4:  # noqa: PLR2004 - a 32-bit word
        return None
    if int.from_bytes(data[:4], "big") > 2:  # noqa: PLR2004 - OK, failed, too many attempts
        raise Garbled("a result that is none")
    return _reason(data, 4) if data[:4] != bytes(4) else 4


def _reason(data: bytes, at: int) -> int | None:
    if len(data) < at + 4:
        return None
    size = int.from_bytes(data[at : at + 4], "big")
    if size > MAX_REASON:
        raise Garbled(f"a reason longer than {MAX_REASON}")
    return _if_complete(data, at + 4 + size)


def _if_complete(data: bytes, size: int) -> int | None:
    return size if len(data) >= size else None
