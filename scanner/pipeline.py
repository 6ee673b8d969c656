"""The whole story of a round: plan → sweep → identify → assess │ → score → record → emit.

Only this file knows the order. Every hand-over is bounded, so a slow stage slows the sweep.
"""

import threading
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from typing import TYPE_CHECKING, TypeAlias

import anyio
from anyio import from_thread, to_thread
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from scanner.account import Account, Leg
from scanner.catchall import CatchAll, canaries
from scanner.course import Target
from scanner.coverage import coverage_of
from scanner.gate import Gate
from scanner.guard import Guard
from scanner.hours import Hours
from scanner.identify import AnyHearing, Opening, hearings
from scanner.model import Closed, Coverage, Endpoint, Refused, Transport
from scanner.plan import Plan, Shard
from scanner.probe import Answer, AnyProbe, Datagram, Visit
from scanner.scope import Scope
from scanner.sweep import DatagramSweep, Observation, State, Sweep
from scanner.visit import visit, visit_heard
from scanner.way import Counts

if TYPE_CHECKING:
    # A worker has none, and need not pay for the libraries of the history.
    from scanner.ledger import Ledger

#: Open endpoints that may wait for a conversation: enough to keep every conversation busy, and
#: little enough that the sweep notices at once when they fall behind.
HAND_OVER = 256

#: Visits that are concluded at a time: one wait for the disk, and one thread, for all of them.
LOT = HAND_OVER

#: How long visits gather until the next lot is concluded, in seconds. Nobody who reads findings
#: notices, and at some hundred visits a second it saves nine in ten changes of thread.
GATHER = 0.02

#: Shards under way at once: the one that is swept, and one whose last conversations go on. So a
#: slow talker does not stop the sweep, and a round that is continued repeats little.
SHARDS_UNDER_WAY = 2

#: What is handed over within a round, with the shard that it belongs to. A visit of None concludes
#: what needs none: the sweep of the shard, or an endpoint that nobody speaks with.
Observed: TypeAlias = tuple[Leg, Observation]
Visited: TypeAlias = tuple[Leg, Visit | None]


@dataclass(slots=True, kw_only=True)
class Walk:
    """Everything that shards are walked with, in whichever process; a test replaces any of it.

    `shards` are those that are still to be walked, drawn one by one; `conversations` is how many
    endpoints are spoken with at once; `openings` are the datagrams that open the UDP ports;
    `watched` are the endpoints whose findings are open in the
    history, which a sweep therefore reports even when closed; `interrupted` tells that a person
    ended the round, rather than its permission; `given_up` says which shards no worker survived;
    `failure` is what the history failed by.
    """

    scope: Scope
    plan: Plan
    shards: Iterable[Shard]
    account: Account
    seed: int
    probes: Sequence[AnyProbe]
    guard: Guard
    sweep: Sweep
    datagrams: DatagramSweep
    openings: Mapping[int, Opening[Datagram, Answer]]
    gate: Gate
    watched: Mapping[Transport, frozenset[Target]]
    conversations: int
    now: Callable[[], datetime]
    stop: threading.Event = field(default_factory=threading.Event)
    interruptions: list[str] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)
    interrupted: bool = False
    failure: Refused | None = None
    hours: Hours = field(init=False)
    catch_all: CatchAll = field(init=False)
    fronts: Callable[[int], tuple[AnyHearing, ...]] = field(init=False)

    def __post_init__(self) -> None:
        """Join what only the round's own parts make.

        They are its hours, the hosts that it learns of, and what each TCP port is to be asked.
        """
        self.hours = Hours(scope=self.scope, now=self.now)
        self.catch_all = CatchAll(
            max_open_ports=self.scope.max_open_ports,
            canaries=canaries(self.seed, self.plan.ports),
            knock=self.gate.knock,
        )
        self.fronts = cache(partial(hearings, self.probes, self.scope.extra_ports))

    async def may_begin(self) -> bool:
        """Wait while the window is closed; then tell whether a conversation may still begin."""
        await self.hours.opened(given_up=lambda: bool(self.interruptions))
        return not self.interruptions

    def interrupt(self, why: str) -> None:
        """Begin nothing new; what is in flight is finished, and the round is incomplete."""
        self.interruptions.append(why)
        self.stop.set()

    def fail(self, failure: Refused) -> None:
        """Begin nothing new, for the history has failed; what is in flight is finished and told."""
        self.failure = self.failure or failure
        self.interrupt("the history failed")


