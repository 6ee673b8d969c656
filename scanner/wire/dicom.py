"""DICOM's upper layer: how an association is proposed, answered, released and aborted.

Source: DICOM PS3.8, section 9.3; PS3.7, annex D.3.3; PS3.4, annexes A to C and K, for the UIDs.
All is proposed in implicit VR little endian alone, which everybody must speak [PS3.5 10.1].
"""

import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import Final, TypeAlias

from scanner.wire import Garbled

#: Who we are, and whom we call: nobody's title, the same for every server.
CALLING: Final = b"RONDE"
CALLED: Final = b"ANY-SCP"

#: What we let a server send at a time; an answer to nine contexts takes 400 bytes.
MAX_PDU: Final = 16 << 10

ACCEPTED: Final = 0
NOT_SUPPORTED: Final = 3

PERMANENT: Final = 1
TRANSIENT: Final = 2


class Context(IntEnum):
    """What every association proposes, by the odd number of its presentation context."""

    VERIFICATION = 1
    PATIENT_FIND = 3
    STUDY_FIND = 5
    STUDY_MOVE = 7
    STUDY_GET = 9
    WORKLIST_FIND = 11
    CT_STORAGE = 13
    CAPTURE_STORAGE = 15
    NO_SUCH = 17


#: The abstract syntax of each. The last is derived from a UUID of our own [PS3.5 B.2]: nobody
#: else has it, so no server can support it.
SYNTAXES: Final[Mapping[Context, bytes]] = MappingProxyType(
    {
        Context.VERIFICATION: b"1.2.840.10008.1.1",
        Context.PATIENT_FIND: b"1.2.840.10008.5.1.4.1.2.1.1",
        Context.STUDY_FIND: b"1.2.840.10008.5.1.4.1.2.2.1",
        Context.STUDY_MOVE: b"1.2.840.10008.5.1.4.1.2.2.2",
        Context.STUDY_GET: b"1.2.840.10008.5.1.4.1.2.2.3",
        Context.WORKLIST_FIND: b"1.2.840.10008.5.1.4.31",
        Context.CT_STORAGE: b"1.2.840.10008.5.1.4.1.1.2",
        Context.CAPTURE_STORAGE: b"1.2.840.10008.5.1.4.1.1.7",
        Context.NO_SUCH: b"2.25.151583022008254820475644012550007460232",
    }
)

_APPLICATION: Final = b"1.2.840.10008.3.1.1.1"
_IMPLICIT: Final = b"1.2.840.10008.1.2"
_IMPLEMENTATION: Final = b"2.25.286672544516083761747968717563206731015"

_REQUEST, _ACCEPT, _REJECT, DATA, _RELEASE, _RELEASED, ABORT = range(1, 8)
HEAD: Final = 6
_FIXED: Final = 4  # bytes of the PDUs that hold no item
_TITLES: Final = 68  # bytes of an A-ASSOCIATE before its items

_UID = re.compile(r"[0-9.]{1,64}")


@dataclass(frozen=True, slots=True)
class Accepted:
    """An association: the result of each context, and how the server describes itself.

    `uid` has a UID's shape or is empty; `version` is the server's own text; `max_pdu` is in bytes,
    0 where there is no limit.
    """

    contexts: Mapping[int, int]
    max_pdu: int
    uid: str
    version: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """A-ASSOCIATE-RJ [PS3.8 9.3.4]."""

    result: int
    source: int
    reason: int


@dataclass(frozen=True, slots=True)
class Aborted:
    """A-ABORT [PS3.8 9.3.8]."""

    source: int
    reason: int


Association: TypeAlias = Accepted | Rejected | Aborted


def associate() -> bytes:
    """Write A-ASSOCIATE-RQ [PS3.8 9.3.2]."""
    contexts = b"".join(_proposed(context, name) for context, name in SYNTAXES.items())
    limit = _item(0x51, struct.pack(">I", MAX_PDU))
    about = limit + _item(0x52, _IMPLEMENTATION) + _item(0x55, CALLING)
    titles = struct.pack(">HH16s16s32x", 1, 0, CALLED.ljust(16), CALLING.ljust(16))
    return pdu(_REQUEST, titles + _item(0x10, _APPLICATION) + contexts + _item(0x50, about))


def release() -> bytes:
    """Write A-RELEASE-RQ."""
    return pdu(_RELEASE, bytes(_FIXED))


