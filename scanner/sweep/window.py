"""The endpoints that are under way, by number: as many as the room allows, and no more."""

import numpy as np
from numpy.typing import NDArray

from scanner.sweep.columns import U32, Bools, Columns, Places
from scanner.sweep.cookie import Cookies


class Window:
    """Numbers endpoints and remembers them until newer ones need their room.

    An endpoint's number, masked by its cookie, is the sequence number of its SYN. So an answer
    leads to its endpoint without a search, and counts only if both agree.

    Args:
        size: how many endpoints are remembered; a power of two.
    """

    def __init__(self, size: int, cookies: Cookies) -> None:
        self.size = size
        self._cookies = cookies
        self._high, self._low = np.zeros(size, np.uint64), np.zeros(size, np.uint64)
        self._ports = np.zeros(size, np.uint16)
        self._sent_at = np.zeros(size)
        self._waiting = np.zeros(size, np.bool_)
        self._oldest = self._end = 0
        self.under_way = 0

    @property
    def room(self) -> int:
        """How many endpoints may come in before the oldest one that waits is settled."""
        return self.size - (self._end - self._oldest)

    def admit(self, columns: Columns) -> Places:
        """Take endpoints in, no more than there is room for; give their numbers."""
        numbers = np.arange(self._end, self._end + len(columns), dtype=np.int64)
        slots = self._slots(numbers)
        self._high[slots], self._low[slots] = columns.high, columns.low
        self._ports[slots] = columns.ports
        self._waiting[slots] = True
        self._end += len(columns)
        self.under_way += len(columns)
        return numbers

    def columns(self, numbers: Places) -> Columns:
        """Give the endpoints that have these numbers."""
        slots = self._slots(numbers)
        return Columns(self._high[slots], self._low[slots], self._ports[slots])

    def masked(self, numbers: Places, columns: Columns) -> U32:
        """Give the sequence numbers for the SYNs to these endpoints."""
        return self._cookies.of(columns) ^ numbers.astype(np.uint32)

    def send(self, numbers: Places, now: float) -> None:
        """Note when endpoints were last sent to."""
        self._sent_at[self._slots(numbers)] = now

    def sent_at(self, numbers: Places) -> NDArray[np.float64]:
        """Give the clock's readings at which these endpoints were last sent to."""
        return self._sent_at[self._slots(numbers)]

    def awaits(self, numbers: Places) -> Bools:
        """Say which of these endpoints have not been settled."""
        # Where a number is older than all that wait, the room may be a newer endpoint's by now.
        return self._waiting[self._slots(numbers)] & (numbers >= self._oldest)

    def known(self, about: Columns, masked: U32) -> tuple[Places, Bools]:
        """Unmask sequence numbers; say which of them belong to the endpoint they came with."""
        numbers = self._cookies.of(about) ^ masked
        back = (np.uint32(self._end & 0xFFFFFFFF) - numbers).astype(np.int64)
        places = self._end - back
        here = self.columns(places)
        genuine = (back >= 1) & (back <= min(self.size, self._end))
        genuine &= (here.high == about.high) & (here.low == about.low)
        return places, genuine & (here.ports == about.ports)

    def settle(self, numbers: Places) -> None:
        """Let go of endpoints that wait, each named once, and of the room before the oldest."""
        self._waiting[self._slots(numbers)] = False
        self.under_way -= len(numbers)
        while self._oldest < self._end:
            slot = self._oldest & self.size - 1
            ahead = self._waiting[slot : slot + self._end - self._oldest]
            settled = int(ahead.argmax()) if ahead.any() else len(ahead)
            self._oldest += settled
            if settled < len(ahead):
                break

    def _slots(self, numbers: Places) -> Places:
        return numbers & (self.size - 1)