#: Makes the calls on devices, when nothing else of the round is under way.
MakeCalls: TypeAlias = Callable[
    [Walk, MemoryObjectSendStream[Visited]], Coroutine[object, object, None]
]

#: Walks the shards of a round, here or in other processes, and hands over what came of them. It
#: takes room for each shard, which is given back when all of the shard is concluded.
Patrol: TypeAlias = Callable[
    [Walk, anyio.Semaphore, MemoryObjectSendStream[Visited]], Coroutine[object, object, None]
]


async def patrol(
    round_: Walk, room: anyio.Semaphore, visited: MemoryObjectSendStream[Visited]
) -> None:
    """Walk shards in this process: knock on every endpoint, speak with those that are open.

    Raises:
        OutOfScope: something tried to leave the scope.
    """
    opened, to_visit = anyio.create_memory_object_stream[Observed](HAND_OVER)
    async with visited, anyio.create_task_group() as stages:
        stages.start_soon(_sweep, round_, room, opened, visited.clone())
        for _ in range(round_.conversations):
            stages.start_soon(_converse, round_, to_visit.clone(), visited.clone())
        to_visit.close()


async def no_calls(_round: Walk, visited: MemoryObjectSendStream[Visited]) -> None:
    """Call on no device."""
    visited.close()


async def walk(
    round_: Walk,
    ledger: "Ledger",
    *,
    started: datetime,
    patrol: Patrol = patrol,
    calls: MakeCalls = no_calls,
) -> Coverage:
    """Walk one round, from the plan to the coverage that ends it.

    `started` is when the round began, perhaps in a process that is no more. The devices are called
    on last, when the rest of the round is quiet.

    Raises:
        OutOfScope: something tried to leave the scope. What was found before is recorded.
        Refused: the audit trail failed, or the history did: then all that was in flight is told.
    """
    visited, to_conclude = anyio.create_memory_object_stream[Visited](HAND_OVER)
    room = anyio.Semaphore(SHARDS_UNDER_WAY)
    with round_.guard.watching(), first_error():
        await to_thread.run_sync(ledger.begin)
        async with anyio.create_task_group() as stages:
            stages.start_soon(round_.hours.keep, round_.interrupt, name="hours")
            stages.start_soon(_walk_then_call, round_, room, visited, patrol, calls)
            await conclude(round_, ledger, room, to_conclude)
            stages.cancel_scope.cancel()
    if round_.failure is not None:
        raise round_.failure
    await to_thread.run_sync(ledger.settle)
    coverage = coverage_of(round_, ledger, started)
    await to_thread.run_sync(ledger.end, coverage)
    return coverage


async def _walk_then_call(
    round_: Walk,
    room: anyio.Semaphore,
    visited: MemoryObjectSendStream[Visited],
    patrol: Patrol,
    calls: MakeCalls,
) -> None:
    async with visited:
        await patrol(round_, room, visited.clone())
        await calls(round_, visited.clone())


async def _sweep(
    round_: Walk,
    room: anyio.Semaphore,
    opened: MemoryObjectSendStream[Observed],
    visited: MemoryObjectSendStream[Visited],
) -> None:
    """Knock on every planned endpoint, shard by shard; hand over what is open."""
    shards = iter(round_.shards)
    async with opened, visited:
        try:
            while True:
                await room.acquire()
                if round_.stop.is_set():
                    break
                shard = await to_thread.run_sync(next, shards, None, abandon_on_cancel=True)
                if shard is None:
                    break
                leg = round_.account.begin(shard)
                await _sweep_shard(round_, leg, shard, opened)
                await visited.send((leg, None))
        finally:
            round_.stop.set()


async def _sweep_shard(
    round_: Walk, leg: Leg, shard: Shard, opened: MemoryObjectSendStream[Observed]
) -> None:
    """Knock on the endpoints of one shard, in a thread of its own: over TCP, then over UDP."""
    sweeps = {Transport.TCP: round_.sweep, Transport.UDP: round_.datagrams}

    async def hand_over(seen: Sequence[Observation]) -> None:
        leg.pending += len(seen)
        for observation in seen:
            await opened.send((leg, observation))

    def run() -> None:
        for transport, sweep in sweeps.items():
            endpoints = shard.endpoints(round_.seed, transport)
            if not endpoints.parts:
                continue
            sweep.run(
                endpoints,
                lambda seen: from_thread.run(hand_over, seen),
                watch=round_.watched[transport],
                stop=round_.stop,
                pause=round_.hours.closed,
                tally=leg.sweep,
            )

    await to_thread.run_sync(run, abandon_on_cancel=True)


