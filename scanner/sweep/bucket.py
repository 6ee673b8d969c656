"""Many token buckets of one rate, each no more than the moment at which it is full again."""

from typing import Generic, TypeVar

#: Tokens may pile up for this many seconds, so that any second stays within 2 % of the rate
#: although a poll wakes up a millisecond late.
BURST_SECONDS = 0.02

#: A wait shorter than this is none: it is what rounding leaves of a wait that was kept.
GRAIN = 1e-9

#: Full buckets are forgotten when this many are known, then at each doubling: a constant share
#: of the cost of a connection, and a few megabytes at 20,000 connections a second.
FORGET_FROM = 1024

#: Who has to wait is told a moment of their own up to this many seconds ahead; the rest share it.
SPREAD_SECONDS = 1.0

K = TypeVar("K")


class Buckets(Generic[K]):
    """A rate that each key has for itself; any second holds at most rate + burst of a key.

    The burst is one token, or `BURST_SECONDS` worth of them where that is more. This is the
    generic cell rate algorithm (ITU-T I.371): a bucket is the moment at which it is full again.
    A bucket that is full is forgotten, so memory follows the rate and not the number of keys.
    """

    def __init__(self, per_second: float) -> None:
        self.change(per_second)
        self._full_at: dict[K, float] = {}
        self._told: dict[K, float] = {}
        self._forget_at = FORGET_FROM

    def __len__(self) -> int:
        """Tell how many buckets are remembered now."""
        return len(self._full_at)

    def change(self, per_second: float) -> None:
        """Give every key this rate from now on."""
        self._spacing = 1 / per_second
        self._slack = max(0.0, BURST_SECONDS - self._spacing)

    def wait(self, key: K, now: float) -> float:
        """Give the seconds until the key's bucket may have a token; 0.0 is now.

        Nothing is held for who has to wait, but each asker is told a moment of their own: a
        thousand hosts of one subnet do not all come back for the one token of the next.
        """
        full_at = self._full_at.get(key)
        if full_at is None:
            return 0.0
        free_at = full_at - self._slack
        if free_at - now <= GRAIN:
            return 0.0
        if (told := self._told.get(key)) is not None:
            free_at = max(free_at, min(told + self._spacing, now + SPREAD_SECONDS))
        self._told[key] = free_at
        return free_at - now

    def take(self, key: K, now: float) -> None:
        """Take a token, for which there was nothing to wait."""
        self._full_at[key] = max(now, self._full_at.get(key, now)) + self._spacing
        if len(self._full_at) >= self._forget_at:
            self._forget(now)

    def _forget(self, now: float) -> None:
        self._full_at = {key: at for key, at in self._full_at.items() if at > now}
        self._told = {key: at for key, at in self._told.items() if key in self._full_at}
        self._forget_at = max(FORGET_FROM, 2 * len(self._full_at))
