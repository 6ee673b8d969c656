"""What became of the endpoints, told apart by range of the scope, by owner and by port."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import TypeAlias

import msgspec

from scanner.areas import Ground, place_of
from scanner.course import Target
from scanner.model import Transport

#: A name, and what became of an endpoint under it: a state of the sweep, or why it was left out.
Fate: TypeAlias = tuple[str, str]

#: By name, how many endpoints met which fate.
Fates: TypeAlias = dict[str, dict[str, int]]


class Apart(msgspec.Struct, frozen=True, kw_only=True):
    """The counts of a shard, or of several, as they are kept and sent; ports as `161/udp`."""

    ranges: Fates = {}
    owners: Fates = {}
    ports: Fates = {}

    @classmethod
    def sum(cls, parts: Iterable["Apart"]) -> "Apart":
        """Add up."""
        whole = Census()
        for part in parts:
            whole.take(part)
        return whole.apart()


@dataclass(slots=True)
class Census:
    """Counts while a shard is walked; another thread may ask how far it is.

    It holds a number for each name and fate, however many addresses there are.
    """

    ground: Ground = field(default_factory=Ground)
    ranges: Counter[Fate] = field(default_factory=Counter)
    owners: Counter[Fate] = field(default_factory=Counter)
    ports: Counter[Fate] = field(default_factory=Counter)

    def add(self, target: Target, fate: str, transport: Transport = Transport.TCP) -> None:
        """Count one endpoint."""
        address, port = target
        place = place_of(address)
        self.ranges[self.ground.ranges.at(place), fate] += 1
        self.owners[self.ground.owners.at(place), fate] += 1
        self.ports[door(port, transport), fate] += 1

    def take(self, part: Apart) -> None:
        """Add what was counted elsewhere."""
        for counts, told in zip(
            (self.ranges, self.owners, self.ports),
            (part.ranges, part.owners, part.ports),
            strict=True,
        ):
            for name, fates in told.items():
                for fate, number in fates.items():
                    counts[name, fate] += number

    def apart(self) -> Apart:
        """Give the counts so far."""
        return Apart(
            ranges=_by_name(self.ranges),
            owners=_by_name(self.owners),
            ports=_by_name(self.ports),
        )


@cache
def door(port: int, transport: Transport) -> str:
    """Name a port of a transport: `161/udp`."""
    return f"{port}/{transport}"


def _by_name(counts: Counter[Fate]) -> Fates:
    by_name: Fates = {}
    for (name, fate), number in counts.copy().items():  # a copy at once: the sweep counts on
        by_name.setdefault(name, {})[str(fate)] = number
    return by_name
