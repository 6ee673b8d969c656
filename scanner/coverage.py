"""What a round reached, and what keeps it from being complete."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from scanner.model import Coverage, Silence
from scanner.sweep import State
from scanner.way import ShardTally

if TYPE_CHECKING:
    from scanner.ledger import Ledger
    from scanner.pipeline import Walk


def coverage_of(round_: "Walk", ledger: "Ledger", started: datetime) -> Coverage:
    """Sum up a round that ends now; `started` is when it began."""
    total, ended = round_.account.total(), round_.now()
    states = Counter(total.states)
    skipped = Counter(round_.plan.skipped)
    visited = sum(states[state] for state in State if state is not State.STOPPED)
    skipped["interrupted"] += round_.plan.planned - visited - sum(total.skipped.values())
    skipped.update(total.skipped)
    skipped["short-of-means"] += states[State.ERROR]
    why = (*round_.interruptions, *_shortfalls(round_, total))
    return Coverage(
        round=ledger.round,
        scope=ledger.scope,
        vantage=ledger.vantage,
        started=started,
        ended=ended,
        duration=round(max(0.0, (ended - started).total_seconds()), 3),
        complete=not why,
        planned=round_.plan.planned + sum(round_.plan.skipped.values()),
        reached=states[State.OPEN],
        closed=states[State.CLOSED],
        filtered=states[State.FILTERED],
        unreachable=states[State.UNREACHABLE],
        skipped=dict(+skipped),
        access=total.access,
        unknown=total.unknown,
        findings=total.findings,
        asks_sent=total.asks,
        bytes_sent=total.sent,
        bytes_received=total.received,
        why_incomplete=why,
        paused=round(round_.hours.paused, 3),
        slowed=round_.sweep.pace.slowed,
        catch_all=total.catch_all,
        accepted=total.accepted,
        probes=total.probes,
        owners=total.owners,
        unlisted=total.unlisted,
        unlisted_total=total.unlisted_total,
    )


def _shortfalls(round_: "Walk", total: ShardTally) -> Iterator[str]:
    """Say what keeps a round from being complete, besides what interrupted it.

    What the plan left out on purpose is no shortfall.
    """
    states, wanted = Counter(total.states), round_.scope.min_coverage
    yield from round_.given_up
    if passed_by := round_.account.passed_by:
        yield f"open endpoints left without a conversation: {passed_by}"
    if short := states[State.ERROR]:
        yield f"{short} endpoints were not tried for want of descriptors or local ports"
    if bugs := total.unknown.get(Silence.BUG):
        yield f"a probe failed on {bugs} endpoints: this is a bug of ronde, please report it"
    due = round_.plan.planned - sum(total.skipped.values())
    share = (states[State.OPEN] + states[State.CLOSED]) / max(due, 1)
    if share < wanted:
        yield f"{share:.1%} of the endpoints answered; the scope asks for {wanted:.1%}"
