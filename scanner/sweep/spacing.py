"""When hosts may be sent to again, for thousands of them at a time."""

import numpy as np
from numpy.typing import NDArray

from scanner.sweep.columns import Bools, Columns, scrambled

#: Places in the table for each host that rests: one in sixteen of the others is then taken for
#: one that rests, and goes a little later.
PLACES_PER_HOST = 16

LEAST_PLACES, MOST_PLACES = 1 << 10, 1 << 20

#: A wait shorter than this is none: it is what rounding leaves of a wait that was kept.
GRAIN = 1e-9


class Spacing:
    """Keeps hosts at rest for some seconds after each SYN, in bounded memory.

    Two hosts may share a place in the table. Then one of them waits for the other as well; that
    a host is sent to too soon cannot happen.
    """

    def __init__(self, seconds: float, per_second: float) -> None:
        self._seconds = seconds
        wanted = min(MOST_PLACES, max(LEAST_PLACES, int(PLACES_PER_HOST * seconds * per_second)))
        bits = (wanted - 1).bit_length()
        self._shift = np.uint64(64 - bits)
        self._rested_at = np.full(1 << bits, -np.inf)
        self._chosen = np.zeros(1 << bits, np.int64)

    def admit(self, columns: Columns, now: float) -> Bools:
        """Say who may be sent to now, once a host, and take them as sent to."""
        places = self._places(columns)
        turns = np.arange(len(places))
        self._chosen[places] = turns  # of several on one place, the last one written stays
        admitted: Bools = self._chosen[places] == turns
        admitted &= self._rested_at[places] <= now + GRAIN
        self._rested_at[places[admitted]] = now + self._seconds
        return admitted

    def rested_at(self, columns: Columns) -> NDArray[np.float64]:
        """Give the clock's reading from which each may be sent to."""
        return self._rested_at[self._places(columns)]

    def _places(self, columns: Columns) -> NDArray[np.int64]:
        return (scrambled(columns) >> self._shift).astype(np.int64)
