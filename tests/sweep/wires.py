"""Network namespaces with a scripted peer or a second kernel at the far end of a link.

A namespace belongs to a thread of ours and ends with it; nothing leaves it, for it has no other
link. Addresses are from 198.18.0.0/15, set aside for benchmarks [RFC 2544], and from fd00::/8.
"""

import ctypes
import fcntl
import os
import select
import shutil
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

SYN, RST, ACK = 2, 4, 16

_CLONE_NEWNET = 0x40000000
_ALL_PROTOCOLS = 3
_SO_RCVBUFFORCE, _SO_TIMESTAMPNS = 33, 35
_TUNSETIFF = 0x400454CA
_TUN_WITHOUT_HEADER = 0x1001


class Room:
    """A network namespace of its own, and a thread that lives in it."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, initializer=_leave_network)
        self.thread_id: int = self.run(threading.get_native_id)
        self.run(ip, "link", "set", "lo", "up")

    def run(self, function: Callable[..., T], *arguments: object) -> T:
        """Call something inside."""
        return self._thread.submit(function, *arguments).result()

    def beside(self, *words: str) -> None:
        """Run a command inside while the thread is busy there."""
        namespace = f"--net=/proc/{os.getpid()}/task/{self.thread_id}/ns/net"
        subprocess.run(["nsenter", namespace, *words], check=True)  # noqa: S603, S607 - our own words

    def close(self) -> None:
        """End the thread, and with it the namespace."""
        self._thread.shutdown()


@dataclass(frozen=True)
class Heard:
    """A TCP packet that reached the peer; `whole` is all of it, its IP header included."""

    when: float
    source: str
    sport: int
    address: str
    port: int
    number: int
    flags: int
    whole: bytes = field(repr=False)


Rule = Callable[[Heard], Iterable[bytes]]


class Tap:
    """What went over a link of the room that this is made in, by the kernel's own clock."""

    def __init__(self, link: str) -> None:
        everything = socket.htons(_ALL_PROTOCOLS)
        self._tap = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, everything)
        self._tap.bind((link, _ALL_PROTOCOLS))
        self._tap.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, 1 << 26)
        self._tap.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self._tap.settimeout(0)

    def syns(self) -> list[tuple[float, str]]:
        """Give when each SYN went to whom since the tap was made, in seconds; close the tap."""
        seen: list[tuple[float, str]] = []
        with self._tap, suppress(BlockingIOError):
            while True:
                packet, stamps, _, _ = self._tap.recvmsg(2048, 64)
                seconds, nanoseconds = struct.unpack("@qq", stamps[0][2])
                tcp = heard(packet)
                if tcp and tcp.flags == SYN:
                    seen.append((seconds + nanoseconds * 1e-9, tcp.address))
        return seen


class Peer:
    """Whatever is routed into its tunnel, it answers by a rule, for any address and port."""

    def __init__(self, room: Room, rule: Rule) -> None:
        self.heard: list[Heard] = []
        self._rule = rule
        self._tunnel: int = room.run(_open_tunnel)
        self._stop, self._told = os.pipe()
        self._thread = threading.Thread(target=self._answer)
        self._thread.start()

    @property
    def syns(self) -> list[Heard]:
        """The SYNs among what was heard."""
        return [packet for packet in self.heard if packet.flags == SYN]

    @property
    def resets(self) -> list[Heard]:
        """The resets among what was heard."""
        return [packet for packet in self.heard if packet.flags & RST]

    def close(self) -> None:
        """Stop listening."""
        os.close(self._told)
        self._thread.join()
        os.close(self._stop)
        os.close(self._tunnel)

    def _answer(self) -> None:
        """Answer what comes; told to stop, hear what is there already."""
        waiting = select.poll()
        waiting.register(self._tunnel, select.POLLIN)
        waiting.register(self._stop, select.POLLHUP)
        while any(fd == self._tunnel for fd, _ in waiting.poll()):
            if (packet := heard(os.read(self._tunnel, 2048))) is None:
                continue
            self.heard.append(packet)
            for answer in self._rule(packet) if packet.flags == SYN else ():
                os.write(self._tunnel, answer)


