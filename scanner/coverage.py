"""What a round reached, and what keeps it from being complete."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from scanner.areas import Areas
from scanner.census import Fate, Fates, door
from scanner.course import Block
from scanner.model import Coverage, Silence, Transport
from scanner.plan import Plan
from scanner.probe import About
from scanner.reach import Reach
from scanner.sweep import State
from scanner.way import ShardTally

if TYPE_CHECKING:
    from scanner.ledger import Ledger
    from scanner.pipeline import Walk

#: Why endpoints were not visited that the plan had: keys of the coverage, beside the plan's own.
INTERRUPTED, SHORT = "interrupted", "short-of-means"


def coverage_of(round_: "Walk", ledger: "Ledger", started: datetime) -> Coverage:
    """Sum up a round that ends now; `started` is when it began."""
    total, ended, plan = round_.account.total(), round_.now(), round_.plan
    why = (*round_.interruptions, *_shortfalls(round_, total))
    reach = _reach(plan.planned, total.states | total.skipped, plan.skipped)
    ground, apart = round_.account.ground, total.apart
    return Coverage(
        round=ledger.round,
        scope=ledger.scope,
        vantage=ledger.vantage,
        started=started,
        ended=ended,
        duration=round(max(0.0, (ended - started).total_seconds()), 3),
        complete=not why,
        planned=reach.planned,
        reached=reach.reached,
        closed=reach.closed,
        filtered=reach.filtered,
        unreachable=reach.unreachable,
        skipped=reach.skipped,
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
        by_range=by_area(plan, ground.ranges, apart.ranges),
        by_owner=by_area(plan, ground.owners, apart.owners),
        by_probe=by_probe(
            plan,
            [probe.about for probe in round_.probes],
            round_.scope.extra_ports,
            apart.ports,
        ),
    )


def by_area(plan: Plan, areas: Areas, fates: Fates) -> dict[str, Reach]:
    """Tell a plan apart by area, in the order of the addresses; what is beside it is in none."""
    planned: Counter[str] = Counter()
    left_out: Counter[Fate] = Counter()
    for block in plan.visited:
        for name, number in areas.count(block.addresses).items():
            planned[name] += number * block.doors
    for why, block in plan.left_out:
        for name, number in areas.count(block.addresses).items():
            left_out[name, why.value] += number * block.doors
    return _told(dict.fromkeys(areas.names), planned, left_out, fates)


def by_probe(
    plan: Plan, abouts: Iterable[About], extra: Mapping[str, frozenset[int]], fates: Fates
) -> dict[str, Reach]:
    """Tell a plan apart by probe. Probes share ports, so the sum of all is more than the plan."""
    planned: Counter[str] = Counter()
    left_out: Counter[Fate] = Counter()
    for block in plan.visited:
        for name in _doors(block):
            planned[name] += block.addresses.count
    for why, block in plan.left_out:
        for name in _doors(block):
            left_out[name, why.value] += block.addresses.count
    by_door = _told(planned.keys() | {name for name, _ in left_out}, planned, left_out, fates)
    claimed = {
        about.name: [door(port, about.transport) for port in about.claims(extra, about.transport)]
        for about in abouts
    }
    summed = {
        name: _sum(by_door[one] for one in doors if one in by_door)
        for name, doors in sorted(claimed.items())
    }
    return {name: reach for name, reach in summed.items() if reach.planned}


def _doors(block: Block) -> Iterator[str]:
    yield from (door(port, Transport.TCP) for port in block.ports)
    yield from (door(port, Transport.UDP) for port in block.udp_ports)


def _told(
    names: Iterable[str], planned: Counter[str], left_out: Counter[Fate], fates: Fates
) -> dict[str, Reach]:
    """Put together what was planned, left out and seen under each name."""
    reasons: dict[str, dict[str, int]] = {}
    for (name, why), number in left_out.items():
        reasons.setdefault(name, {})[why] = number
    reaches = {
        name: _reach(planned[name], fates.get(name, {}), reasons.get(name, {})) for name in names
    }
    return {name: reach for name, reach in reaches.items() if reach.planned}


def _reach(planned: int, fates: Mapping[str, int], left_out: Mapping[str, int]) -> Reach:
    """Sort fates into states and reasons; `planned` are the endpoints that were not left out."""
    counts = Counter(fates)
    skipped = Counter(left_out)
    skipped.update({why: number for why, number in fates.items() if why not in _STATES})
    skipped[SHORT] += counts[State.ERROR]
    skipped[INTERRUPTED] += planned - counts.total() + counts[State.STOPPED]
    return Reach(
        planned=planned + sum(left_out.values()),
        reached=counts[State.OPEN],
        closed=counts[State.CLOSED],
        filtered=counts[State.FILTERED],
        unreachable=counts[State.UNREACHABLE],
        skipped=dict(+skipped),
    )


_STATES = frozenset(state.value for state in State)


def _sum(reaches: Iterable[Reach]) -> Reach:
    listed = tuple(reaches)
    skipped: Counter[str] = Counter()
    for reach in listed:
        skipped.update(reach.skipped)
    return Reach(
        planned=sum(reach.planned for reach in listed),
        reached=sum(reach.reached for reach in listed),
        closed=sum(reach.closed for reach in listed),
        filtered=sum(reach.filtered for reach in listed),
        unreachable=sum(reach.unreachable for reach in listed),
        skipped=dict(skipped),
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
    if unspoken := total.unknown.get(Silence.SHORT):
        yield f"{unspoken} endpoints were not heard out for want of descriptors, ports or memory"
    if bugs := total.unknown.get(Silence.BUG):
        yield f"a probe failed on {bugs} endpoints: this is a bug of ronde, please report it"
    due = round_.plan.planned - sum(total.skipped.values())
    share = (states[State.OPEN] + states[State.CLOSED]) / max(due, 1)
    if share < wanted:
        yield f"{share:.1%} of the endpoints answered; the scope asks for {wanted:.1%}"
