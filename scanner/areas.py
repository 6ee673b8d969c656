"""Named parts of a network, by which coverage is told apart: borders in a row, never a list."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network
from socket import AF_INET, AF_INET6, inet_pton
from typing import NamedTuple

from scanner.addresses import AddressSet, IPNetwork

#: ::ffff:0:0, from where an IPv4 address keeps its place beside IPv6 [RFC 4291, 2.5.5.2].
MAPPED = 0xFFFF_0000_0000

#: First and last place that IPv4 has there.
V4 = (MAPPED, MAPPED + 0xFFFF_FFFF)

#: Areas that are told apart; what exceeds it is summed up. A table of more is not read.
MOST_AREAS = 256

#: The name of what is summed up.
OTHERS = "(others)"

#: The name of what lies in no area.
ELSEWHERE = ""


class Stretch(NamedTuple):
    """Addresses in a row, both ends included, and the area that they are in."""

    first: int
    last: int
    name: str


@dataclass(frozen=True, slots=True)
class Areas:
    """Which area an address is in: the narrowest network that holds it says so.

    `names[n]` holds from `borders[n]` until the next border. A place is a number of 128 bits, that
    of an IPv4 address in its mapped form.
    """

    borders: tuple[int, ...] = (0,)
    names: tuple[str, ...] = (ELSEWHERE,)

    @classmethod
    def of(cls, named: Iterable[tuple[IPNetwork, str]], most: int = MOST_AREAS) -> "Areas":
        """Lay out networks, of which one may hold another; the largest areas keep their names."""
        stretches = sorted(
            (_stretch(*one) for one in named), key=lambda one: (one.first, -one.last)
        )
        kept = _largest(stretches, most)
        borders, names = [0], [ELSEWHERE]
        for place, name in _steps(stretches):
            shown = name if name in kept else OTHERS
            if place == borders[-1]:
                names[-1] = shown
            elif shown != names[-1]:
                borders.append(place)
                names.append(shown)
        return cls(tuple(borders), tuple(names))

    def at(self, place: int) -> str:
        """Name the area of a place."""
        return self.names[bisect_right(self.borders, place) - 1]

    def count(self, addresses: AddressSet) -> Counter[str]:
        """Count some addresses by area."""
        counts: Counter[str] = Counter()
        mapped = ((MAPPED + first, MAPPED + last) for first, last in addresses.v4)
        for first, last in (*mapped, *addresses.v6):
            for stretch in self.between(first, last):
                counts[stretch.name] += stretch.last - stretch.first + 1
        return counts

    def between(self, first: int, last: int) -> Iterator[Stretch]:
        """Cut what lies between two places, both included, at the borders."""
        row = bisect_right(self.borders, first) - 1
        while first <= last:
            ends = self.borders[row + 1] - 1 if row + 1 < len(self.borders) else last
            yield Stretch(first, min(ends, last), self.names[row])
            first, row = ends + 1, row + 1


@dataclass(frozen=True, slots=True)
class Ground:
    """By what a round tells endpoints apart, beside their ports.

    The `ranges` of the scope as they were signed off, and the `owners` whom the inventory names.
    """

    ranges: Areas = Areas()
    owners: Areas = Areas()


def place_of(literal: str) -> int:
    """Give the place of an address, which is a strict literal."""
    if ":" in literal:
        return int.from_bytes(inet_pton(AF_INET6, literal))
    return MAPPED + int.from_bytes(inet_pton(AF_INET, literal))


def _stretch(network: IPNetwork, name: str) -> Stretch:
    offset = MAPPED if isinstance(network, IPv4Network) else 0
    first = offset + int(network.network_address)
    return Stretch(first, first + network.num_addresses - 1, name)


def _largest(stretches: Iterable[Stretch], most: int) -> set[str]:
    """Choose the names that are kept: those of most addresses."""
    sizes: Counter[str] = Counter()
    for first, last, name in stretches:
        sizes[name] += last - first + 1
    named = sizes.most_common() if len(sizes) <= most else sizes.most_common(most - 1)
    return {ELSEWHERE, *(name for name, _ in named)}


def _steps(stretches: Iterable[Stretch]) -> Iterator[tuple[int, str]]:
    """Give each place where another name begins; the stretches are sorted, outer ones first."""
    open_: list[Stretch] = []
    for stretch in stretches:
        yield from _closed(open_, before=stretch.first)
        open_.append(stretch)
        yield stretch.first, stretch.name
    yield from _closed(open_, before=1 << 128)


def _closed(open_: list[Stretch], before: int) -> Iterator[tuple[int, str]]:
    """Leave the networks that end before a place; what is around them goes on."""
    while open_ and open_[-1].last < before:
        ended = open_.pop()
        yield ended.last + 1, open_[-1].name if open_ else ELSEWHERE
