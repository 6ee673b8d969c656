"""How fast connections may start: one budget for the sweep's thread and every conversation."""

import threading

from scanner.scope import Rates

#: Tokens may pile up for this many seconds, so that any second stays within 2 % of the rate
#: although a poll wakes up a millisecond late.
BURST_SECONDS = 0.02

#: A struggling host is left alone for at most this many times its ordinary spacing. More would
#: let one silent host outlast the round.
MAX_BACK_OFF = 8.0

#: A wait shorter than this is none: it is what rounding leaves of a wait that was kept.
GRAIN = 1e-9

#: Expired hosts are forgotten when this many are known, then at each doubling: a constant share
#: of the cost of a connection, and a few megabytes at 20,000 connections a second.
FORGET_FROM = 1024


class Pace:
    """The right to connect: a token bucket over all hosts, and a spacing for each of them.

    The clock is the caller's and always handed in, in seconds. Methods may be called from any
    thread. A host is remembered until its spacing has passed, so memory follows the rate and
    not the size of the scope; what is forgotten is rested.
    """

    def __init__(self, rates: Rates) -> None:
        self._per_second = rates.connections_per_second
        self._spacing = 1 / rates.per_host_per_second
        self._depth = max(1.0, self._per_second * BURST_SECONDS)
        self._tokens = self._depth
        self._filled_at: float | None = None
        self._last: dict[str, float] = {}
        self._slowed: dict[str, float] = {}
        self._forget_at = FORGET_FROM
        self._lock = threading.Lock()

    @property
    def remembered(self) -> int:
        """How many hosts are remembered now."""
        return len(self._last)

    def reserve(self, address: str, now: float) -> float:
        """Take a turn for the address and give 0.0, or give the seconds until asking again.

        Nothing is held for who has to wait. The sweep cannot starve the conversations by this:
        the bounded hand-over between them stops the sweep when they fall behind.
        """
        with self._lock:
            last = self._last.get(address)
            if last is not None:
                rest = last + self._slowed.get(address, self._spacing) - now
                if rest > GRAIN:
                    return rest
            if wait := self._refill(now):
                return wait
            self._tokens -= 1.0
            self._last[address] = now
            if len(self._last) >= self._forget_at:
                self._forget(now)
            return 0.0

    @property
    def spacing(self) -> float:
        """How long a host rests between two connections, in seconds."""
        return self._spacing

    @property
    def per_second(self) -> float:
        """How many connections a second over all hosts."""
        return self._per_second

    def take(self, most: int, now: float) -> int:
        """Take turns for hosts that are known to be rested, as many as there are up to `most`."""
        with self._lock:
            self._refill(now)
            taken = min(most, int(self._tokens + GRAIN))
            self._tokens -= taken
            return taken

    def give_back(self, turns: int) -> None:
        """Return turns that were taken and not used."""
        with self._lock:
            self._tokens = min(self._depth, self._tokens + turns)

    def note(self, address: str, now: float) -> None:
        """Let a host rest from now on: it was sent to with a turn that `take` gave."""
        with self._lock:
            self._last[address] = now
            if len(self._last) >= self._forget_at:
                self._forget(now)

    def dry(self, now: float) -> float:
        """Give the seconds until any host at all may be connected to; 0.0 is now."""
        with self._lock:
            return self._refill(now)

    def slow_down(self, address: str) -> None:
        """Double the spacing of a host that shows strain: it answered before, now it does not."""
        with self._lock:
            spacing = self._slowed.get(address, self._spacing)
            self._slowed[address] = min(spacing * 2, self._spacing * MAX_BACK_OFF)

    def ease(self, address: str) -> None:
        """Halve the spacing of a slowed host that has answered, back to the ordinary one."""
        if address not in self._slowed:  # the common case, without the lock
            return
        with self._lock:
            spacing = self._slowed.pop(address, self._spacing) / 2
            if spacing > self._spacing:
                self._slowed[address] = spacing

    def _refill(self, now: float) -> float:
        """Add what has trickled in and give the seconds that a whole token is still away."""
        if self._filled_at is None:
            self._filled_at = now
        if (
            now > self._filled_at
        ):  # two threads may read the clock in one order and ask in the other
            trickle = (now - self._filled_at) * self._per_second
            self._tokens = min(self._depth, self._tokens + trickle)
            self._filled_at = now
        wait = (1.0 - self._tokens) / self._per_second
        return wait if wait > GRAIN else 0.0

    def _forget(self, now: float) -> None:
        """Drop every host whose spacing has passed."""
        slowed, spacing = self._slowed, self._spacing
        self._last = {
            address: last
            for address, last in self._last.items()
            if last + slowed.get(address, spacing) > now
        }
        self._slowed = {a: seconds for a, seconds in slowed.items() if a in self._last}
        self._forget_at = max(FORGET_FROM, 2 * len(self._last))