async def _converse(
    round_: Walk,
    to_visit: MemoryObjectReceiveStream[Observed],
    visited: MemoryObjectSendStream[Visited],
) -> None:
    """Visit what is open, one endpoint at a time; pass on what was seen closed."""
    async with to_visit, visited:
        async for leg, observation in to_visit:
            await visited.send((leg, await _visit(round_, leg, observation)))
            round_.guard.raise_if_violated()


async def _visit(round_: Walk, leg: Leg, observation: Observation) -> Visit | None:
    endpoint = Endpoint(
        address=observation.address,
        port=observation.port,
        transport=observation.transport,
        host=round_.scope.host_of(observation.address),
    )
    if observation.state is State.CLOSED:
        return Visit(endpoint=endpoint, outcome=Closed())
    if observation.state is not State.OPEN:
        return None
    if observation.heard is None:
        made = await visit(
            round_.gate,
            endpoint,
            round_.fronts(endpoint.port),
            may_begin=round_.may_begin,
            catch_all=partial(_answers_everybody, round_, leg, endpoint.address),
        )
    else:
        opening, may_begin = round_.openings[endpoint.port], round_.may_begin
        made = await visit_heard(
            round_.gate, endpoint, opening, observation.heard, may_begin=may_begin
        )
    leg.passed_by += made is None
    return made


async def _answers_everybody(round_: Walk, leg: Leg, address: str) -> bool:
    """Note one more open port of a host, and tell whether it is a catch-all by now."""
    known = round_.catch_all.labels(address)
    answers = await round_.catch_all.saw_open(address)
    leg.catch_all += answers and not known
    return answers


async def conclude(
    round_: Walk,
    ledger: "Ledger",
    room: anyio.Semaphore,
    visits: MemoryObjectReceiveStream[Visited],
) -> None:
    """Judge, record and emit away from the event loop, as many visits at a time as have come.

    A round that is stopped at once still concludes the visits that were already paid. One whose
    history has failed is told of the rest, which is not recorded.
    """
    async with visits:
        try:
            async for first in visits:
                lot = [first, *waiting(visits, LOT - 1)]
                if round_.failure is not None:
                    await to_thread.run_sync(ledger.tell, _made(lot))
                else:
                    await _enter(round_, ledger, room, lot)
                await anyio.sleep(GATHER)
        except anyio.get_cancelled_exc_class():
            enter = ledger.conclude if round_.failure is None else ledger.tell
            enter(_made(waiting(visits, HAND_OVER)))
            raise


async def _enter(
    round_: Walk, ledger: "Ledger", room: anyio.Semaphore, lot: Sequence[Visited]
) -> None:
    """Enter some visits into the history, and each shard of which they are the last."""
    try:
        await to_thread.run_sync(ledger.conclude, _made(lot))
        for leg, _ in lot:
            leg.pending -= 1
            if not leg.pending:
                await _end_shard(round_.account, ledger, leg)
                if isinstance(leg.shard, Shard):
                    room.release()
    except Refused as failure:
        round_.fail(failure)
        room.release()  # the sweep may wait for it, and has to learn that it is over


def waiting(visits: MemoryObjectReceiveStream[Visited], most: int) -> Iterator[Visited]:
    """Take what has come by now, and wait for nothing."""
    with suppress(anyio.WouldBlock, anyio.EndOfStream):
        for _ in range(most):
            yield visits.receive_nowait()


def _made(lot: Iterable[Visited]) -> list[tuple[Visit, Counts]]:
    return [(visit, leg.counts) for leg, visit in lot if visit is not None]


async def _end_shard(account: Account, ledger: "Ledger", leg: Leg) -> None:
    """Write down that a shard is done; one that was cut short will have to be walked again."""
    if leg.complete:
        tally = account.close(leg)
        await to_thread.run_sync(ledger.end_shard, leg.shard.number, tally)


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
