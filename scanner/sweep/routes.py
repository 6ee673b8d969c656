"""Which of our IPv4 addresses the kernel would send from: asked once per route, not per packet.

A SYN's checksum covers its sender, which therefore has to be known before the kernel chooses it.
The kernel is asked by connecting a UDP socket, which sends nothing. Its routing tables say where
one answer ends and the next may begin; between two of their boundaries all addresses are alike.
"""

import errno
import socket
import struct
from collections.abc import Iterator
from ipaddress import IPv4Address

import numpy as np
from numpy.typing import NDArray

from scanner.sweep.columns import U32

#: Discard [RFC 863]; no packet goes there.
_ANY_PORT = 9

#: How long what the kernel said is believed, in seconds: a tunnel may come up during a round.
BELIEVED = 5.0

#: A reply to a dump is at most this long (NLMSG_GOODSIZE is smaller on all machines).
_REPLY = 1 << 16

#: Netlink's own numbers [Linux, include/uapi/linux/rtnetlink.h]; a rule is laid out like a route.
_GET_ROUTE, _GET_RULE = 26, 34
_REQUEST_DUMP = 0x301
_DONE, _ERROR = 3, 2
_HEADER = struct.Struct("=IHHII")
_ROUTE = struct.Struct("=BBBBBBBBI")
_ATTRIBUTE = struct.Struct("=HH")
_DESTINATION = 1


class Routes:
    """Gives the source address for destinations, or the error that a connect to them would get.

    Raises:
        OSError: the routing tables are kept from us, as some sandboxes do.
    """

    def __init__(self) -> None:
        _boundaries()  # asked for nothing, so that what fails does so before a round begins
        self._read_at = -BELIEVED
        self._bounds = np.zeros(1, np.uint32)
        self._sources = np.zeros(1, np.uint32)
        self._errors = np.zeros(1, np.int32)
        self._known = np.zeros(1, np.bool_)

    def sources(self, there: U32, now: float) -> tuple[U32, NDArray[np.int32]]:
        """Give a source for each destination, and an errno where there is none; else 0."""
        if now - self._read_at >= BELIEVED:
            self._read(now)
        cells = np.searchsorted(self._bounds, there, side="right") - 1
        unknown = ~self._known[cells]
        if unknown.any():
            new, places = np.unique(cells[unknown], return_index=True)
            for cell, address in zip(new, there[unknown][places], strict=True):
                self._ask(cell, int(address))
        return self._sources[cells], self._errors[cells]

    def _read(self, now: float) -> None:
        self._read_at = now
        self._bounds = np.array(sorted(_boundaries()), np.uint32)
        count = len(self._bounds)
        self._sources, self._errors = np.zeros(count, np.uint32), np.zeros(count, np.int32)
        self._known = np.zeros(count, np.bool_)

    def _ask(self, cell: int, address: int) -> None:
        self._known[cell] = True
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
            try:
                asker.connect((str(IPv4Address(address)), _ANY_PORT))
                self._sources[cell] = int(IPv4Address(asker.getsockname()[0]))
            except OSError as error:
                self._errors[cell] = error.errno or errno.EHOSTUNREACH


def _boundaries() -> set[int]:
    """Give each address at which a route or rule of ours begins, or that follows its end."""
    bounds = {0}
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as netlink:
        for kind in (_GET_ROUTE, _GET_RULE):
            netlink.send(
                _HEADER.pack(_HEADER.size + _ROUTE.size, kind, _REQUEST_DUMP, 0, 0)
                + _ROUTE.pack(socket.AF_INET, *bytes(7), 0)
            )
            for first, length in _prefixes(netlink):
                bounds |= {first, first + (1 << 32 - length)}
    return bounds - {1 << 32}


def _prefixes(netlink: socket.socket) -> Iterator[tuple[int, int]]:
    """Walk the destinations in the replies to a dump: an address and a prefix length."""
    while True:
        reply = netlink.recv(_REPLY)
        at = 0
        while at < len(reply):
            length, kind, *_ = _HEADER.unpack_from(reply, at)
            if kind in {_DONE, _ERROR}:
                return
            body = reply[at + _HEADER.size : at + length]
            yield from _destination(body)
            at += length + 3 & ~3


def _destination(body: bytes) -> Iterator[tuple[int, int]]:
    family, prefix_length, *_ = _ROUTE.unpack_from(body)
    at = _ROUTE.size
    while family == socket.AF_INET and at < len(body):
        length, kind = _ATTRIBUTE.unpack_from(body, at)
        if kind == _DESTINATION:
            yield int.from_bytes(body[at + 4 : at + length]), prefix_length
        at += max(4, length + 3 & ~3)
