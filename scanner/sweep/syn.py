"""Bare SYNs by raw sockets, one link an IP version: they go out, answers come in."""

import errno
import socket
import struct
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import TypeAlias

import numpy as np

from scanner.sweep.answer import SHORTAGES
from scanner.sweep.answers import ROW, Answers, read_icmp4, read_icmp6, read_tcp4, read_tcp6
from scanner.sweep.columns import U32, Columns
from scanner.sweep.filters import keep_tcp, keep_unreachable
from scanner.sweep.link import Errors, Link
from scanner.sweep.mmsg import MOST, Calls, Mail
from scanner.sweep.packets import (
    IPV4_LENGTH,
    TCP_CHECKSUM,
    TCP_LENGTH,
    addresses4,
    addresses6,
    syns4,
    syns6,
)
from scanner.sweep.routes import Routes

#: Answers may pile up to so many bytes while a report is handed over: some 80,000 of them.
RECEIVE_BUFFER = 1 << 26

#: How long the kernel may make a sender wait, in seconds; then it counts as a shortage.
SEND_PATIENCE = 1.0

#: Linux's numbers, which the socket module leaves out. The first is not bounded by rmem_max; the
#: second gives nine counters, of which the last is that of packets dropped.
_SO_RCVBUFFORCE = 33
_SO_MEMINFO, _COUNTERS = 55, struct.Struct("=9I")

#: A raw TCP socket, and a raw ICMP one of the same IP version.
Sockets: TypeAlias = tuple[socket.socket, socket.socket]


class Link4:
    """IPv4: the packet is ours up to its header, the way it takes is the kernel's choice."""

    def __init__(self, calls: Calls, sockets: Sockets, our_port: int) -> None:
        self._our_port = our_port
        self._routes = Routes()
        self._out = Mail(calls, socket.AF_INET, IPV4_LENGTH + TCP_LENGTH)
        self._in = Mail(calls, socket.AF_INET, ROW)
        self._tcp, self._icmp = sockets
        self._tcp.setsockopt(socket.IPPROTO_IP, socket.IP_HDRINCL, 1)

    def room(self) -> int:
        """Always have room: a SYN that is out takes none."""
        return MOST

    def send(self, columns: Columns, numbers: U32, now: float) -> Errors:
        """Send what has a route; the others have the error that a connect would have."""
        sources, errors = self._routes.sources(columns.low.astype(np.uint32), now)
        routed = errors == 0
        columns, numbers, sources = columns[routed], numbers[routed], sources[routed]
        count = len(columns)
        self._out.rows[:count] = syns4(columns, sources, self._our_port, numbers)
        self._out.addresses[:count] = addresses4(columns)
        errors[routed] = _sent(self._out, self._tcp, count)
        return errors

    def receive(self) -> Iterator[tuple[int, Answers]]:
        """Read both sockets once."""
        for sock, read in ((self._tcp, read_tcp4), (self._icmp, read_icmp4)):
            if count := self._in.receive(sock):
                yield count, read(self._in.rows[:count], self._our_port)
                self._in.wipe(count)

    def lost(self) -> int:
        """Ask the kernel."""
        return _drops(self._tcp) + _drops(self._icmp)


class Link6:
    """IPv6: the kernel chooses the source and puts header and checksum in."""

    def __init__(self, calls: Calls, sockets: Sockets, our_port: int) -> None:
        self._our_port = our_port
        self._out = Mail(calls, socket.AF_INET6, TCP_LENGTH)
        self._in = Mail(calls, socket.AF_INET6, ROW)
        self._tcp, self._icmp = sockets
        self._tcp.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_CHECKSUM, TCP_CHECKSUM)

    def room(self) -> int:
        """Always have room: a SYN that is out takes none."""
        return MOST

    def send(self, columns: Columns, numbers: U32, now: float) -> Errors:  # noqa: ARG002 - IPv4's
        """Send all; the kernel finds each its way."""
        count = len(columns)
        self._out.rows[:count] = syns6(columns, self._our_port, numbers)
        self._out.addresses[:count] = addresses6(columns)
        return _sent(self._out, self._tcp, count)

    def receive(self) -> Iterator[tuple[int, Answers]]:
        """Read both sockets once."""
        if count := self._in.receive(self._tcp):
            rows, senders = self._in.rows[:count], self._in.addresses[:count]
            yield count, read_tcp6(rows, senders, self._our_port)
            self._in.wipe(count)
        if count := self._in.receive(self._icmp):
            yield count, read_icmp6(self._in.rows[:count], self._our_port)
            self._in.wipe(count)

    def lost(self) -> int:
        """Ask the kernel."""
        return _drops(self._tcp) + _drops(self._icmp)


@contextmanager
def links() -> Iterator[dict[int, Link]]:
    """Hold raw sockets and a port for them; give a link for each IP version there is.

    Enter it before the guard watches: the guard lets no library be loaded.

    Raises:
        OSError: no raw sockets for this process, or none on this system.
    """
    with ExitStack() as closing:
        calls = Calls()
        our_port = closing.enter_context(_reserved()).getsockname()[1]
        v4 = _opened(closing, socket.AF_INET, socket.IPPROTO_ICMP, our_port)
        opened: dict[int, Link] = {4: Link4(calls, v4, our_port)}
        with suppress(OSError):  # IPv6 is off here
            v6 = _opened(closing, socket.AF_INET6, socket.IPPROTO_ICMPV6, our_port)
            opened[6] = Link6(calls, v6, our_port)
        yield opened


@contextmanager
def _reserved() -> Iterator[socket.socket]:
    """Take a port of our own, in both IP versions: a socket that neither listens nor connects.

    Nobody else gets the port while the socket is open, and whatever arrives at it is answered by
    the kernel, with a reset: so a host that sent a SYN-ACK is rid of the half-open connection.
    """
    with ExitStack() as closing:
        try:
            sock = closing.enter_context(socket.socket(socket.AF_INET6, socket.SOCK_STREAM))
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            sock.bind(("::", 0))
        except OSError:  # IPv6 is off here
            sock = closing.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
            sock.bind(("0.0.0.0", 0))
        yield sock


def _opened(closing: ExitStack, family: socket.AddressFamily, icmp: int, our_port: int) -> Sockets:
    tcp = closing.enter_context(socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_TCP))
    errors = closing.enter_context(socket.socket(family, socket.SOCK_RAW, icmp))
    keep_tcp(tcp, our_port)
    keep_unreachable(errors, our_port)
    seconds, microseconds = divmod(int(SEND_PATIENCE * 1e6), 1_000_000)
    patience = struct.pack("@ll", seconds, microseconds)
    tcp.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, patience)
    for sock in (tcp, errors):  # a router that rejects answers as fast as hosts do
        _give_room(sock)
    return tcp, errors


def _give_room(sock: socket.socket) -> None:
    try:
        sock.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, RECEIVE_BUFFER)
    except PermissionError:  # it takes CAP_NET_ADMIN; the system's maximum has to do
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)


def _sent(mail: Mail, sock: socket.socket, count: int) -> Errors:
    """Send the first rows; step over what the kernel refuses, stop at what it has no room for."""
    errors = np.zeros(count, np.int32)
    place = 0
    while place < count:
        try:
            place += mail.send(sock, place, count)
        except InterruptedError:
            continue
        except OSError as error:
            code = error.errno or errno.EIO
            if code in SHORTAGES:
                errors[place:] = code
                break
            errors[place] = code
            place += 1
    return errors


def _drops(sock: socket.socket) -> int:
    counters = sock.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, _COUNTERS.size)
    dropped: int = _COUNTERS.unpack(counters)[-1]
    return dropped
