"""The whole story of a round: plan → sweep → identify → assess │ → score → record → emit.

Only this file knows the order. Every hand-over is bounded, so a slow stage slows the sweep.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime

import anyio
from anyio import from_thread, to_thread
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from scanner.catchall import CatchAll, canaries
from scanner.gate import Gate
from scanner.guard import Guard
from scanner.hours import Hours
from scanner.identify import hearings
from scanner.ledger import Ledger
from scanner.model import Closed, Coverage, Endpoint, Silence
from scanner.plan import Plan, Target
from scanner.probe import AnyProbe, Visit
from scanner.scope import Scope
from scanner.sweep import ConnectSweep, Observation, State, Tally
from scanner.visit import visit

#: Open endpoints that may wait for a conversation: enough to keep every conversation busy, and
#: little enough that the sweep notices at once when they fall behind.
HAND_OVER = 256


@dataclass(slots=True, kw_only=True)
class Walk:
    """Everything that a round is made of; a test replaces any of it.

    `conversations` is how many endpoints are spoken with at once; `watched` are the endpoints
    whose findings are open in the history, which the sweep therefore reports even when closed;
    `interrupted` tells that a person ended the round, rather than its permission; `passed_by`
    counts the open endpoints that an interruption left without a conversation.
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
    passed_by: int = 0
    hours: Hours = field(init=False)
    catch_all: CatchAll = field(init=False)

    def __post_init__(self) -> None:
        """Join what only the round's own parts make: its hours, and the hosts it learns of."""
        self.hours = Hours(scope=self.scope, now=self.now)
        self.catch_all = CatchAll(
            max_open_ports=self.scope.max_open_ports,
            canaries=canaries(self.seed, self.plan.ports),
            knock=self.gate.knock,
        )

    async def may_begin(self) -> bool:
        """Wait while the window is closed; then tell whether a conversation may still begin."""
        await self.hours.opened(given_up=lambda: bool(self.interruptions))
        return not self.interruptions

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
            stages.start_soon(round_.hours.keep, round_.interrupt, name="hours")
            stages.start_soon(_sweep, round_, opened)
            for _ in range(round_.conversations):
                stages.start_soon(_converse, round_, to_visit.clone(), visited.clone())
            to_visit.close()
            visited.close()
            await conclude(round_, to_conclude)
            stages.cancel_scope.cancel()
    await to_thread.run_sync(round_.ledger.settle)
    coverage = _coverage(round_, started)
    await to_thread.run_sync(round_.ledger.end, coverage)
    return coverage


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
            pause=round_.hours.closed,
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
                made = await visit(
                    round_.gate,
                    endpoint,
                    fronts,
                    may_begin=round_.may_begin,
                    catch_all=await _answers_everybody(round_, endpoint.address),
                )
                if made is None:
                    round_.passed_by += 1
                else:
                    await visited.send(made)
            elif observation.state is State.CLOSED:
                await visited.send(Visit(endpoint=endpoint, outcome=Closed()))
            round_.guard.raise_if_violated()


async def _answers_everybody(round_: Walk, address: str) -> bool:
    """Note one more open port of a host, and tell whether it is a catch-all by now."""
    async with round_.gate.hold(address):
        return await round_.may_begin() and await round_.catch_all.saw_open(address)


async def conclude(round_: Walk, visits: MemoryObjectReceiveStream[Visit]) -> None:
    """Judge, record and emit, one visit at a time, away from the event loop.

    A round that is stopped at once still concludes the visits that were already paid.
    """
    async with visits:
        try:
            async for one in visits:
                await to_thread.run_sync(round_.ledger.conclude, one)
        except anyio.get_cancelled_exc_class():
            with suppress(anyio.WouldBlock, anyio.EndOfStream):
                while True:
                    round_.ledger.conclude(visits.receive_nowait())
            raise


def _coverage(round_: Walk, started: datetime) -> Coverage:
    counts, tally, ended = round_.ledger.counts, round_.tally.counts, round_.now()
    skipped = Counter(round_.plan.skipped)
    skipped["interrupted"] += tally[State.STOPPED] + round_.plan.planned - round_.tally.planned
    skipped["short-of-means"] += tally[State.ERROR]
    why = (*round_.interruptions, *_shortfalls(round_))
    traffic = round_.gate.traffic
    return Coverage(
        round=round_.ledger.round,
        scope=round_.ledger.scope,
        vantage=round_.ledger.vantage,
        started=started,
        ended=ended,
        duration=round(max(0.0, (ended - started).total_seconds()), 3),
        complete=not why,
        planned=round_.plan.planned + sum(round_.plan.skipped.values()),
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
        paused=round(round_.hours.paused, 3),
        slowed=round_.sweep.pace.slowed,
        catch_all=round_.catch_all.labelled,
    )


def _shortfalls(round_: Walk) -> Iterator[str]:
    """Say what keeps a round from being complete, besides what interrupted it.

    What the plan left out on purpose is no shortfall.
    """
    tally, wanted = round_.tally.counts, round_.scope.min_coverage
    if round_.passed_by:
        yield f"open endpoints left without a conversation: {round_.passed_by}"
    if short := tally[State.ERROR]:
        yield f"{short} endpoints were not tried for want of descriptors or local ports"
    if bugs := round_.ledger.counts.unknown[Silence.BUG]:
        yield f"a probe failed on {bugs} endpoints: this is a bug of ronde, please report it"
    share = (tally[State.OPEN] + tally[State.CLOSED]) / max(round_.plan.planned, 1)
    if share < wanted:
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
