"""The census of a sweep in columns: thousands of endpoints are counted at a time."""

from collections.abc import Iterator

import numpy as np

from scanner.areas import MAPPED, V4, Areas
from scanner.census import door
from scanner.model import Transport
from scanner.sweep.answer import State, Tally
from scanner.sweep.columns import U16, Columns, Places, network_order

_V4 = np.uint64(0xFFFFFFFF)


class Headcount:
    """Counts endpoints into a tally, and into its census."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        census = tally.census
        self._kinds = [
            (_Rows(census.ground.ranges), census.ranges),
            (_Rows(census.ground.owners), census.owners),
        ]

    def add(self, columns: Columns, state: State) -> None:
        """Count some endpoints; of those given up by order nothing more is said."""
        self._tally.counts[state] += len(columns)
        if state is State.STOPPED or not len(columns):
            return
        for rows, counts in self._kinds:
            for name, number in rows.count(columns):
                counts[name, state] += number
        ports = self._tally.census.ports
        for port, number in _often(columns.ports):
            ports[door(port, Transport.TCP), state] += number


class _Rows:
    """Areas as columns; most sweeps are of IPv4 alone, which is compared as numbers."""

    def __init__(self, areas: Areas) -> None:
        self._names = tuple(dict.fromkeys(areas.names))
        numbers = {name: number for number, name in enumerate(self._names)}
        self._numbers = np.array([numbers[name] for name in areas.names])
        self._borders = np.array([border.to_bytes(16) for border in areas.borders], "S16")
        v4 = list(areas.between(*V4))
        self._numbers4 = np.array([numbers[stretch.name] for stretch in v4])
        self._borders4 = np.array([stretch.first - MAPPED for stretch in v4], np.uint64)

    def count(self, columns: Columns) -> Iterator[tuple[str, int]]:
        """Give how many are in which area; an area may come twice."""
        if len(self._names) == 1:
            yield self._names[0], len(columns)
            return
        v4 = columns.v4
        rows = np.searchsorted(self._borders4, columns.low[v4] & _V4, "right") - 1
        yield from self._told(self._numbers4[rows])
        if not v4.all():
            rows = np.searchsorted(self._borders, network_order(columns[~v4]), "right") - 1
            yield from self._told(self._numbers[rows])

    def _told(self, numbers: Places) -> Iterator[tuple[str, int]]:
        return ((self._names[number], many) for number, many in _often(numbers))


def _often(values: Places | U16) -> Iterator[tuple[int, int]]:
    """Give each value that is there, and how often."""
    often = np.bincount(values)
    there = np.flatnonzero(often)
    return zip(there.tolist(), often[there].tolist(), strict=True)
