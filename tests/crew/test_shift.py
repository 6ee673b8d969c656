"""The round's side of its workers, with workers that the test plays itself."""

import socket
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import cast

import anyio
import msgspec
import pytest
from anyio.streams.memory import MemoryObjectReceiveStream

from scanner.account import Account
from scanner.crew.channel import Channel
from scanner.crew.messages import (
    Bug,
    Ended,
    Enough,
    KeepTo,
    LeftScope,
    Order,
    Ready,
    Refusal,
    Report,
    Seen,
    Stand,
    Stop,
    Take,
    Word,
)
from scanner.crew.shift import Shift, WorkerFailed
from scanner.gate import Traffic
from scanner.guard import OutOfScope
from scanner.model import Refused
from scanner.pipeline import Visited, Walk, first_error
from scanner.plan import Plan
from scanner.scope import Rates
from scanner.sweep import Pace, State
from scanner.sweep.strain import Change
from tests.exposures import endpoint

pytestmark = pytest.mark.anyio

#: A spacing of a millisecond, so that hosts are soon rested.
RATES = Rates(connections_per_second=1000, per_host_per_second=1000, timeout=1, attempts=1)

Play = Callable[[], Coroutine[object, object, None]]


@dataclass
class Played:
    """A worker that is played: its end of the channel, and the round's."""

    channel: Channel
    far: Channel

    async def dismiss(self) -> str:
        """Be gone."""
        self.channel.close()
        return "killed by SIGKILL"

    async def hears(self) -> Order:
        """Receive one order."""
        order = await self.far.receive()
        assert order is not None
        return cast("Order", msgspec.msgpack.decode(order, type=Order))

    async def takes(self) -> int:
        """Ask for a shard and give its number; orders about the rates are left aside."""
        await self.far.send(Ready())
        while not isinstance(order := await self.hears(), Take):
            assert isinstance(order, KeepTo)
        return order.shard

    async def says(self, *words: Word) -> None:
        """Say something."""
        for word in words:
            await self.far.send(word)

    async def ends(self) -> None:
        """Say that all is done, and go."""
        await self.says(Ended())
        self.far.close()


@dataclass
class Stage:
    """A round of some shards, of one endpoint each, and whoever is played in its places."""

    shift: Shift
    round: Walk
    visited: MemoryObjectReceiveStream[Visited]
    played: list[Played]
    told: list[Change] = field(default_factory=list)

    async def starts(self, number: int) -> None:
        """Wait until the round has started so many workers."""
        while len(self.played) < number:  # noqa: ASYNC110 - the round waits by the clock itself
            await anyio.sleep(0.01)

    async def enter(self, number: int) -> Played:
        """Wait until the round has started so many workers; give the last, who has its orders."""
        await self.starts(number)
        worker = self.played[number - 1]
        assert await worker.far.receive() == b"orders"
        assert isinstance(await worker.hears(), KeepTo)
        return worker


@pytest.fixture
def stage() -> Iterator[Stage]:
    """A round of two shards."""
    played: list[Played] = []
    told: list[Change] = []
    with ExitStack() as sockets:

        async def start() -> Played:
            ends = socket.socketpair()
            for end in ends:
                sockets.enter_context(end)
            played.append(Played(*map(Channel, ends)))
            return played[-1]

        parts = {
            "shards": Plan(()).shards(2),
            "account": Account(Traffic()),
            "probes": (),
            "interruptions": [],
            "given_up": [],
            "scope": SimpleNamespace(rates=RATES),
            "sweep": SimpleNamespace(pace=Pace(RATES)),
        }
        round_ = cast("Walk", SimpleNamespace(**parts))
        visited, to_conclude = anyio.create_memory_object_stream[Visited](16)
        shift = Shift(
            b"orders", round_, visited, start=start, tell=told.append, warn=lambda _: None
        )
        with to_conclude:
            yield Stage(shift, round_, to_conclude, played, told)


def report(*legs: Stand, changes: tuple[Change, ...] = (), asks: int = 0) -> Report:
    """Give a report."""
    return Report(asks=asks, sent=0, received=0, legs=legs, changes=changes)


def over(shard: int) -> Stand:
    """Say that a shard is over."""
    return Stand(
        shard=shard, planned=1, states={State.OPEN: 1}, passed_by=0, catch_all=0, over=True
    )


