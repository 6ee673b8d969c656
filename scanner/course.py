"""The polite order in which endpoints are visited: spread over hosts and subnets, never a list."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv6Address
from itertools import accumulate
from math import gcd
from socket import inet_ntoa
from typing import TypeAlias

from scanner.addresses import AddressSet
from scanner.model import Transport

#: A canonical address literal and a port, as the socket module takes them.
Target: TypeAlias = tuple[str, int]

#: 2^64 divided by the golden ratio. A step of this share of a ring never comes close to where it
#: was before: any 100 places in a row are at least a 224th of the ring apart.
GOLDEN = 0x9E3779B97F4A7C15

WHOLE = slice(None)


@dataclass(frozen=True, slots=True)
class Block:
    """Every one of some addresses on every one of some ports, of TCP and of UDP."""

    addresses: AddressSet
    ports: tuple[int, ...]
    udp_ports: tuple[int, ...] = ()

    @property
    def doors(self) -> int:
        """How many ports, of both transports."""
        return len(self.ports) + len(self.udp_ports)

    @property
    def count(self) -> int:
        """How many endpoints."""
        return self.addresses.count * self.doors

    def over(self, transport: Transport) -> "Block":
        """Give what is reached over one transport: its ports are the `ports` of that block."""
        ports = self.udp_ports if transport is Transport.UDP else self.ports
        return Block(self.addresses, ports)

    def endpoints(self, seed: int, part: slice = WHOLE) -> Iterator[Target]:
        """Walk the TCP ports one after the other, so that a host rests between its ports.

        `part` is a slice of the scattered order of its hosts; each comes with all of its ports.
        """
        for port in self.ports:
            for literal in _scattered(self.addresses, seed, part):
                yield literal, port

    def hosts(self, seed: int) -> Iterator[str]:
        """Walk the addresses, each once, in the scattered order that the seed fixes."""
        return _scattered(self.addresses, seed, WHOLE)


@dataclass(frozen=True, slots=True)
class Course:
    """Parts of blocks one after the other, each endpoint once, in the order that the seed fixes.

    It is walked one endpoint at a time, or drawn in columns by who knows its parts and its seed.
    """

    parts: tuple[tuple[Block, slice], ...]
    seed: int

    @classmethod
    def over(cls, *blocks: Block, seed: int) -> "Course":
        """Take whole blocks."""
        return cls(tuple((block, WHOLE) for block in blocks), seed)

    def __iter__(self) -> Iterator[Target]:
        """Walk the endpoints, from the beginning."""
        for block, part in self.parts:
            yield from block.endpoints(self.seed, part)


def coprime_step(count: int) -> int:
    """Give the step that visits each place of a ring once: near the golden share of it."""
    step = max(1, count * GOLDEN >> 64)
    while gcd(step, count) != 1:
        step += 1
    return step


def _scattered(addresses: AddressSet, seed: int, part: slice) -> Iterator[str]:
    """Walk the addresses in steps of the golden ratio, each once, as canonical literals.

    Neighbours in the sequence are far apart in the set, so that no subnet takes a burst. The
    place after n steps is plain arithmetic: a part of the walk can start anywhere.
    """
    if not addresses:
        return
    count = addresses.count
    first, last, _ = part.indices(count)
    step = coprime_step(count)
    ranges = (*addresses.v4, *addresses.v6)
    starts = list(accumulate((last - first + 1 for first, last in ranges), initial=0))
    first_v6 = len(addresses.v4)
    place = (seed + first * step) % count
    for _ in range(first, last):
        row = bisect_right(starts, place) - 1
        number = ranges[row][0] + place - starts[row]
        # Four times as fast as `ipaddress`, which only the rarer family needs for its spelling.
        yield inet_ntoa(number.to_bytes(4)) if row < first_v6 else str(IPv6Address(number))
        place = (place + step) % count
