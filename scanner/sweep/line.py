"""Who waits: endpoints behind another one of their host, and hosts until they are rested."""

import math
from collections import deque
from heapq import heappop, heappush
from itertools import count
from typing import NamedTuple

from scanner.course import Target


class Attempt(NamedTuple):
    """One try at an endpoint; `number` counts from 1. A tuple: it is made for each endpoint."""

    target: Target
    number: int = 1


class Line:
    """Lets one endpoint of a host through at a time; the rest stand in line, in their order.

    An admitted host stays taken until it is released, over deferrals and retries. Pure: the
    clock's reading is handed in, in seconds. `waiting` is how many endpoints stand in line.
    """

    def __init__(self) -> None:
        self._taken: dict[str, deque[Target] | None] = {}
        self._deferred: list[tuple[float, int, Attempt]] = []
        self._order = count()
        self.waiting = 0

    def admits(self, target: Target) -> bool:
        """Take the endpoint's host for it; if another one has it, put the endpoint behind."""
        host = target[0]
        if host not in self._taken:
            self._taken[host] = None
            return True
        behind = self._taken[host]
        if behind is None:
            behind = self._taken[host] = deque()
        behind.append(target)
        self.waiting += 1
        return False

    def release(self, host: str, now: float) -> None:
        """End an endpoint's turn; the next one of its host is due at once."""
        behind = self._taken.get(host)
        if not behind:
            self._taken.pop(host, None)  # absent if everybody was sent away meanwhile
            return
        self.waiting -= 1
        self.defer(Attempt(behind.popleft()), now)

    def defer(self, attempt: Attempt, until: float) -> None:
        """Keep an admitted endpoint back until the clock reads so much."""
        self.waiting += 1
        heappush(self._deferred, (until, next(self._order), attempt))

    def due(self, now: float) -> Attempt | None:
        """Give the endpoint that has been due for longest, if one is."""
        if self._deferred and self._deferred[0][0] <= now:
            self.waiting -= 1
            return heappop(self._deferred)[2]
        return None

    def wait(self, now: float) -> float:
        """Give the seconds until an endpoint is due; infinity if none is deferred."""
        return max(0.0, self._deferred[0][0] - now) if self._deferred else math.inf

    def clear(self) -> int:
        """Send everybody who waits away, and tell how many they were."""
        self._deferred.clear()
        self._taken.clear()
        waiting, self.waiting = self.waiting, 0
        return waiting
