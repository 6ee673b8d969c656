"""What a sweep in bulk sends by, whichever way it asks."""

from collections.abc import Iterator
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from scanner.sweep.answers import Answers
from scanner.sweep.columns import U32, Columns

Errors: TypeAlias = NDArray[np.int32]


class Link(Protocol):
    """Asks endpoints of one IP version whether they are open, and takes answers in."""

    def room(self) -> int:
        """Say to how many more endpoints it can send now."""

    def send(self, columns: Columns, numbers: U32, now: float) -> Errors:
        """Ask each endpoint, at most `mmsg.MOST`; give an errno for each, 0 if it was asked.

        An errno of `SHORTAGES` is ours: that one was not asked.
        """

    def receive(self) -> Iterator[tuple[int, Answers]]:
        """Take in what has arrived: how many packets, and what was in them for us."""

    def lost(self) -> int:
        """Count the answers that found no room, from the beginning."""
