"""The round's side of its workers: shards for whoever asks, rates for all, and what they report."""

from collections import defaultdict
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

import anyio
import msgspec
import structlog
from anyio.streams.memory import MemoryObjectSendStream

from scanner.account import Leg
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
from scanner.crew.pool import MAX_DEATHS, Nothing, Pool
from scanner.guard import OutOfScope
from scanner.model import Endpoint, Refused
from scanner.pipeline import Visited, Walk
from scanner.sweep import State
from scanner.sweep.strain import Change

#: How often it is looked whether the round was interrupted, in seconds.
GLANCE = 0.1


log = structlog.get_logger()


class Process(Protocol):
    """What is needed of a worker's process."""

    @property
    def channel(self) -> Channel:
        """Our end of the channel to it."""

    async def dismiss(self) -> str:
        """See to it that it is gone, and tell how it ended."""


#: Starts a worker, which waits for its orders.
Start: TypeAlias = Callable[[], Coroutine[object, object, Process]]


class WorkerFailed(Exception):
    """A worker failed by our own fault; the log says where."""


@dataclass(slots=True, eq=False)
class Place:
    """A worker's place, and how it stands with whoever has it now.

    `keeps` is what the worker was told to keep to; `wants` is a shard that was asked for and not
    dealt yet; `stillborn` counts those in a row that died before they had a shard. `strain` and
    what follows it is what the worker reported last.
    """

    channel: Channel | None = None
    keeps: KeepTo | None = None
    legs: dict[int, Leg] = field(default_factory=dict)
    wants: bool = False
    ended: bool = False
    left: bool = False
    stillborn: int = 0
    strain: float = 1.0
    asks: int = 0
    sent: int = 0
    received: int = 0

    def taken_by(self, channel: Channel) -> None:
        """Begin anew with a new worker."""
        self.channel, self.keeps, self.wants, self.strain = channel, None, False, 1.0
        self.asks = self.sent = self.received = 0

    async def say(self, order: Order) -> None:
        """Give an order; a worker that is gone will be noticed by its silence."""
        if self.channel is not None:
            with suppress(BrokenPipeError, ConnectionResetError):
                await self.channel.send(order)


