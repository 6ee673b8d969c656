"""ONC RPC over TCP: calls without arguments, and what portmap and mountd answer them.

Source: RFC 5531 (calls, record marking), RFC 1833 (portmap), RFC 1813, appendix I (mountd).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from scanner.wire import Garbled

#: 2,000 exports with a few hosts each; a server with more is cut short by the gate.
MAX_REPLY = 1 << 20
MAX_FRAGMENTS = 64
MAX_ITEMS = 10_000
MAX_TEXT = 1024  # MNTPATHLEN

PORTMAP, NFS, MOUNTD = 100_000, 100_003, 100_005

#: How a call was met [RFC 5531, 9]; `DENIED` is ours for a call that was not accepted at all.
SUCCESS, PROG_UNAVAIL, PROG_MISMATCH, PROC_UNAVAIL, DENIED = 0, 1, 2, 3, -1

_XID: Final = 0x726F6E64
_LAST: Final = 0x8000_0000
_CALL, _REPLY = 0, 1
_VERSION: Final = 2


@dataclass(frozen=True, slots=True)
class Reply:
    """How a call was met, and the result that follows where it succeeded."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Export:
    """A folder that is exported, and to whom; to nobody in particular is to everybody."""

    path: str
    groups: tuple[str, ...]


def call(program: int, version: int, procedure: int) -> bytes:
    """Write a call without arguments, credential (AUTH_NONE) or verifier."""
    body = struct.pack(">6I", _XID, _CALL, _VERSION, program, version, procedure) + bytes(16)
    return struct.pack(">I", _LAST | len(body)) + body


def frame(data: bytes) -> int | None:
    """Give the length of the first record, or None while it is incomplete.

    Raises:
        Garbled: no reply to our call, or one too long.
    """
    ours = struct.pack(">2I", _XID, _REPLY)
    if not (data[4:12] == ours or ours.startswith(data[4:12])):
        raise Garbled("no reply to our call")
    return next((end for is_last, _, end in _fragments(data) if is_last), None)


def decode(data: bytes) -> Reply:
    """Read what `frame` found.

    Raises:
        Garbled: no reply.
    """
    reader = _Reader(b"".join(piece for _, piece, _ in _fragments(data)))
    if (reader.word(), reader.word()) != (_XID, _REPLY):
        raise Garbled("no reply to our call")
    if reader.word():
        return Reply(DENIED, b"")
    reader.word()  # the flavour of the verifier
    reader.opaque()
    return Reply(reader.word(), reader.rest())


def exports(body: bytes) -> tuple[Export, ...]:
    """Read the result of mountd's EXPORT.

    Raises:
        Garbled: no such list.
    """
    reader, found = _Reader(body), list[Export]()
    for _ in reader.items():
        path = reader.text()
        found.append(Export(path, tuple(reader.text() for _ in reader.items())))
    return tuple(found)


def tcp_ports(body: bytes, program: int) -> frozenset[int]:
    """Read the ports of a program on TCP from the result of portmap's DUMP.

    Raises:
        Garbled: no such list.
    """
    reader, found = _Reader(body), set[int]()
    for _ in reader.items():
        known, _, protocol, port = (reader.word() for _ in range(4))
        if known == program and protocol == 6 and 0 < port < 1 << 16:  # noqa: PLR2004 - IPPROTO_TCP
            found.add(port)
    return frozenset(found)


def _fragments(data: bytes) -> Iterator[tuple[bool, bytes, int]]:
    """Walk the complete fragments: whether it is the last, its bytes, where it ends."""
    at = 0
    for _ in range(MAX_FRAGMENTS):
        if len(data) < at + 4:
            return
        mark = int.from_bytes(data[at : at + 4], "big")
        end = at + 4 + (mark & ~_LAST)
        if end > MAX_REPLY:
            raise Garbled(f"a record longer than {MAX_REPLY}")
        if len(data) < end:
            return
        yield bool(mark & _LAST), data[at + 4 : end], end
        if mark & _LAST:
            return
        at = end
    raise Garbled(f"more than {MAX_FRAGMENTS} fragments")


class _Reader:
    """One pass over XDR; `at` is where the next item begins [RFC 4506]."""

    __slots__ = ("at", "data", "left")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.left = MAX_ITEMS

    def word(self) -> int:
        return int.from_bytes(self._take(4), "big")

    def opaque(self) -> bytes:
        size = self.word()
        if size > MAX_TEXT:
            raise Garbled(f"a text longer than {MAX_TEXT}")
        return self._take(size + -size % 4)[:size]

    def text(self) -> str:
        return self.opaque().decode("utf-8", "replace")

    def items(self) -> Iterator[None]:
        """Walk a list: before each item, and at the end, stands whether one follows."""
        while self.word():
            self.left -= 1
            if self.left < 0:
                raise Garbled(f"more than {MAX_ITEMS} items")
            yield

    def rest(self) -> bytes:
        return self.data[self.at :]

    def _take(self, size: int) -> bytes:
        if len(self.data) < self.at + size:
            raise Garbled("a reply that stops in the middle")
        self.at += size
        return self.data[self.at - size : self.at]
