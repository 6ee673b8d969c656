"""What whoever walks shards has to know, and the parts that it becomes in their process."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from scanner import __version__
from scanner.account import Account
from scanner.audit import Auditor
from scanner.conversation import Limits
from scanner.gate import Gate
from scanner.guard import Guard
from scanner.pipeline import Walk
from scanner.plan import Plan, Shard, Target
from scanner.probe import AnyProbe
from scanner.scope import Scope
from scanner.sweep import ConnectSweep, Pace
from scanner.sweep.strain import Change
from scanner.way import ShardTally

#: Connections in flight in a sweep: rate times time-out for 1,000 a second and 2 seconds.
SWEEP_WIDTH = 2_000

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
    probes: tuple[AnyProbe, ...]
    watched: frozenset[Target]
    limits: Limits


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


def equip(brief: Brief, share: Share, *, guard: Guard, audit: Auditor, around: Around) -> Walk:
    """Join the parts that walk shards."""
    rates = brief.scope.rates
    pace = Pace(rates, tell=around.pace)
    gate = Gate(
        scope=brief.scope,
        pace=pace,
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
        account=Account(gate.traffic, share.done),
        seed=brief.seed,
        probes=brief.probes,
        guard=guard,
        sweep=ConnectSweep(
            pace=pace,
            width=SWEEP_WIDTH,
            timeout=rates.timeout,
            attempts=rates.attempts,
            warn=around.warn,
        ),
        gate=gate,
        watched=brief.watched,
        conversations=CONVERSATIONS,
        now=around.now,
    )