class Shift:
    """Keeps every place manned until no shard is left. All of it runs in one event loop."""

    def __init__(  # noqa: PLR0913 - each is a dependency that a test replaces
        self,
        orders: bytes,
        round_: Walk,
        visited: MemoryObjectSendStream[Visited],
        *,
        start: Start,
        tell: Callable[[Change], None],
        warn: Callable[[str], None],
    ) -> None:
        self._orders = orders
        self._round = round_
        self._visited = visited
        self._start = start
        self._tell = tell
        self._warn = warn
        self._pool = Pool(round_.shards, round_.account.begin)
        self._places: list[Place] = []
        self._strain = 1.0
        self._abouts = {probe.about.name: probe.about for probe in round_.probes}
        #: The endpoints that were handed over, of each shard under way. One that is walked again
        #: is told of the others only.
        self._heard: defaultdict[int, set[Endpoint]] = defaultdict(set)
        self._decode = msgspec.msgpack.Decoder(Word).decode

    async def work(self, size: int) -> None:
        """Work with so many workers."""
        self._places = [Place() for _ in range(size)]
        async with self._visited, anyio.create_task_group() as tasks:
            tasks.start_soon(self._heed_interruption)
            async with anyio.create_task_group() as manning:
                for place in self._places:
                    manning.start_soon(self._man, place)
            tasks.cancel_scope.cancel()

    @property
    def _interrupted(self) -> bool:
        return bool(self._round.interruptions)

    async def _heed_interruption(self) -> None:
        while not self._interrupted:  # noqa: ASYNC110 - another thread may interrupt
            await anyio.sleep(GLANCE)
        for place in self._places:
            await place.say(Stop(self._round.interruptions[0]))
            await self._deal(place)

    async def _man(self, place: Place) -> None:
        """Have one worker after the other in a place, until one has walked to the end."""
        while True:
            how = await self._follow(place)
            if place.ended:
                break
            await self._mourn(place, how)
            if self._interrupted:
                break
        place.left = True
        await self._share_out()

    async def _follow(self, place: Place) -> str:
        """Start a worker, hear it to its end, and tell how the process ended."""
        process = await self._start()
        try:
            with suppress(BrokenPipeError, ConnectionResetError):
                await process.channel.send_bytes(self._orders)
            place.taken_by(process.channel)
            await self._share_out()  # before it can have a shard
            while (word := await process.channel.receive()) is not None:
                await self._hear(place, self._decode(word))
        finally:
            place.channel = None
            how = await process.dismiss()
        return how

    async def _hear(self, place: Place, word: Word) -> None:
        match word:
            case Ready():
                place.wants = True
                await self._deal(place)
            case Seen():
                await self._pass_on(place.legs[word.shard], word)
            case Report():
                await self._take_note(place, word)
            case LeftScope(why):
                raise OutOfScope(why)
            case Refusal(why):
                raise Refused(why)
            case Bug(what):
                log.error("worker-failed", error=what)
                raise WorkerFailed(what)
            case Ended():
                place.ended = True

    async def _deal(self, place: Place) -> None:
        """Answer a worker that asked for a shard, if there is an answer by now."""
        if not place.wants:
            return
        leg = Nothing.LEFT if self._interrupted else self._pool.deal(place.legs.values())
        if leg is Nothing.YET:
            return
        place.wants = False
        if leg is Nothing.LEFT:
            await place.say(Enough())
        else:
            place.stillborn = 0
            place.legs[leg.shard.number] = leg
            await place.say(Take(leg.shard.number))

    async def _pass_on(self, leg: Leg, seen: Seen) -> None:
        """Hand a visit over, which may have to wait: then so does the worker."""
        heard = self._heard[leg.shard.number]
        if seen.endpoint not in heard:
            heard.add(seen.endpoint)
            leg.pending += 1
            await self._visited.send((leg, seen.visit(self._abouts)))

    async def _take_note(self, place: Place, report: Report) -> None:
        traffic = self._round.account.traffic
        traffic.asks += report.asks - place.asks
        traffic.sent += report.sent - place.sent
        traffic.received += report.received - place.received
        place.asks, place.sent, place.received = report.asks, report.sent, report.received
        for said in report.said:
            log.error(said.event, **said.fields)
        for cramped in report.cramped:
            self._warn(cramped)
        for change in report.changes:
            place.strain = change.share
            await self._weigh_strain(change.why)
        for stand in report.legs:
            await self._update(place, stand)

    async def _update(self, place: Place, stand: Stand) -> None:
        leg = place.legs[stand.shard]
        stand.update(leg)
        if stand.over:
            del place.legs[stand.shard]
            await self._close(leg)
            await self._deal(place)

    async def _close(self, leg: Leg) -> None:
        """Tell that nothing of a shard follows."""
        self._heard.pop(leg.shard.number, None)
        await self._visited.send((leg, None))

    async def _weigh_strain(self, why: str) -> None:
        """Slow all down to what the worst of them saw: they share a network."""
        least = min(place.strain for place in self._places)
        if least != self._strain:
            self._strain = least
            self._round.sweep.pace.keep_to(1.0, least)  # which counts how often
            self._tell(Change(least, why))
            await self._share_out()

    async def _share_out(self) -> None:
        """Tell each worker its part. A place keeps its part until it has been left for good."""
        for place in self._places:
            # Worked out for each: while one is told, another may go.
            part = 1 / max(1, sum(not other.left for other in self._places))
            share = KeepTo(part, self._strain)
            if place.keeps != share:
                place.keeps = share
                await place.say(share)

    async def _mourn(self, place: Place, how: str) -> None:
        """Have the shards of a worker that died walked again, or give them up."""
        legs, place.legs = list(place.legs.values()), {}
        log.warning("worker-died", how=how, shards=[leg.shard.number for leg in legs])
        place.stillborn += not legs
        if place.stillborn >= MAX_DEATHS:
            raise WorkerFailed(f"workers die before they have a shard: {how}")
        await self._let_hosts_rest()
        for leg in legs:
            if self._interrupted or not self._pool.bring_back(leg):
                await self._give_up(leg, how)

    async def _let_hosts_rest(self) -> None:
        """Wait as long as any host must be left alone: who knew which it was is dead."""
        until = anyio.current_time() + 1 / self._round.scope.rates.per_host_per_second
        while anyio.current_time() < until and not self._interrupted:  # noqa: ASYNC110 - as above
            await anyio.sleep(GLANCE)

    async def _give_up(self, leg: Leg, how: str) -> None:
        """Leave a shard as it is: what was found in it counts, the round is incomplete."""
        leg.given_up = True
        leg.passed_by = max(0, leg.sweep.counts[State.OPEN] - len(self._heard[leg.shard.number]))
        if not self._interrupted:
            number = leg.shard.number
            said = f"shard {number} was given up: {MAX_DEATHS} workers died on it, the last {how}"
            self._round.given_up.append(said)
        await self._close(leg)
