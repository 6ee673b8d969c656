"""The whole story of a round: plan → sweep → identify → assess │ → score → record → emit.

Only this file knows the order. Every hand-over is bounded, so a slow stage slows the sweep.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import anyio
from anyio import from_thread, to_thread
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from scanner.course import Target
from scanner.gate import Gate
from scanner.guard import Guard
from scanner.identify import hearings
from scanner.ledger import Ledger
from scanner.model import Closed, Coverage, Endpoint, Silence
from scanner.plan import Plan
from scanner.probe import AnyProbe, Visit
from scanner.scope import Scope
from scanner.sweep import ConnectSweep, Observation, State, Tally
from scanner.visit import visit

#: Open endpoints that may wait for a conversation: enough to keep every conversation busy, and
#: little enough that the sweep notices at once when they fall behind.
HAND_OVER = 256

#: How often the clock is compared with the scope's windows and its last day, in seconds.
HOURS_GLANCE = 1.0


@dataclass(slots=True, kw_only=True)
class Walk:
    """Everything that a round is made of; a test replaces any of it.

    `conversations` is how many endpoints are spoken with at once; `watched` are the endpoints
    whose findings are open in the history, which the sweep therefore reports even when closed;
    `interrupted` tells that a person ended the round, rather than its window.
    """

    scope: Scope
    plan: Plan
    seed: int
    probes: Sequence[AnyProbe]
    guard: Guard
    sweep: ConnectSweep
    gate: Gate
    ledger: Ledger
    watched: frozenset[Target]
    conversations: int
    now: Callable[[], datetime]
    stop: threading.Event = field(default_factory=threading.Event)
    tally: Tally = field(default_factory=Tally)
    interruptions: list[str] = field(default_factory=list)
    interrupted: bool = False

    def interrupt(self, why: str) -> None:
        """Begin nothing new; what is in flight is finished, and the round is incomplete."""
        self.interruptions.append(why)
        self.stop.set()


async def walk(round_: Walk) -> Coverage:
    """Walk one round, from the plan to the coverage that ends it.

    Raises:
        OutOfScope: something tried to leave the scope. What was found before is recorded.
        Refused: the history or an output failed.
    """
    started = round_.now()
    opened, to_visit = anyio.create_memory_object_stream[Observation](HAND_OVER)
    visited, to_conclude = anyio.create_memory_object_stream[Visit](HAND_OVER)
    with round_.guard.watching(), first_error():
        async with anyio.create_task_group() as stages:
            stages.start_soon(_keep_hours, round_, name="hours")
            stages.start_soon(_sweep, round_, opened)
            for _ in range(round_.conversations):
                stages.start_soon(_converse, round_, to_visit.clone(), visited.clone())
            to_visit.close()
            visited.close()
            await _conclude(round_, to_conclude)
            stages.cancel_scope.cancel()
    await to_thread.run_sync(round_.ledger.settle)
    coverage = _coverage(round_, started)
    await to_thread.run_sync(round_.ledger.end, coverage)
    return coverage


async def _keep_hours(round_: Walk) -> None:
    """Interrupt the round when its window closes or its permission ends."""
    while not round_.stop.is_set():
        now = round_.now()
        if (refusal := round_.scope.refusal_today(now)) is not None:
            round_.interrupt(f"the scope is {refusal}")
        elif not round_.scope.is_open(now):
            round_.interrupt(f"the scope's window closed until {round_.scope.next_open(now)}")
        await anyio.sleep(HOURS_GLANCE)


async def _sweep(round_: Walk, opened: MemoryObjectSendStream[Observation]) -> None:
    """Knock on every planned endpoint, in a thread of its own; hand over what is open."""

    def report(observation: Observation) -> None:
        from_thread.run(opened.send, observation)

    def run() -> None:
        round_.sweep.run(
            round_.plan.endpoints(round_.seed),
            report,
            watch=round_.watched,
            stop=round_.stop,
            tally=round_.tally,
        )

    async with opened:
        try:
            await to_thread.run_sync(run, abandon_on_cancel=True)
        finally:
            round_.stop.set()


async def _converse(
    round_: Walk,
    to_visit: MemoryObjectReceiveStream[Observation],
    visited: MemoryObjectSendStream[Visit],
) -> None:
    """Visit what is open, one endpoint at a time; pass on what was seen closed."""
    async with to_visit, visited:
        async for observation in to_visit:
            endpoint = Endpoint(
                address=observation.address,
                port=observation.port,
                host=round_.scope.host_of(observation.address),
            )
            if observation.state is State.OPEN:
                fronts = hearings(round_.probes, round_.scope.extra_ports, endpoint.port)
                await visited.send(await visit(round_.gate, endpoint, fronts))
            elif observation.state is State.CLOSED:
                await visited.send(Visit(endpoint=endpoint, outcome=Closed()))
            round_.guard.raise_if_violated()


async def _conclude(round_: Walk, visits: MemoryObjectReceiveStream[Visit]) -> None:
    """Judge, record and emit, one visit at a time, away from the event loop."""
    async with visits:
        async for one in visits:
            await to_thread.run_sync(round_.ledger.conclude, one)


def _coverage(round_: Walk, started: datetime) -> Coverage:
    counts, tally, ended = round_.ledger.counts, round_.tally.counts, round_.now()
    skipped = Counter(round_.plan.skipped)
    skipped["interrupted"] += tally[State.STOPPED] + round_.plan.planned - round_.tally.planned
    skipped["short-of-means"] += tally[State.ERROR]
    planned = round_.plan.planned + sum(round_.plan.skipped.values())
    answered = tally[State.OPEN] + tally[State.CLOSED]
    why = (*round_.interruptions, *_shortfalls(round_, planned, answered))
    traffic = round_.gate.traffic
    return Coverage(
        round=round_.ledger.round,
        scope=round_.ledger.scope,
        vantage=round_.ledger.vantage,
        started=started,
        ended=ended,
        duration=round(max(0.0, (ended - started).total_seconds()), 3),
        complete=not why,
        planned=planned,
        reached=tally[State.OPEN],
        closed=tally[State.CLOSED],
        filtered=tally[State.FILTERED],
        unreachable=tally[State.UNREACHABLE],
        skipped=dict(+skipped),
        access=dict(counts.access),
        unknown=dict(counts.unknown),
        findings=dict(counts.findings),
        asks_sent=traffic.asks,
        bytes_sent=traffic.sent,
        bytes_received=traffic.received,
        why_incomplete=why,
    )


def _shortfalls(round_: Walk, planned: int, answered: int) -> Iterator[str]:
    """Say what keeps a round that was not interrupted from being complete."""
    if short := round_.tally.counts[State.ERROR]:
        yield f"{short} endpoints were not tried for want of descriptors or local ports"
    if bugs := round_.ledger.counts.unknown[Silence.BUG]:
        yield f"a probe failed on {bugs} endpoints: this is a bug of ronde, please report it"
    if planned and answered / planned < round_.scope.min_coverage:
        share, wanted = answered / planned, round_.scope.min_coverage
        yield f"{share:.1%} of the endpoints answered; the scope asks for {wanted:.1%}"


@contextmanager
def first_error() -> Iterator[None]:
    """Take the first error out of the group that concurrent stages raise together."""
    try:
        yield
    except BaseExceptionGroup as group:
        error: BaseException = group
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        raise error from None
