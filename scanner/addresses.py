"""Sets of IP addresses as merged, disjoint ranges: a /8 is two integers, never a list."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    summarize_address_range,
)
from socket import AF_INET, inet_ntoa, inet_pton
from typing import TypeAlias

IPAddress: TypeAlias = IPv4Address | IPv6Address
IPNetwork: TypeAlias = IPv4Network | IPv6Network

_BEYOND = 1 << 128  # above every address, so that bisecting finds the range that starts at one


def parse_address(text: str) -> IPAddress:
    """Read an address literal in its strict spelling, IPv4-mapped IPv6 as the IPv4 it reaches.

    Octal, decimal, short and zoned spellings are refused: the kernel or a library may read them
    as another address than the one that was signed off.

    Raises:
        ValueError: not a strict literal.
    """
    if packed := _packed_v4(text):  # what a round meets, at a third of the cost
        return IPv4Address(packed)
    if "%" in text:
        raise ValueError("an address with a zone index cannot be scoped")
    return unmapped(ip_address(text))


def _packed_v4(text: str) -> bytes | None:
    """Give the bytes of an IPv4 literal, if it is spelled as the system itself spells it."""
    try:
        packed = inet_pton(AF_INET, text)
    except (OSError, ValueError):  # ValueError: a null character or a lone surrogate in it
        return None
    return packed if inet_ntoa(packed) == text else None


def unmapped(address: IPAddress) -> IPAddress:
    """Give the IPv4 address that an IPv4-mapped IPv6 address reaches, or the address itself."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


@dataclass(frozen=True, slots=True)
class AddressSet:
    """An immutable set of addresses; each family is a sorted tuple of disjoint `(first, last)`.

    Indexing runs over IPv4 first, then IPv6, ascending: `addresses[0]` is the lowest IPv4.
    """

    v4: tuple[tuple[int, int], ...] = ()
    v6: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, networks: Iterable[IPNetwork | IPAddress]) -> "AddressSet":
        """Merge networks and single addresses."""
        v4: list[tuple[int, int]] = []
        v6: list[tuple[int, int]] = []
        for item in networks:
            if isinstance(item, IPv4Address | IPv6Address):
                item = unmapped(item)  # noqa: PLW2901 - the same address, by its other name
            (v4 if item.version == 4 else v6).append(_bounds(item))  # noqa: PLR2004 - the family
        return cls(_merged(v4), _merged(v6))

    def __contains__(self, address: object) -> bool:
        """Tell whether an address is in the set; a mapped one counts as the IPv4 it reaches."""
        if not isinstance(address, IPv4Address | IPv6Address):
            return False
        address = unmapped(address)
        ranges = self.v4 if isinstance(address, IPv4Address) else self.v6
        number = int(address)
        place = bisect_right(ranges, (number, _BEYOND)) - 1
        return place >= 0 and number <= ranges[place][1]

    def covers(self, literal: str) -> bool:
        """Tell whether the address that a literal reaches is in the set; False for no literal.

        Parses as the socket module does, without an object per call: the guard asks this at every
        connect of a sweep.
        """
        try:
            ranges, number = self.v4, int.from_bytes(inet_pton(AF_INET, literal), "big")
        except (OSError, ValueError):  # as above
            address = _v6_or_none(literal)
            return address is not None and address in self
        place = bisect_right(ranges, (number, _BEYOND)) - 1
        return place >= 0 and number <= ranges[place][1]

    @property
    def count(self) -> int:
        """How many addresses; not `len`, which cannot count an IPv6 /64."""
        return sum(last - first + 1 for first, last in (*self.v4, *self.v6))

    def __bool__(self) -> bool:
        """Tell whether the set holds anything."""
        return bool(self.v4 or self.v6)

    def __getitem__(self, index: int) -> IPAddress:
        """Give the address at a place from 0 on; linear in ranges, not in addresses."""
        if index < 0:  # it would count back from a range's start, out of the set
            raise IndexError("before the first address")
        for ranges, family in ((self.v4, IPv4Address), (self.v6, IPv6Address)):
            for first, last in ranges:
                size = last - first + 1
                if index < size:
                    return family(first + index)
                index -= size
        raise IndexError("beyond the last address")

    def __iter__(self) -> Iterator[IPAddress]:
        """Walk the addresses in ascending order, one at a time."""
        for first, last in self.v4:
            yield from map(IPv4Address, range(first, last + 1))
        for first, last in self.v6:
            yield from map(IPv6Address, range(first, last + 1))

    def networks(self) -> Iterator[IPNetwork]:
        """Give the fewest networks that make up the set, in ascending order."""
        for first, last in self.v4:
            yield from summarize_address_range(IPv4Address(first), IPv4Address(last))
        for first, last in self.v6:
            yield from summarize_address_range(IPv6Address(first), IPv6Address(last))

    def __or__(self, other: "AddressSet") -> "AddressSet":
        """Unite two sets."""
        return AddressSet(_merged([*self.v4, *other.v4]), _merged([*self.v6, *other.v6]))

    def __sub__(self, other: "AddressSet") -> "AddressSet":
        """Take one set out of another."""
        return AddressSet(_without(self.v4, other.v4), _without(self.v6, other.v6))

    def __and__(self, other: "AddressSet") -> "AddressSet":
        """Keep what both sets hold."""
        return self - (self - other)


def _v6_or_none(literal: str) -> IPAddress | None:
    try:
        return parse_address(literal)
    except ValueError:
        return None


def _bounds(item: IPNetwork | IPAddress) -> tuple[int, int]:
    if isinstance(item, IPv4Network | IPv6Network):
        return int(item.network_address), int(item.broadcast_address)
    return int(item), int(item)


def _merged(ranges: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return tuple(merged)


def _without(
    ranges: tuple[tuple[int, int], ...], holes: tuple[tuple[int, int], ...]
) -> tuple[tuple[int, int], ...]:
    """Walk both sorted lists side by side, so that neither is walked twice."""
    kept: list[tuple[int, int]] = []
    place = 0
    for first, last in ranges:
        start = first
        while place < len(holes) and holes[place][1] < start:
            place += 1
        ahead = place
        while ahead < len(holes) and holes[ahead][0] <= last:
            if holes[ahead][0] > start:
                kept.append((start, holes[ahead][0] - 1))
            start = holes[ahead][1] + 1
            ahead += 1
        if start <= last:
            kept.append((start, last))
        place = max(place, ahead - 1)  # the last hole may reach into the next range
    return tuple(kept)