def seen(shard: int, last: int) -> Seen:
    """Say that an endpoint was closed."""
    return Seen(shard=shard, endpoint=endpoint(last))


async def got(stage: Stage, count: int) -> list[tuple[int, int | None]]:
    """Take what was handed over: shard, and the last number of the address if there is one."""
    given = [await stage.visited.receive() for _ in range(count)]
    return [
        (leg.shard.number, None if one is None else int(one.endpoint.address.rpartition(".")[2]))
        for leg, one in given
    ]


async def test_strain_that_one_sees_slows_all_and_once(stage: Stage) -> None:
    """Everybody keeps to the least share; who sees the same strain later does not add to it."""
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(stage.shift.work, 2)
        one, other = await stage.enter(1), await stage.enter(2)

        await one.says(report(changes=(Change(0.5, "late"),)))
        assert [await one.hears(), await other.hears()] == [KeepTo(0.5, 0.5)] * 2
        await other.says(report(changes=(Change(0.5, "late"), Change(0.75, "better"))))
        await one.says(report(changes=(Change(1.0, "better"),)))
        assert [await one.hears(), await other.hears()] == [KeepTo(0.5, 0.75)] * 2
        tasks.cancel_scope.cancel()

    assert [change.share for change in stage.told] == [0.5, 0.75]
    assert stage.round.sweep.pace.slowed == 1


async def test_a_part_grows_when_another_worker_has_gone(stage: Stage) -> None:
    """Not when it has nothing left to begin: it still converses."""
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(stage.shift.work, 2)
        one, other = await stage.enter(1), await stage.enter(2)
        assert [await one.takes(), await other.takes()] == [0, 1]
        await one.says(seen(0, 7), report(over(0)), Ready())
        assert await one.hears() == Enough()
        await one.ends()
        assert await other.hears() == KeepTo(1.0, 1.0)
        tasks.cancel_scope.cancel()


async def test_what_was_handed_over_before_a_death_is_handed_over_once(stage: Stage) -> None:
    """The shard is walked again by the next worker; the round is told of the rest of it only."""
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(stage.shift.work, 1)
        first = await stage.enter(1)
        assert await first.takes() == 0
        await first.says(seen(0, 7), report(asks=3))
        first.far.close()

        assert await got(stage, 1) == [(0, 7)]
        second = await stage.enter(2)
        assert await second.takes() == 0
        await second.says(seen(0, 7), seen(0, 8), report(over(0), asks=2))
        assert await got(stage, 2) == [(0, 8), (0, None)]
        tasks.cancel_scope.cancel()

    assert stage.round.account.traffic.asks == 5


async def test_an_interrupted_round_walks_nothing_again(stage: Stage) -> None:
    """A worker that dies then leaves its shard incomplete, and is not replaced."""
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(stage.shift.work, 1)
        worker = await stage.enter(1)
        assert await worker.takes() == 0
        stage.round.interruptions.append("interrupted by SIGINT")
        assert await worker.hears() == Stop("interrupted by SIGINT")
        worker.far.close()

        ((leg, none),) = [await stage.visited.receive()]
        assert none is None
        assert not leg.complete

    assert len(stage.played) == 1
    assert stage.round.given_up == []


async def together(stage: Stage, size: int, play: Play) -> None:
    """Work with so many workers while the test plays them."""
    with first_error():
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(stage.shift.work, size)
            tasks.start_soon(play)


@pytest.mark.parametrize(
    ("word", "error"),
    [
        (LeftScope("connect to elsewhere"), OutOfScope),
        (Refusal("audit.jsonl: the audit trail cannot be written"), Refused),
        (Bug("KeyError at visit:7"), WorkerFailed),
    ],
    ids=["out of scope", "refused", "bug"],
)
async def test_what_ends_one_ends_all(stage: Stage, word: Word, error: type[Exception]) -> None:
    """The round raises what it would have raised itself."""

    async def play() -> None:
        worker = await stage.enter(1)
        await worker.says(word)

    with pytest.raises(error):
        await together(stage, 2, play)


async def test_workers_that_die_at_once_end_the_round(stage: Stage) -> None:
    """It does not start processes for ever."""

    async def play() -> None:
        for number in (1, 2, 3):
            await stage.starts(number)
            stage.played[number - 1].far.close()

    with pytest.raises(WorkerFailed, match="die before they have a shard"):
        await together(stage, 1, play)

    assert len(stage.played) == 3