def why_not() -> str | None:
    """Say why there can be no namespaces here, or None."""
    if sys.platform != "linux":
        return "network namespaces are of Linux"
    if os.geteuid() != 0:
        return "network namespaces need root"
    if shutil.which("ip") is None:
        return "`ip` (iproute2) is not installed"
    if not Path("/dev/net/tun").exists():
        return "there is no /dev/net/tun"
    return None


@contextmanager
def tunnelled(rule: Rule) -> Iterator[tuple[Room, Peer]]:
    """Build a room whose only way out is a tunnel to a scripted peer."""
    room = Room()
    try:
        peer = Peer(room, rule)
        try:
            room.run(ip, "address", "add", "198.19.0.1/24", "dev", "wire")
            room.run(ip, "address", "add", "fd00::1/64", "dev", "wire", "nodad")
            room.run(ip, "link", "set", "wire", "up", "txqueuelen", "10000")
            room.run(ip, "route", "add", "198.18.0.0/16", "dev", "wire")
            room.run(ip, "route", "add", "fd00:1::/64", "dev", "wire")
            yield room, peer
        finally:
            peer.close()
    finally:
        room.close()


@contextmanager
def joined() -> Iterator[tuple[Room, Room]]:
    """Build two rooms with a virtual Ethernet between; the second one is 198.18.0.0/16."""
    here, there = Room(), Room()
    try:
        far = str(there.thread_id)
        here.run(ip, "link", "add", "near", "type", "veth", "peer", "name", "far", "netns", far)
        for room, link, last in ((here, "near", "1"), (there, "far", "2")):
            room.run(ip, "address", "add", f"198.19.0.{last}/24", "dev", link)
            room.run(ip, "address", "add", f"fd00::{last}/64", "dev", link, "nodad")
            room.run(ip, "link", "set", link, "up")
        here.run(ip, "route", "add", "198.18.0.0/16", "via", "198.19.0.2")
        here.run(ip, "-6", "route", "add", "fd00:1::/64", "via", "fd00::2")
        there.run(ip, "route", "add", "local", "198.18.0.0/16", "dev", "lo")
        there.run(ip, "-6", "route", "add", "local", "fd00:1::/64", "dev", "lo")
        for address in ("198.19.0.2", "fd00::2"):
            here.run(_meet, address)
        yield here, there
    finally:
        here.close()
        there.close()


@contextmanager
def tunnelled_through(kind: str, *words: str) -> Iterator[Room]:
    """Build a room whose way to 198.19.10.0/24, which listens on port 9200, is a tunnel.

    Raises:
        subprocess.CalledProcessError: the kernel has no tunnels of this kind.
    """
    with joined() as (here, there):
        for room, own, far in ((here, "1", "2"), (there, "2", "1")):
            ends = ("local", f"198.19.0.{own}", "remote", f"198.19.0.{far}")
            room.run(ip, "link", "add", "through", "type", kind, *words, *ends)
            room.run(ip, "address", "add", f"198.19.9.{own}/24", "dev", "through")
            room.run(ip, "link", "set", "through", "up")
        here.run(ip, "route", "add", "198.19.10.0/24", "via", "198.19.9.2")
        there.run(ip, "route", "add", "local", "198.19.10.0/24", "dev", "lo")
        with there.run(listening, 9200):
            yield here