def abort() -> bytes:
    """Write A-ABORT, by the user of the service."""
    return pdu(ABORT, bytes(_FIXED))


def frame_association(data: bytes) -> int | None:
    """Give the length of what answers an A-ASSOCIATE-RQ.

    Raises:
        Garbled: nothing that could.
    """
    return first(data, {_ACCEPT, _REJECT, ABORT})


def frame_release(data: bytes) -> int | None:
    """Give the length of what answers an A-RELEASE-RQ.

    Raises:
        Garbled: nothing that could.
    """
    return first(data, {_RELEASED, ABORT})


def frame_nothing(data: bytes) -> int | None:
    """Wait for no answer: there is none to A-ABORT, and what was on its way is not read.

    Raises:
        Garbled: always, so that the connection is closed.
    """
    raise Garbled(f"aborted, with {len(data)} bytes unread")


def decode_association(data: bytes) -> Association:
    """Read what `frame_association` found.

    Raises:
        Garbled: it is not what its type says, or not about what was proposed.
    """
    body = data[HEAD:]
    if data[:1] == bytes([_ACCEPT]):
        return _accepted(body)
    if aborted := decode_abort(data):
        return aborted
    if data[:1] != bytes([_REJECT]) or len(body) != _FIXED:
        raise Garbled("no answer to an association")
    if body[1] not in {PERMANENT, TRANSIENT} or not 1 <= body[2] <= 3:  # noqa: PLR2004 - 9.3.4
        raise Garbled("a rejection that is none")
    return Rejected(body[1], body[2], body[3])


def decode_abort(data: bytes) -> Aborted | None:
    """Read an A-ABORT; None where it is none.

    Raises:
        Garbled: one of another length.
    """
    if data[:1] != bytes([ABORT]):
        return None
    if len(data) != HEAD + _FIXED:
        raise Garbled("an A-ABORT of a length that it cannot have")
    return Aborted(data[8], data[9])


def _item(kind: int, value: bytes) -> bytes:
    return struct.pack(">BxH", kind, len(value)) + value


def pdu(kind: int, body: bytes) -> bytes:
    """Write one PDU."""
    return struct.pack(">BxI", kind, len(body)) + body


def _proposed(context: Context, syntax: bytes) -> bytes:
    named = _item(0x30, syntax) + _item(0x40, _IMPLICIT)
    return _item(0x20, struct.pack(">B3x", context) + named)


def first(data: bytes, kinds: set[int]) -> int | None:
    """Give the length of the first PDU, which must be one of these kinds.

    Raises:
        Garbled: another kind, or a length that its kind cannot have.
    """
    if data and data[0] not in kinds:
        raise Garbled("no PDU that could be an answer")
    if len(data) < HEAD:
        return None
    size = int.from_bytes(data[2:HEAD])
    if size > MAX_PDU or (data[0] != _ACCEPT and size != _FIXED):
        raise Garbled("a PDU of a length that it cannot have")
    return HEAD + size if len(data) >= HEAD + size else None


def _accepted(body: bytes) -> Accepted:
    items = list(_items(body[_TITLES:]))
    if len(body) < _TITLES or (0x10, _APPLICATION) not in items:
        raise Garbled("an association in another application context")
    contexts = {value[0]: value[2] for kind, value in items if kind == 0x21 and len(value) > 3}  # noqa: PLR2004 - 9.3.3.2
    if not contexts or not contexts.keys() <= set(Context):
        raise Garbled("an answer to contexts that were not proposed")
    about = {kind: value for of, inner in items if of == 0x50 for kind, value in _items(inner)}  # noqa: PLR2004 - 9.3.3.3
    uid = about.get(0x52, b"").decode("ascii", "replace").rstrip("\0 ")
    return Accepted(
        contexts=contexts,
        max_pdu=int.from_bytes(about.get(0x51, b"")[:4]),
        uid=uid if _UID.fullmatch(uid) else "",
        version=about.get(0x55, b"")[:16].decode("ascii", "replace").strip("\0 "),
    )


def _items(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data):
        if len(data) < at + 4:
            raise Garbled("an item that stops in the middle")
        kind, size = struct.unpack_from(">BxH", data, at)
        begin, at = at + 4, at + 4 + size
        if len(data) < at:
            raise Garbled("an item that is longer than its PDU")
        yield kind, data[begin:at]
