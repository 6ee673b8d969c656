"""Endpoints that wait for something, by number: for their host, their subnet, another attempt."""

from heapq import heappop, heappush
from itertools import count
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scanner.sweep.columns import Places

#: Waits that differ by less are one, in seconds.
GRAIN = 0.001


class Lot(NamedTuple):
    """Endpoints that have the same thing ahead of them at the same time; a heap orders them."""

    when: float
    order: int
    attempt: int
    numbers: Places


class Deferred:
    """Gives endpoints back when they have waited long enough, the longest first.

    Pure: the clock's reading is handed in, in seconds.
    """

    def __init__(self) -> None:
        self._lots: list[Lot] = []
        self._order = count()
        self._waiting = 0

    def __len__(self) -> int:
        """Count the endpoints that wait."""
        return self._waiting

    def add(self, numbers: Places, attempt: int, until: float) -> None:
        """Keep endpoints back until the clock reads so much."""
        if len(numbers):
            self._waiting += len(numbers)
            heappush(self._lots, Lot(until, next(self._order), attempt, numbers))

    def add_each(self, numbers: Places, attempt: int, until: NDArray[np.float64]) -> None:
        """Keep each back until a moment of its own."""
        moments = np.ceil(until / GRAIN)
        for moment in np.unique(moments).tolist():
            self.add(numbers[moments == moment], attempt, moment * GRAIN)

    def due(self, now: float) -> bool:
        """Tell whether anybody has waited long enough."""
        return bool(self._lots) and self._lots[0].when <= now

    def take(self, most: int, now: float) -> tuple[Places, int]:
        """Give some who have waited long enough and are at the same attempt, if any is `due`."""
        taken: list[Places] = []
        attempt = self._lots[0].attempt
        while most and self.due(now) and self._lots[0].attempt == attempt:
            when, _, _, numbers = heappop(self._lots)
            self._waiting -= len(numbers)
            taken.append(numbers[:most])
            self.add(numbers[most:], attempt, when)
            most -= len(taken[-1])
        return np.concatenate(taken), attempt

    def clear(self) -> list[Places]:
        """Send everybody away, and name them."""
        everybody = [lot.numbers for lot in self._lots]
        self._lots, self._waiting = [], 0
        return everybody
