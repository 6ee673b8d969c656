"""What a device is sent, packet by packet: nothing of a sweep, whichever way the rest is swept."""

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from probes.memcachedudp import MemcachedUdp
from probes.redis import Redis
from scanner.sweep import Means, why_no_syns
from tests.fakes.modality import CONSENT, ROOT, ZONE, Greeter, Site, answers, gently, modality

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="needs AF_PACKET"),
    pytest.mark.skipif(why_no_syns() is not None, reason=str(why_no_syns())),
]

#: Loopback addresses that nothing else of this machine uses.
RANGE, DEVICE, OTHER = "127.99.7.0/28", "127.99.7.3", "127.99.7.4"

#: Asked for by its protocol, a packet of loopback is seen once: as it comes in [packet(7)].
IPV4 = 0x0800
ETHERNET, TCP, UDP, SYN = 14, 6, 17, 0x02


@dataclass
class Wire:
    """How many SYNs and datagrams came to each address."""

    begun: dict[str, int] = field(default_factory=dict)
    datagrams: dict[str, int] = field(default_factory=dict)

    def take(self, packet: bytes) -> None:
        """Count a packet."""
        size, protocol = (packet[0] & 0x0F) * 4, packet[9]
        to = socket.inet_ntoa(packet[16:20])
        if protocol == TCP and packet[size + 13] & 0x12 == SYN:
            self.begun[to] = self.begun.get(to, 0) + 1
        if protocol == UDP:
            self.datagrams[to] = self.datagrams.get(to, 0) + 1


@contextmanager
def listening_in() -> Iterator[Wire]:
    """Look at what crosses loopback for the length of a block."""
    wire, over = Wire(), threading.Event()
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(IPV4)) as raw:
        raw.bind(("lo", IPV4))
        raw.settimeout(0.1)
        listener = threading.Thread(target=_listen, args=(raw, wire, over))
        listener.start()
        try:
            yield wire
        finally:
            over.set()
            listener.join()


def _listen(raw: socket.socket, wire: Wire, over: threading.Event) -> None:
    while True:
        try:
            frame = raw.recv(65_536)
        except TimeoutError:  # nothing is on its way any more
            if over.is_set():
                return
            continue
        wire.take(frame[ETHERNET:])


@pytest.mark.parametrize("means", [Means.CONNECT, Means.SYN])
def test_no_packet_of_a_sweep_reaches_a_device(tmp_path: Path, means: Means) -> None:
    """Its neighbours get SYNs and datagrams; it gets the SYNs of its calls, and no datagram."""
    with modality(answers, ports=2, address=DEVICE) as device, listening_in() as wire:
        # In a process of its own: who sends SYNs gives up the privilege for good.
        words = [sys.executable, "-m", "tests.test_calls_on_the_wire", str(tmp_path), means]
        subprocess.run([*words, *map(str, device.ports)], cwd=ROOT, check=True)  # noqa: S603 - our own tool

        assert device.all_ended()
    assert wire.begun[DEVICE] == len(device.begun) == 2
    assert DEVICE not in wire.datagrams
    assert wire.begun[OTHER] >= len(Redis.about.own_ports)
    assert wire.datagrams[OTHER] >= 1


def walk(folder: Path, means: Means, ports: list[int]) -> None:
    """Walk a round over the range, in which the device is one of sixteen hosts."""
    scope = f"udp = true\n{ZONE.replace('127.0.0.1', DEVICE)}{CONSENT}"
    probes = Greeter(ports), Redis(), MemcachedUdp()
    prepared = Site(folder).prepared(*probes, scope=scope, range_=RANGE)
    Site(folder).walk(prepared, manner=gently(sweep=means))


if __name__ == "__main__":
    walk(Path(sys.argv[1]), Means(sys.argv[2]), [int(port) for port in sys.argv[3:]])
