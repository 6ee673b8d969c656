"""DIMSE: one query of DICOM that can match nothing, and the status of its answer.

Source: DICOM PS3.7, sections 6.3 and 9.3.2, annex E; PS3.4, annex C.4.1; PS3.8, section 9.3.5.
What a server puts into a data set is not looked at, not even to find its end.
"""

import struct
from collections.abc import Iterator
from typing import Final

from scanner.wire import Garbled
from scanner.wire.dicom import (
    ABORT,
    DATA,
    HEAD,
    MAX_PDU,
    SYNTAXES,
    Aborted,
    Context,
    decode_abort,
    first,
    pdu,
)

#: A response takes 100 bytes, a comment in it 64 at most; some send a list of offending elements.
MAX_COMMAND: Final = 4 << 10
MAX_FRAGMENTS: Final = 16


#: Statuses of a C-FIND [PS3.4 C.4.1.1.4].
SUCCESS: Final = 0x0000
PENDING: Final = frozenset({0xFF00, 0xFF01})
NOT_AUTHORISED: Final = 0x0124
OUT_OF_RESOURCES: Final = 0xA700

_COMMAND, _LAST = 1, 2
_FIND_REQUEST, _FIND_RESPONSE, _CANCEL_REQUEST = 0x0020, 0x8020, 0x0FFF
_MESSAGE: Final = 1
_NO_DATA_SET: Final = 0x0101


def find(study: str) -> bytes:
    """Write C-FIND-RQ [PS3.7 9.3.2.1] for one study by its UID, asking for nothing else of it."""
    syntax = SYNTAXES[Context.STUDY_FIND]
    command = _uint(0x0100, _FIND_REQUEST) + _uint(0x0110, _MESSAGE) + _uint(0x0700, 0)
    command = _element(0, 0x0002, _even(syntax)) + command + _uint(0x0800, 1)
    level = _element(0x0008, 0x0052, b"STUDY ")
    identifier = level + _element(0x0020, 0x000D, _even(study.encode()))
    return _commanded(command) + _carried(_LAST, identifier)


def cancel() -> bytes:
    """Write C-CANCEL-RQ [PS3.7 9.3.2.3]."""
    fields = _uint(0x0100, _CANCEL_REQUEST) + _uint(0x0120, _MESSAGE)
    return _commanded(fields + _uint(0x0800, _NO_DATA_SET))


def frame_command(data: bytes) -> int | None:
    """Give the length up to the end of a command, which its data set, unread, may follow.

    Raises:
        Garbled: neither a command nor an A-ABORT.
    """
    if data[:1] == bytes([ABORT]):
        return first(data, {ABORT})
    return next((end for _, end, is_last in _fragments(data) if is_last), None)


def decode_status(data: bytes) -> int | Aborted:
    """Read the status of a C-FIND-RSP [PS3.7 9.3.2.2] that `frame_command` found.

    Raises:
        Garbled: another command, or the answer to another message.
    """
    if aborted := decode_abort(data):
        return aborted
    command = b"".join(part for part, _, _ in _fragments(data))
    values = dict(_elements(command))
    if values.get(0x0100) != _FIND_RESPONSE or values.get(0x0120) != _MESSAGE:
        raise Garbled("no response to our query")
    if 0x0900 not in values:  # noqa: PLR2004 - the element of the status
        raise Garbled("a response without a status")
    return values[0x0900]


def _element(group: int, number: int, value: bytes) -> bytes:
    return struct.pack("<HHI", group, number, len(value)) + value


def _uint(number: int, value: int) -> bytes:
    return _element(0, number, struct.pack("<H", value))


def _even(text: bytes) -> bytes:
    return text + b"\0" * (len(text) % 2)


def _commanded(fields: bytes) -> bytes:
    length = _element(0, 0, struct.pack("<I", len(fields)))
    return _carried(_COMMAND | _LAST, length + fields)


def _carried(control: int, fragment: bytes) -> bytes:
    head = struct.pack(">IBB", len(fragment) + 2, Context.STUDY_FIND, control)
    return pdu(DATA, head + fragment)


def _fragments(data: bytes) -> Iterator[tuple[bytes, int, bool]]:
    """Walk the whole fragments of a command: bytes, where it ends, whether it is the last."""
    at = total = 0
    for _ in range(MAX_FRAGMENTS):
        if data[at : at + 1] not in {b"", bytes([DATA])}:
            raise Garbled("no PDU that could hold a command")
        if len(data) < at + HEAD:
            return
        at, size = at + HEAD, int.from_bytes(data[at + 2 : at + HEAD])
        if size > MAX_PDU:
            raise Garbled("a PDU that is longer than we allowed")
        end = at + size
        while at < end:
            if len(data) < at + HEAD:
                return
            size, _, control = struct.unpack_from(">IBB", data, at)
            total += size
            if not 2 <= size <= end - at - 4 or total > MAX_COMMAND:  # noqa: PLR2004 - its head
                raise Garbled("a fragment of a length that it cannot have")
            if not control & _COMMAND:
                raise Garbled("a data set before its command")
            begin, at = at + HEAD, at + 4 + size
            if len(data) < at:
                return
            yield data[begin:at], at, bool(control & _LAST)
    raise Garbled(f"a command in more than {MAX_FRAGMENTS} parts")


def _elements(command: bytes) -> Iterator[tuple[int, int]]:
    """Walk the numbers of a command set [PS3.7 6.3.1]; other values are passed over unread."""
    at = 0
    while at < len(command):
        if len(command) < at + 8:
            raise Garbled("an element that stops in the middle")
        group, number, size = struct.unpack_from("<HHI", command, at)
        begin, at = at + 8, at + 8 + size
        if group or len(command) < at:
            raise Garbled("an element that no command has")
        if size == 2:  # noqa: PLR2004 - an unsigned short
            yield number, int.from_bytes(command[begin:at], "little")
