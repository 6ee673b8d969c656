"""DCE/RPC to Windows' server service: the list of shares. Source: C706, 12; MS-SRVS, 3.1.4.8."""

import struct
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from scanner.wire import Garbled

#: A file server has some hundred shares.
MAX_SHARES = 2_000
MAX_NAME = 512

#: Types of shares [MS-SRVS 2.2.2.4]; the upper bit marks what the system itself shares (`C$`).
DISK = 0

_BIND, _BIND_ACK, _REQUEST, _RESPONSE, _FAULT = 11, 12, 0, 2, 3
_SHARE_ENUM: Final = 15
_HEAD: Final = 16
_SERVICE: Final = UUID("4b324fc8-1670-01d3-1278-5a47bf6ee188").bytes_le + struct.pack("<HH", 3, 0)
_NDR: Final = UUID("8a885d04-1ceb-11c9-9fe8-08002b104860").bytes_le + struct.pack("<I", 2)


@dataclass(frozen=True, slots=True)
class Share:
    """A share: its name and type. Its remark is left where it is."""

    name: str
    kind: int


def bind() -> bytes:
    """Write a bind to the service."""
    sizes = struct.pack("<HHIB3x", 0xFFFF, 0xFFFF, 0, 1)
    return _pdu(_BIND, sizes + struct.pack("<HBx", 0, 1) + _SERVICE + _NDR)


def share_enum() -> bytes:
    """Write NetrShareEnum at level 1, of whichever server this is."""
    stub = struct.pack("<IIIIIIII", 0, 1, 1, 0x0002_0004, 0, 0, 0xFFFF_FFFF, 0)
    return _pdu(_REQUEST, struct.pack("<IHH", len(stub), 0, _SHARE_ENUM) + stub)


def is_bound(data: bytes) -> bool:
    """Tell whether a bind was acknowledged."""
    return data[2:3] == bytes([_BIND_ACK])


def shares(data: bytes) -> tuple[Share, ...] | None:
    """Read the answer to `share_enum`; None where it was refused.

    Raises:
        Garbled: no such answer, or one in several fragments.
    """
    if data[2:3] == bytes([_FAULT]):
        return None
    if data[2:3] != bytes([_RESPONSE]) or len(data) < 24 or not data[3] & 2:  # noqa: PLR2004 - head
        raise Garbled("no answer in one fragment")
    reader = _Reader(data, 24)
    _level, _switch, container = reader.words(3)
    if not container:
        return None
    count, pointer = reader.words(2)
    if count > MAX_SHARES or (count and (not pointer or reader.words(1)[0] < count)):
        raise Garbled("a list that is shorter than it says")
    entries = [reader.words(3) for _ in range(count)]
    found = tuple(_share(reader, *entry) for entry in entries)
    return found if count or int.from_bytes(data[-4:], "little") == 0 else None


def _share(reader: "_Reader", name: int, kind: int, remark: int) -> Share:
    share = Share(reader.text() if name else "", kind)
    if remark:
        reader.text()
    return share


def _pdu(kind: int, body: bytes) -> bytes:
    size = _HEAD + len(body)
    return struct.pack("<BBBBIHHI", 5, 0, kind, 3, 0x10, size, 0, 1) + body


class _Reader:
    """One pass over NDR; `at` is where the next item begins."""

    __slots__ = ("at", "data")

    def __init__(self, data: bytes, at: int) -> None:
        self.data = data
        self.at = at

    def words(self, count: int) -> tuple[int, ...]:
        return struct.unpack(f"<{count}I", self._take(4 * count))

    def text(self) -> str:
        """Read a conformant and varying string, with its NUL and its padding."""
        _, offset, count = self.words(3)
        if offset or count > MAX_NAME:
            raise Garbled("a text that does not begin, or never ends")
        raw = self._take(2 * count)
        self._take(-self.at % 4)
        return raw.decode("utf-16-le", "replace").partition("\0")[0]

    def _take(self, size: int) -> bytes:
        if len(self.data) < self.at + size:
            raise Garbled("an answer that stops in the middle")
        self.at += size
        return self.data[self.at - size : self.at]
