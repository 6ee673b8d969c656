"""Records every byte that crosses loopback, so that a test can say which bytes did not."""

import socket
import struct
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from tests.lab.namespace import only_loopback
from tests.lab.packet import Packet, parsed
from tests.lab.servers.process import NotStarted

MAX_BYTES = 256 << 20  # a round over six servers carries about 100 KiB

_ANY_PROTOCOL = 0x0003
_OUTGOING = 4  # loopback shows each packet twice: as it leaves, and as it arrives
_SOL_PACKET = 263
_PACKET_STATISTICS = 6
_SO_RCVBUFFORCE = 33
_BUFFER = 32 << 20
_GLANCE = 0.05  # seconds between two looks at whether to stop

#: Who sent to whom, as addresses and ports; None holds what is neither TCP nor UDP over IPv4.
Flow = tuple[bytes, int, bytes, int] | None


class Capture:
    """What was sent on loopback, joined to one text for each direction of each connection.

    Loopback delivers in order, so the order of arrival is the order of the bytes.
    """

    def __init__(self) -> None:
        self.flows: defaultdict[Flow, bytearray] = defaultdict(bytearray)
        self.packets: list[Packet] = []
        self.dropped = 0

    def total(self) -> int:
        """How many bytes were carried; connections for data alone have ports of their own."""
        return sum(len(text) for flow, text in self.flows.items() if flow)

    def carried(self, *ports: int) -> int:
        """How many bytes were carried to or from these ports."""
        return sum(len(text) for flow, text in self.flows.items() if flow and set(ports) & {*flow})

    def sent_to(self, port: int) -> Sequence[int]:
        """How many bytes each caller sent to a port; connections without any are among them."""
        return [len(text) for flow, text in self.flows.items() if flow and flow[3] == port]

    def shows(self, text: str) -> bool:
        """Whether a text was carried in clear, even if it was cut into several packets."""
        return any(text.encode() in carried for carried in self.flows.values())

    def add(self, packet: bytes) -> None:
        """Take one packet, from its IP header on."""
        known = parsed(packet)
        if known is None:
            self.flows[None] += packet
        else:
            self.packets.append(known)
            self.flows[*known.source, *known.target] += known.payload
        if sum(map(len, self.flows.values())) > MAX_BYTES:
            raise OverflowError("more bytes than a round over a few servers can carry")


@contextmanager
def capturing() -> Iterator[Capture]:
    """Record for a block; it is complete when the block has ended and `dropped` is 0.

    Raises:
        NotStarted: not in a namespace of our own, where all that is heard is ours.
    """
    if not only_loopback():
        raise NotStarted("capture", "would hear other programs; run below tests/lab/namespace.py")
    captured = Capture()

    def take(packet: bytes, kind: int) -> None:
        if kind != _OUTGOING:
            captured.add(packet)

    with recording(take, interface="lo") as dropped:
        yield captured
    captured.dropped = dropped[0]


@contextmanager
def recording(take: Callable[[bytes, int], None], *, interface: str) -> Iterator[list[int]]:
    """Hand over every packet, and whose it is, for a block; then say how many were dropped.

    "" stands for all interfaces.
    """
    ended, dropped = threading.Event(), list[int]()
    with _listening(interface) as packets:
        thread = threading.Thread(target=_record, args=(packets, take, ended))
        thread.start()
        try:
            yield dropped
        finally:
            ended.set()
            thread.join()
            told = packets.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8)
            dropped.append(struct.unpack("II", told)[1])


def _listening(interface: str) -> socket.socket:
    try:
        packets = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.ntohs(_ANY_PROTOCOL))
    except PermissionError as refused:
        raise NotStarted("capture", f"no packet socket: {refused}") from refused
    if interface:
        packets.bind((interface, _ANY_PROTOCOL))
    packets.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER)
    packets.settimeout(_GLANCE)
    return packets


def _record(
    packets: socket.socket, take: Callable[[bytes, int], None], ended: threading.Event
) -> None:
    """Take packets until the end was asked for and none is left."""
    while True:
        last = ended.is_set()
        try:
            packet, (_, _, kind, *_) = packets.recvfrom(1 << 16)
        except TimeoutError:
            if last:
                return
            continue
        take(packet, kind)
