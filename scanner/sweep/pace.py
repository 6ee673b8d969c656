"""How fast connections may start: one budget for the sweep's thread and every conversation."""

import socket
import threading
from collections.abc import Callable, Iterable

from scanner.course import Target
from scanner.scope import Rates
from scanner.sweep.bucket import BURST_SECONDS, FORGET_FROM, GRAIN, Buckets
from scanner.sweep.strain import Change, Strain

#: A struggling host is left alone for at most this many times its ordinary spacing. More would
#: let one silent host outlast the round.
MAX_BACK_OFF = 8.0

#: Bytes of an IPv4 address that name its /24, and of an IPv6 address that name its /64.
NET_BYTES, LINK_BYTES = 3, 8


class Pace:
    """The right to connect: token buckets over all hosts and over each subnet, a spacing per host.

    A subnet is a /24, or a /64 in IPv6. The clock is the caller's and always handed in, in
    seconds. Methods may be called from any thread. A host is remembered until its spacing has
    passed, so memory follows the rate and not the size of the scope; what is forgotten is rested.

    Sweep and conversations tell it what they hear, and it slows all of them when the network
    shows strain: `slowed` counts how often, and `tell` is told of each change. One pace of several
    that go on together is told with `keep_to` how much of the rates is its own.
    """

    def __init__(self, rates: Rates, tell: Callable[[Change], None] = lambda _: None) -> None:
        self.slowed = 0
        self._tell = tell
        self._strain = Strain(rates.timeout)
        self._signed_off = rates
        self._part = self._others = 1.0
        self._per_second = rates.connections_per_second
        self._spacing = 1 / rates.per_host_per_second
        self._depth = max(1.0, self._per_second * BURST_SECONDS)
        self._tokens = self._depth
        self._filled_at: float | None = None
        # A subnet that may have all of the rate needs no bucket of its own.
        bounded = rates.per_subnet_per_second < rates.connections_per_second
        self._subnets = Buckets[bytes](rates.per_subnet_per_second) if bounded else None
        self._last: dict[str, float] = {}
        self._slowed: dict[str, float] = {}
        self._forget_at = FORGET_FROM
        self._lock = threading.Lock()

    @property
    def remembered(self) -> int:
        """How many hosts and subnets are remembered now."""
        return len(self._last) + (0 if self._subnets is None else len(self._subnets))

    def reserve(self, address: str, now: float) -> float:
        """Take a turn for the address and give 0.0, or give the seconds until asking again.

        Nothing is held for who has to wait. The sweep cannot starve the conversations by this:
        the bounded hand-over between them stops the sweep when they fall behind.
        """
        with self._lock:
            if wait := self._rest(address, now) or self._refill(now):
                return wait
            if self._subnets is not None and (
                wait := self._take_in_subnet(_subnet_of(address), now)
            ):
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
        """How many connections a second over all hosts were signed off."""
        return self._signed_off.connections_per_second

    @property
    def bounds_subnets(self) -> bool:
        """Tell whether a subnet may have less than all of the rate."""
        return self._subnets is not None

    def take(self, most: int, now: float) -> int:
        """Take turns for hosts and subnets that are known to be free, as many as there are.

        A lot may be sent late, and right behind it what piled up meanwhile: so that both together
        stay within the burst, only half of it may have piled up here.
        """
        with self._lock:
            self._refill(now)
            self._tokens = min(self._tokens, max(1.0, self._depth / 2))
            taken = min(most, int(self._tokens + GRAIN))
            self._tokens -= taken
            return taken

    def give_back(self, turns: int) -> None:
        """Return turns that were taken and not used."""
        with self._lock:
            self._tokens = min(self._depth, self._tokens + turns)

    def take_in_subnets(self, subnets: Iterable[bytes], now: float) -> list[float]:
        """Take a turn of each subnet's and give 0.0, or give the seconds until asking again."""
        with self._lock:
            return [self._take_in_subnet(subnet, now) for subnet in subnets]

    def rest(self, address: str, now: float) -> float:
        """Give the seconds until a host is rested; 0.0 is now."""
        with self._lock:
            return self._rest(address, now)

    def note(self, address: str, now: float) -> None:
        """Let a host rest from now on: it was sent to with a turn that `take` gave."""
        with self._lock:
            self._last[address] = now
            if len(self._last) >= self._forget_at:
                self._forget(now)

    def slows(self, address: str) -> bool:
        """Tell whether a host rests longer than others, for it showed strain."""
        return address in self._slowed

    def dry(self, now: float) -> float:
        """Give the seconds until any host at all may be connected to; 0.0 is now."""
        with self._lock:
            return self._refill(now)

    def heard(self, target: Target, begun: float, now: float, *, prompt: bool = True) -> None:
        """Note that a connection was answered, and whether we looked as soon as it was."""
        host, port = target
        if self._slowed:
            self.ease(host)
        with self._lock:
            self._strain.heard(host, port, begun, now - begun if prompt else None)
            change = self._changed(now)
        if change:
            self._tell(change)

    def missed(self, target: Target, begun: float, now: float) -> None:
        """Note that a connection was not answered in time.

        A host that never answered is not strained but absent, and costs its time-outs anyway.
        """
        host, port = target
        if self._strain.knows(host):
            self.slow_down(host)
        with self._lock:
            self._strain.missed(host, port, begun)
            change = self._changed(now)
        if change:
            self._tell(change)

    def keep_to(self, part: float, strain: float) -> None:
        """Keep to a part of the signed-off rates: the others have the rest of them.

        `strain` is the least share of the rate that any of them found the network to bear. Every
        one keeps to its part of that. The spacing of a host is no sum, and stays what it was.
        """
        with self._lock:
            self.slowed += strain < self._others
            self._part, self._others = part, strain
            self._adopt()
            if self._subnets is not None:
                self._subnets.change(self._signed_off.per_subnet_per_second * part)

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

    def _rest(self, address: str, now: float) -> float:
        last = self._last.get(address)
        if last is None:
            return 0.0
        rest = last + self._slowed.get(address, self._spacing) - now
        return rest if rest > GRAIN else 0.0

    def _take_in_subnet(self, subnet: bytes, now: float) -> float:
        if self._subnets is None:
            return 0.0
        wait = self._subnets.wait(subnet, now)
        if not wait:
            self._subnets.take(subnet, now)
        return wait

    def _changed(self, now: float) -> Change | None:
        """Let the strain that settled by now change the rate; what trickled in before stays."""
        before = self._strain.share
        change = self._strain.look(now)
        if change:
            self._refill(now)
            self._adopt()
            self.slowed += change.share < before
        return change

    def _adopt(self) -> None:
        """Take on the rate that our part and the network's strain leave us."""
        ours = self._signed_off.connections_per_second * self._part
        self._per_second = ours * min(self._strain.share, self._others)
        self._depth = max(1.0, ours * BURST_SECONDS)
        self._tokens = min(self._tokens, self._depth)

    def _refill(self, now: float) -> float:
        """Add what has trickled in and give the seconds that a whole token is still away."""
        if self._filled_at is None:
            self._filled_at = now
        # Two threads may read the clock in one order and ask in the other.
        if now > self._filled_at:
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


def _subnet_of(address: str) -> bytes:
    """Name the subnet of a canonical literal; both ways cost a fraction of `ipaddress`."""
    if ":" in address:
        return socket.inet_pton(socket.AF_INET6, address)[:LINK_BYTES]
    return socket.inet_aton(address)[:NET_BYTES]