def listening(port: int) -> socket.socket:
    """Listen on every address of the room that this is called in; nobody accepts."""
    return socket.create_server(
        ("::", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=65_535
    )


def ip(*words: str) -> None:
    """Run iproute2 in the room that this is called in."""
    subprocess.run(["ip", *words], check=True)  # noqa: S603, S607 - our own words; found by why_not


def heard(packet: bytes) -> Heard | None:
    """Take a TCP packet apart; None for anything else."""
    if packet[0] >> 4 == 4:
        start, protocol, ends = (packet[0] & 15) * 4, packet[9], (packet[12:16], packet[16:20])
    else:
        start, protocol, ends = 40, packet[6], (packet[8:24], packet[24:40])
    if protocol != socket.IPPROTO_TCP:
        return None
    sport, port, number, _, _, flags = struct.unpack_from(">HHIIBB", packet, start)
    source, address = (str(ip_address(end)) for end in ends)
    return Heard(time.monotonic(), source, sport, address, port, number, flags, packet)


def syn_ack(to: Heard, *, off: int = 0, address: str = "") -> bytes:
    """Accept; `off` by so much in what is acknowledged, or in the name of another address."""
    return _tcp(to, SYN | ACK, off=off, address=address)


def reset(to: Heard) -> bytes:
    """Refuse."""
    return _tcp(to, RST | ACK)


def unreachable(to: Heard, code: int) -> bytes:
    """Say, as a router, that the destination cannot be reached; `code` is ICMP's."""
    if ":" not in to.address:
        message = _summed(struct.pack(">BBHI", 3, code, 0, 0) + to.whole[:28], 2)
        return _packet(to.address, to.source, socket.IPPROTO_ICMP, message)
    pseudo = _pseudo(to.address, to.source, socket.IPPROTO_ICMPV6, 8 + len(to.whole))
    message = _summed(struct.pack(">BBHI", 1, code, 0, 0) + to.whole, 2, pseudo)
    return _packet(to.address, to.source, socket.IPPROTO_ICMPV6, message)


def checksum(*parts: bytes) -> int:
    """Add up what a checksum covers [RFC 1071]; 0 if it holds already."""
    data = b"".join(parts)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    return ~(total % 0xFFFF) & 0xFFFF if total % 0xFFFF else 0


def sound(packet: Heard) -> bool:
    """Tell whether a packet's TCP checksum holds."""
    start = 40 if ":" in packet.address else 20
    segment = packet.whole[start:]
    pseudo = _pseudo(packet.source, packet.address, socket.IPPROTO_TCP, len(segment))
    return checksum(pseudo, segment) == 0


def _meet(neighbour: str) -> None:
    """Wait until a neighbour's link address is known; IPv6 takes a second after a link came up."""
    with suppress(ConnectionRefusedError):
        socket.create_connection((neighbour, 1), timeout=10).close()


def _tcp(to: Heard, flags: int, *, off: int = 0, address: str = "") -> bytes:
    acknowledged = (to.number + 1 + off) & 0xFFFFFFFF
    header = struct.pack(">HHIIBBHHH", to.port, to.sport, 7, acknowledged, 0x50, flags, 9000, 0, 0)
    source = address or to.address
    pseudo = _pseudo(source, to.source, socket.IPPROTO_TCP, len(header))
    return _packet(source, to.source, socket.IPPROTO_TCP, _summed(header, 16, pseudo))


def _packet(source: str, to: str, protocol: int, body: bytes) -> bytes:
    ends = ip_address(source).packed + ip_address(to).packed
    if ":" in source:
        return struct.pack(">IHBB", 6 << 28, len(body), protocol, 64) + ends + body
    header = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(body), 0, 0, 64, protocol, 0) + ends
    return _summed(header, 10) + body


def _pseudo(source: str, to: str, protocol: int, length: int) -> bytes:
    ends = ip_address(source).packed + ip_address(to).packed
    return ends + struct.pack(">II", length, protocol)


def _summed(data: bytes, at: int, pseudo: bytes = b"") -> bytes:
    return data[:at] + checksum(pseudo, data).to_bytes(2) + data[at + 2 :]


def _leave_network() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "unshare")


def _open_tunnel() -> int:
    tunnel = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tunnel, _TUNSETIFF, struct.pack("16sH22x", b"wire", _TUN_WITHOUT_HEADER))
    return tunnel
