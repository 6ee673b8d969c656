"""When hosts may be sent to again, for thousands of them at a time."""

import numpy as np
from numpy.typing import NDArray

from scanner.sweep.columns import Bools, Columns, Places, scrambled

#: Places in the table for each host that rests: one in sixteen of the others is then taken for
#: one that rests, and goes a little later.
PLACES_PER_HOST = 16

#: The least keeps the hosts of one lot of SYNs apart; the most takes 17 MB.
LEAST_PLACES, MOST_PLACES = 1 << 16, 1 << 20


class Spacing:
    """Keeps hosts at rest for some seconds after each SYN, in bounded memory.

    Two hosts may share a place in the table. Then one of them waits for the other as well; that
    a host is sent to too soon cannot happen. Hosts can be marked: they have conversations, or the
    pace has slowed them, so it has to be asked about each of their SYNs.
    """

    def __init__(self, seconds: float, per_second: float) -> None:
        self._seconds = seconds
        wanted = min(MOST_PLACES, max(LEAST_PLACES, int(PLACES_PER_HOST * seconds * per_second)))
        bits = (wanted - 1).bit_length()
        self._shift = np.uint64(64 - bits)
        self._rested_at = np.full(1 << bits, -np.inf)
        self._chosen = np.zeros(1 << bits, np.int64)
        self._marked = np.zeros(1 << bits, np.bool_)

    def waits(self, columns: Columns, now: float) -> NDArray[np.float64]:
        """Give the seconds until each may be sent to; of one host, a single one may go now."""
        places = self._places(columns)
        turns = np.arange(len(places))
        self._chosen[places] = turns  # of several on one place, the last one written stays
        waits: NDArray[np.float64] = np.maximum(self._rested_at[places] - now, 0.0)
        waits[self._chosen[places] != turns] += self._seconds
        return waits

    def rest(self, columns: Columns, now: float) -> None:
        """Let hosts rest: they were sent to."""
        self._rested_at[self._places(columns)] = now + self._seconds

    def mark(self, columns: Columns) -> None:
        """Have the pace asked about these hosts from now on."""
        self._marked[self._places(columns)] = True

    def marked(self, columns: Columns) -> Bools:
        """Say about whom the pace has to be asked."""
        return self._marked[self._places(columns)]

    def _places(self, columns: Columns) -> Places:
        return (scrambled(columns) >> self._shift).astype(np.int64)
