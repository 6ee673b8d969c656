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

#: A canonical address literal and a port, as the socket module takes them.
Target: TypeAlias = tuple[str, int]

#: 2^64 divided by the golden ratio. A step of this share of a ring never comes close to where it
#: was before: any 100 places in a row are at least a 224th of the ring apart.
GOLDEN = 0x9E3779B97F4A7C15


@dataclass(frozen=True, slots=True)
class Block:
    """Every one of some addresses on every one of some ports."""

    addresses: AddressSet
    ports: tuple[int, ...]

    @property
    def count(self) -> int:
        """How many endpoints."""
        return self.addresses.count * len(self.ports)

    def endpoints(self, seed: int) -> Iterator[Target]:
        """Walk the block one port after the other, so that a host rests between its ports."""
        for port in self.ports:
            for literal in _scattered(self.addresses, seed):
                yield literal, port


@dataclass(frozen=True, slots=True)
class Course:
    """Blocks one after the other, each endpoint once, in the order that the seed fixes.

    It is walked one endpoint at a time, or drawn in columns by who knows its blocks and seed.
    """

    blocks: tuple[Block, ...]
    seed: int

    def __iter__(self) -> Iterator[Target]:
        """Walk the endpoints, from the beginning."""
        for block in self.blocks:
            yield from block.endpoints(self.seed)

    def __contains__(self, target: object) -> bool:
        """Tell whether an endpoint lies on the course."""
        match target:
            case (str(address), int(port)):
                return any(
                    port in block.ports and block.addresses.covers(address) for block in self.blocks
                )
            case _:
                return False


def coprime_step(count: int) -> int:
    """Give the step that visits each place of a ring once: near the golden share of it."""
    step = max(1, count * GOLDEN >> 64)
    while gcd(step, count) != 1:
        step += 1
    return step


def _scattered(addresses: AddressSet, seed: int) -> Iterator[str]:
    """Walk the addresses in steps of the golden ratio, each once, as canonical literals.

    Neighbours in the sequence are far apart in the set, so that no subnet takes a burst. The
    place after n steps is plain arithmetic: a shard of a plan can start anywhere.
    """
    if not addresses:
        return
    count = addresses.count
    step = coprime_step(count)
    ranges = (*addresses.v4, *addresses.v6)
    starts = list(accumulate((last - first + 1 for first, last in ranges), initial=0))
    first_v6 = len(addresses.v4)
    place = seed % count
    for _ in range(count):
        row = bisect_right(starts, place) - 1
        number = ranges[row][0] + place - starts[row]
        # Four times as fast as `ipaddress`, which only the rarer family needs for its spelling.
        yield inet_ntoa(number.to_bytes(4)) if row < first_v6 else str(IPv6Address(number))
        place = (place + step) % count
