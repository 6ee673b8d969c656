"""Servers that attack by datagrams; like those of streams, but nobody connects to them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

import anyio
from anyio.abc import UDPSocket

#: What is sent back for a datagram.
Answers: TypeAlias = Callable[[bytes], Sequence[bytes]]


@dataclass(frozen=True, slots=True)
class Sender:
    """One kind of server; `elsewhere` is one that answers from an address that nobody asked."""

    name: str
    probe: str
    answers: Answers
    elsewhere: bool = False


#: The probes that are attacked.
PROBES = ("snmp", "sip", "tftp", "memcachedudp")

KINDS: Mapping[str, Answers] = {
    "datagram: echo": lambda asked: (asked,),
    "datagram: a byte": lambda _: (b"\0",),
    "datagram: noise": lambda _: (b"\xff" * 1_400,),
    "datagram: sixty kilobytes": lambda _: (b"\0" * 60_000,),
    "datagram: a thousand": lambda asked: (asked,) * 1_000,
    "datagram: a BER length of 4 GiB": lambda _: (bytes.fromhex("3084ffffffff0201"),),
    "datagram: escapes": lambda _: (b"SIP/2.0 200 \x1b]0;owned\x07\x1b[2J\r\n\r\n",),
}


def senders() -> Iterator[Sender]:
    """Give each kind for each probe, and one of each that answers from elsewhere."""
    for probe, (name, answers) in product(PROBES, KINDS.items()):
        yield Sender(name, probe, answers)
    for probe in PROBES:
        yield Sender("datagram: from elsewhere", probe, KINDS["datagram: echo"], elsewhere=True)


async def answer(sender: Sender, mine: UDPSocket, other: UDPSocket) -> None:
    """Answer whoever asks, from our own address or another."""
    async for asked, (host, port) in mine:
        for one in sender.answers(asked):
            await (other if sender.elsewhere else mine).sendto(one, host, port)


async def count(trap: UDPSocket, fell: Callable[[], None]) -> None:
    """Tell of each datagram that the trap is sent."""
    async for _ in trap:
        fell()


async def bound(address: str, port: int) -> UDPSocket:
    """Open a socket on an address of loopback."""
    return await anyio.create_udp_socket(local_host=address, local_port=port)
