"""Who waits: endpoints behind another one of their host, and hosts until they are rested."""

import math
from collections import deque
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count

from scanner.sweep.answer import Target


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at an endpoint; `number` counts from 1."""

    target: Target
    number: int = 1


class Line:
    """Lets one endpoint of a host through at a time; the rest stand in line, in their order.

    An admitted host stays taken until it is released, over deferrals and retries. Pure: the
    clock's reading is handed in, in seconds.
    """

    def __init__(self) -> None:
        self._taken: dict[str, deque[Target] | None] = {}
        self._deferred: list[tuple[float, int, Attempt]] = []
        self._order = count()
        self._behind = 0

    def __len__(self) -> int:
        """Tell how many endpoints wait."""
        return self._behind + len(self._deferred)

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
        self._behind += 1
        return False

    def release(self, host: str, now: float) -> None:
        """End an endpoint's turn; the next one of its host is due at once."""
        behind = self._taken.get(host)
        if not behind:
            self._taken.pop(host, None)  # absent if everybody was sent away meanwhile
            return
        self._behind -= 1
        self.defer(Attempt(behind.popleft()), now)

    def defer(self, attempt: Attempt, until: float) -> None:
        """Keep an admitted endpoint back until the clock reads so much."""
        heappush(self._deferred, (until, next(self._order), attempt))

    def due(self, now: float) -> Attempt | None:
        """Give the endpoint that has been due for longest, if one is."""
        if self._deferred and self._deferred[0][0] <= now:
            return heappop(self._deferred)[2]
        return None

    def wait(self, now: float) -> float:
        """Give the seconds until an endpoint is due; infinity if none is deferred."""
        return max(0.0, self._deferred[0][0] - now) if self._deferred else math.inf

    def clear(self) -> int:
        """Send everybody who waits away, and tell how many they were."""
        waiting = len(self)
        self._deferred.clear()
        self._taken.clear()
        self._behind = 0
        return waiting
