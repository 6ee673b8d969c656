"""Which shard comes next: pure."""

from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable
from enum import Enum, auto

from scanner.account import Leg
from scanner.plan import Shard

#: A shard that so many workers died on is given up. The first may have been killed for another's
#: sake, as they had two shards; the second had it alone, and so has the third.
MAX_DEATHS = 3


class Nothing(Enum):
    """Why there is no shard to be had."""

    YET = auto()
    LEFT = auto()


class Pool:
    """The shards that nobody walks now: those not begun, and those whose worker died.

    A shard whose worker died is walked again by one that has no other: if it kills that one too,
    no other shard is blamed.
    """

    def __init__(self, shards: Iterable[Shard], begin: Callable[[Shard], Leg]) -> None:
        self._fresh = iter(shards)
        self._begin = begin
        self._again: deque[Leg] = deque()
        self._deaths: Counter[int] = Counter()

    def deal(self, has: Collection[Leg]) -> Leg | Nothing:
        """Choose a shard for a worker that has these; one that gets none yet asks later."""
        if any(leg.shard.number in self._deaths for leg in has):
            return Nothing.YET
        if self._again and not has:
            return self._again.popleft()
        fresh = next(self._fresh, None)
        if fresh is not None:
            return self._begin(fresh)
        return Nothing.YET if self._again else Nothing.LEFT

    def bring_back(self, leg: Leg) -> bool:
        """Take back a shard whose worker died; tell whether it will be walked again."""
        self._deaths[leg.shard.number] += 1
        if self._deaths[leg.shard.number] >= MAX_DEATHS:
            return False
        self._again.append(leg)
        return True
