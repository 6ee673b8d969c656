"""The hostile estate, watched from outside: no packet goes where nobody signed for.

In a namespace of our own, where what a lured scanner would send abroad has a way out to be seen on.
"""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from tests.hostile.rounds import walk_estate
from tests.lab.capture import recording
from tests.lab.namespace import only_loopback
from tests.lab.servers.process import NotStarted
from tests.lab.session import Lab

BLOCK = 64

#: Where the estate stands, and from where the kernel lets us speak to it.
SCOPE, OURS = ip_network(f"127.{BLOCK}.0.0/22"), "127.0.0.1"

#: An address as far away as those that the estate names; the test itself sends to it.
CONTROL = "192.0.2.99"

#: A way to the networks that the estate names, and on to nobody.
WAY_OUT = """
link add away type veth peer name nowhere
link set away arp off
link set nowhere up
link set away up
address add 198.18.0.2/32 dev away
route add 192.0.2.0/24 dev away
"""


@dataclass(slots=True)
class Watched:
    """Where packets went, over all interfaces, and how many were missed."""

    destinations: set[str] = field(default_factory=set)
    dropped: int = 0

    def see(self, packet: bytes, _kind: int) -> None:
        """Note one packet, from its IP header on; the kernel's own talk over IPv6 is multicast."""
        if packet[:1] >= b"\x60":
            self.destinations.add(str(ip_address(packet[24:40])))
        elif packet[:1] >= b"\x40" and not _says_that_nobody_listens(packet):
            self.destinations.add(str(ip_address(packet[16:20])))


@contextmanager
def watching() -> Iterator[Watched]:
    """Watch every packet, with a way out for those that should not be there.

    Raises:
        NotStarted: not in a namespace of our own.
    """
    if not only_loopback():
        raise NotStarted("way out", "would lead into a real network; run below namespace.py")
    laid = subprocess.run(
        ["ip", "-batch", "-"],  # noqa: S607 - iproute2's, wherever it is
        input=WAY_OUT,
        text=True,
        capture_output=True,
        check=False,
    )
    if laid.returncode:
        raise NotStarted("way out", laid.stderr.strip())
    watched = Watched()
    try:
        with recording(watched.see, interface="") as dropped:
            yield watched
        watched.dropped = dropped[0]
    finally:
        subprocess.run(["ip", "link", "delete", "away"], check=True)  # noqa: S607 - likewise


def _says_that_nobody_listens(packet: bytes) -> bool:
    """Tell what the kernel itself says to a datagram from elsewhere [RFC 792, type 3, code 3]."""
    return packet[9] == socket.IPPROTO_ICMP and packet[20:22] == b"\x03\x03"


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.timeout(240)
def test_no_packet_leaves_the_scope(tmp_path: Path) -> None:
    """A thousand servers redirect, announce and lie; a control shows that we would see it."""
    with Lab.ready(watching()) as watched:
        ended = walk_estate(tmp_path, BLOCK)
        with socket.socket(type=socket.SOCK_DGRAM) as abroad:
            abroad.sendto(b"control", (CONTROL, 9))
    addresses = map(ip_address, watched.destinations)
    elsewhere = {one for one in addresses if one not in SCOPE and not one.is_multicast}

    assert watched.dropped == 0
    assert {str(one) for one in elsewhere} == {OURS, CONTROL}
    assert ended.places("finding") == {one.endpoint for one in ended.services if one.is_open}
