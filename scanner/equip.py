"""What whoever walks shards has to know, and the parts that it becomes in their process."""

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime

from scanner import __version__
from scanner.account import Account
from scanner.areas import Ground
from scanner.audit import Auditor
from scanner.conversation import Limits
from scanner.course import Target
from scanner.gate import Gate
from scanner.guard import Guard
from scanner.identify import datagram_openings
from scanner.model import Transport
from scanner.pipeline import Walk
from scanner.plan import Plan, Shard
from scanner.probe import AnyProbe
from scanner.scope import Rates, Scope
from scanner.sweep import DatagramSweep, Means, Pace, Sweep, choose_sweep
from scanner.sweep.strain import Change
from scanner.way import ShardTally

#: Connections in flight in a sweep, at least: 1,000 a second for 2 seconds of silence. Who signed
#: off more has more, up to 80 MB of the kernel's memory (4.7 KiB each, Linux 6.18).
LEAST_WIDTH, MOST_WIDTH = 2_000, 1 << 14

#: Endpoints spoken with at once; each needs a descriptor or two and is mostly waiting.
CONVERSATIONS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """All that distinguishes this round from another, for whoever walks its shards.

    Names are resolved and files read by now: a worker that is handed it sees what we see.
    """

    round: str
    scope: Scope
    plan: Plan
    shards: int
    seed: int
    means: Means
    probes: tuple[AnyProbe, ...]
    watched: Mapping[Transport, frozenset[Target]]
    limits: Limits
    ground: Ground = field(default_factory=Ground)


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """The clock, in UTC, and whom the parts tell of each change of the pace and each shortage."""

    now: Callable[[], datetime]
    pace: Callable[[Change], None]
    warn: Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """The shards that are to be walked here, and what came of those that were walked before."""

    shards: Iterable[Shard]
    done: ShardTally = field(default_factory=ShardTally)

    @classmethod
    def of(cls, shards: Iterable[Shard], done: Mapping[int, ShardTally]) -> "Share":
        """Leave out the shards that are done."""
        return cls(
            shards=(shard for shard in shards if shard.number not in done),
            done=ShardTally.sum(done.values()),
        )


def hold_sweep(
    means: Means, scope: Scope, plan: Plan, *, around: Around, drop: Callable[[], None]
) -> AbstractContextManager[Sweep]:
    """Hold the sweep that was asked for, at the scope's pace. Enter it before the guard watches.

    `drop` gives up the privileges that it took to open raw sockets.
    """
    return choose_sweep(
        means,
        pace=Pace(scope.rates, tell=around.pace),
        scope=scope,
        planned=plan.swept,
        width=sweep_width(scope.rates),
        warn=around.warn,
        drop=drop,
    )


def sweep_width(rates: Rates) -> int:
    """Give the connections that are in flight at the signed-off rate where nobody answers."""
    return max(LEAST_WIDTH, int(min(rates.connections_per_second * rates.timeout, MOST_WIDTH)))


def equip(  # noqa: PLR0913 - the parts that differ from process to process
    brief: Brief, share: Share, *, sweep: Sweep, guard: Guard, audit: Auditor, around: Around
) -> Walk:
    """Join the parts that walk shards."""
    scope = brief.scope
    openings = datagram_openings(brief.probes, scope.extra_ports)
    gate = Gate(
        scope=scope.without(brief.plan.apart),
        pace=sweep.pace,
        audit=audit,
        round_id=brief.round,
        user_agent=f"ronde/{__version__} (authorised internal audit; {brief.scope.contact})",
        clock=time.monotonic,
        now=around.now,
        limits=brief.limits,
    )
    return Walk(
        scope=brief.scope,
        plan=brief.plan,
        shards=share.shards,
        account=Account(gate.traffic, share.done, ground=brief.ground),
        seed=brief.seed,
        probes=brief.probes,
        guard=guard,
        sweep=sweep,
        datagrams=DatagramSweep(
            pace=sweep.pace,
            fronts={port: opening.front for port, opening in openings.items()},
            width=LEAST_WIDTH,  # each has a local port to itself
            timeout=scope.rates.timeout,
            attempts=scope.rates.attempts,
            warn=around.warn,
            trail=gate.note_unanswered,
        ),
        openings=openings,
        gate=gate,
        watched=brief.watched,
        conversations=CONVERSATIONS,
        now=around.now,
    )
