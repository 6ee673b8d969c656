"""How far a round is: the shards that are done, and those under way."""

from collections import Counter
from dataclasses import dataclass, field

from scanner.areas import Ground
from scanner.census import Census
from scanner.gate import Traffic
from scanner.plan import Call, Shard, Skip
from scanner.sweep import State, Tally
from scanner.way import MAX_UNLISTED, Counts, ShardTally, nested


@dataclass(slots=True)
class Leg:
    """A shard under way, or a call on a device.

    `pending` counts what must still be concluded: its sweep, and each observation handed over.
    `passed_by` counts the open endpoints that an interruption left without a conversation, and
    `catch_all` the hosts that seemed to answer on every port. A shard is `given_up` when no worker
    lives to walk it. `skipped` counts what was left out of a call, and why.
    """

    shard: Shard | Call
    sweep: Tally = field(default_factory=Tally)
    counts: Counts = field(default_factory=Counts)
    pending: int = 1
    passed_by: int = 0
    catch_all: int = 0
    given_up: bool = False
    skipped: Counter[Skip] = field(default_factory=Counter)

    @property
    def complete(self) -> bool:
        """Tell whether nothing of the shard was left out."""
        if self.given_up:
            return False
        drawn = self.sweep.planned == self.shard.planned
        return drawn and not self.sweep.counts[State.STOPPED] and not self.passed_by

    def tally(self) -> ShardTally:
        """Give what the shard amounts to so far; safe to ask from another thread."""
        return ShardTally(
            states=dict(tuple(self.sweep.counts.items())),  # a copy at once: the sweep counts on
            access=dict(self.counts.access),
            unknown=dict(self.counts.unknown),
            findings=dict(self.counts.findings),
            accepted=dict(+self.counts.accepted.copy()),  # `+` walks while another adds
            probes=nested(self.counts.probes),
            owners=nested(self.counts.owners),
            unlisted=tuple(sorted(self.counts.unlisted.copy())[:MAX_UNLISTED]),
            unlisted_total=len(self.counts.unlisted),
            apart=self.sweep.census.apart(),
            catch_all=self.catch_all,
            skipped={why.value: count for why, count in tuple(self.skipped.items())},
        )


@dataclass(slots=True)
class Account:
    """The sum over a round's shards, those included that were done before it was continued.

    Traffic is not told apart by shard: a shard that is done is charged with all that went through
    the gate since the one before. So what a repeated shard costs twice is counted twice, as it was
    sent twice, while endpoints and findings are counted once. The `ground` says by what areas the
    endpoints are told apart.
    """

    traffic: Traffic
    done: ShardTally = field(default_factory=ShardTally)
    legs: list[Leg] = field(default_factory=list)
    ground: Ground = field(default_factory=Ground)
    _charged: Traffic = field(default_factory=Traffic)

    def begin(self, shard: Shard | Call) -> Leg:
        """Take up a shard, or a call."""
        leg = Leg(shard, sweep=Tally(census=Census(self.ground)))
        self.legs.append(leg)
        return leg

    def close(self, leg: Leg) -> ShardTally:
        """Count a shard as done, and give what it amounts to."""
        tally = ShardTally.sum([leg.tally(), self._uncharged()])
        self._charged = Traffic(self.traffic.asks, self.traffic.sent, self.traffic.received)
        self.done = ShardTally.sum([self.done, tally])
        self.legs.remove(leg)
        return tally

    def total(self) -> ShardTally:
        """Give what the round amounts to so far; another thread may ask, to show progress."""
        legs = [leg.tally() for leg in tuple(self.legs)]
        return ShardTally.sum([self.done, self._uncharged(), *legs])

    @property
    def drawn(self) -> int:
        """How many endpoints of the shards under way were drawn from the plan."""
        return sum(leg.sweep.planned for leg in self.legs)

    @property
    def passed_by(self) -> int:
        """How many open endpoints an interruption left without a conversation."""
        return sum(leg.passed_by for leg in self.legs)

    def _uncharged(self) -> ShardTally:
        now, before = self.traffic, self._charged
        return ShardTally(
            asks=now.asks - before.asks,
            sent=now.sent - before.sent,
            received=now.received - before.received,
        )
