"""A worker: walks the shards that it is dealt, and tells the round what came of them.

Run by the round as `python -m scanner.crew.worker`, with the channel for standard input. It walks
with the same parts as a round that has no workers, under a guard of its own.
"""

import logging
import os
import pickle
import socket
from collections import deque
from collections.abc import Iterator, MutableMapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import TypeVar

import anyio
import msgspec
import structlog
from anyio import from_thread
from anyio.streams.memory import MemoryObjectReceiveStream

from scanner.audit import Auditor, AuditTrail
from scanner.boundary import place_of
from scanner.crew.channel import Channel
from scanner.crew.messages import (
    Bug,
    Ended,
    Enough,
    KeepTo,
    LeftScope,
    Order,
    Orders,
    Ready,
    Refusal,
    Report,
    Said,
    Seen,
    Stand,
    Stop,
    Take,
)
from scanner.equip import Around, Brief, Share, equip, hold_sweep
from scanner.guard import Guard, OutOfScope, refuse_blind_loop
from scanner.logs import safe_to_print, without_traceback
from scanner.model import Refused
from scanner.pipeline import (
    GATHER,
    HAND_OVER,
    LOT,
    SHARDS_UNDER_WAY,
    Visited,
    Walk,
    first_error,
    patrol,
    waiting,
)
from scanner.plan import Shard
from scanner.sweep.privilege import drop_privilege
from scanner.sweep.strain import Change

T = TypeVar("T")

#: How often a worker tells how far it is, in seconds; the bar is drawn as often.
REPORT = 0.25

#: What may come up between two reports; more of it says nothing new.
MAX_NOTES = 256


@dataclass(slots=True)
class Notes:
    """What has come up since the last report. Any thread may add to it."""

    changes: deque[Change] = field(default_factory=lambda: deque(maxlen=MAX_NOTES))
    cramped: deque[str] = field(default_factory=lambda: deque(maxlen=MAX_NOTES))
    said: deque[Said] = field(default_factory=lambda: deque(maxlen=MAX_NOTES))

    def log(
        self, _logger: object, _method: str, event: MutableMapping[str, object]
    ) -> MutableMapping[str, object]:
        """Keep an event for the round, which logs it; the last processor of a worker's log."""
        name = str(event.pop("event", ""))
        self.said.append(Said(name, {key: str(value) for key, value in event.items()}))
        raise structlog.DropEvent


class Worker:
    """Walks shards for a round: hears its orders, tells it of every visit and every shard."""

    def __init__(self, channel: Channel, brief: Brief, notes: Notes) -> None:
        self._channel = channel
        self._brief = brief
        self._notes = notes
        self._deal, self._dealt = anyio.create_memory_object_stream[Shard | None](SHARDS_UNDER_WAY)
        self._around = Around(
            now=lambda: datetime.now(UTC),
            pace=notes.changes.append,
            warn=cache(notes.cramped.append),
        )

    async def work(self, audit: Auditor) -> None:
        """Walk shards until there are none left.

        Raises:
            OutOfScope: something tried to leave the scope.
            Refused: the audit trail cannot be written, or no SYNs can be sent from here any more.
        """
        brief, around = self._brief, self._around
        swept = brief.scope.without(brief.plan.apart)
        with hold_sweep(
            brief.means, swept, brief.plan, around=around, drop=drop_privilege
        ) as sweep:
            share, guard = Share(shards=self._drawn()), Guard(swept.allowed)
            await self._walk(
                equip(brief, share, sweep=sweep, guard=guard, audit=audit, around=around)
            )

    async def _walk(self, round_: Walk) -> None:
        visited, to_tell = anyio.create_memory_object_stream[Visited](HAND_OVER)
        room = anyio.Semaphore(SHARDS_UNDER_WAY)
        with round_.guard.watching(), first_error():
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._heed, round_, tasks.cancel_scope)
                tasks.start_soon(round_.hours.keep, round_.interrupt)
                tasks.start_soon(self._report_regularly, round_)
                tasks.start_soon(patrol, round_, room, visited)
                await self._tell(round_, room, to_tell)
                await self._report(round_)
                await self._channel.send(Ended())
                tasks.cancel_scope.cancel()

    def _drawn(self) -> Iterator[Shard]:
        """Draw shards from the round, in the thread in which a round draws them from its plan."""
        while (shard := from_thread.run(self._ask_for_one)) is not None:
            yield shard

    async def _ask_for_one(self) -> Shard | None:
        await self._channel.send(Ready())
        return await self._dealt.receive()

    async def _heed(self, round_: Walk, everything: anyio.CancelScope) -> None:
        """Hear orders. When the round hangs up, or is no more, everything is broken off."""
        decoder = msgspec.msgpack.Decoder(Order)
        while (order := await self._channel.receive()) is not None:
            await self._follow(round_, decoder.decode(order))
        everything.cancel()

    async def _follow(self, round_: Walk, order: Order) -> None:
        match order:
            case Take(number):
                await self._deal.send(Shard(self._brief.plan, number, self._brief.shards))
            case Enough():
                await self._deal.send(None)
            case KeepTo(part, strain):
                round_.sweep.pace.keep_to(part, strain)
            case Stop(why):
                round_.interrupt(why)

    async def _tell(
        self, round_: Walk, room: anyio.Semaphore, to_tell: MemoryObjectReceiveStream[Visited]
    ) -> None:
        """Pass visits on in lots; say of a shard that it is over when all of it is told."""
        async with to_tell:
            async for first in to_tell:
                lot = [first, *waiting(to_tell, LOT - 1)]
                await self._channel.send_all(
                    Seen.of(leg.shard.number, visit) for leg, visit in lot if visit is not None
                )
                for leg, _ in lot:
                    leg.pending -= 1
                    if not leg.pending:
                        round_.account.legs.remove(leg)  # a shard is over once
                        await self._report(round_, Stand.of(leg))
                        room.release()
                await anyio.sleep(GATHER)

    async def _report_regularly(self, round_: Walk) -> None:
        while True:
            await anyio.sleep(REPORT)
            await self._report(round_, *map(Stand.of, round_.account.legs))

    async def _report(self, round_: Walk, *legs: Stand) -> None:
        spent, notes = round_.gate.traffic, self._notes
        report = Report(
            asks=spent.asks,
            sent=spent.sent,
            received=spent.received,
            legs=legs,
            changes=_drain(notes.changes),
            cramped=_drain(notes.cramped),
            said=_drain(notes.said),
        )
        await self._channel.send(report)


def main() -> None:
    """Work for the process that started us, and leave no thread behind."""
    end = _take_over_standard_input()
    anyio.run(_serve, Channel(end))
    # A sweep's thread that was left alone may still wait for a time-out. Nothing is buffered here.
    os._exit(0)


async def _serve(channel: Channel) -> None:
    """Work as ordered, and say what kept us from it; if nobody hears that, it does not matter."""
    with suppress(BrokenPipeError):
        try:
            await _work(channel)
        except OutOfScope as error:
            await channel.send(LeftScope(str(error)))
        except Refused as error:
            await channel.send(Refusal(str(error)))
        except BrokenPipeError:
            raise
        except Exception as error:  # noqa: BLE001 - the last boundary: a name, not a traceback
            await channel.send(Bug(f"{type(error).__name__} at {place_of(error)}"))


async def _work(channel: Channel) -> None:
    orders = await channel.receive()
    if orders is None:
        return
    notes = Notes()
    _log_into(notes)
    await refuse_blind_loop()
    told: Orders = pickle.loads(orders)  # noqa: S301 - from the process that started us
    trail = AuditTrail(told.audit)
    try:
        await Worker(channel, told.brief, notes).work(trail)
    finally:
        trail.close()


def _take_over_standard_input() -> socket.socket:
    """Keep the channel to ourselves: nobody else reads from it by mistake."""
    end = socket.socket(fileno=os.dup(0))
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123 - `Path.open` has no use for devnull
        os.dup2(nothing.fileno(), 0)
    return end


def _log_into(notes: Notes) -> None:
    """Log failures only: what else there is to say, the round says itself."""
    structlog.configure(
        processors=[without_traceback, safe_to_print, notes.log],
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        cache_logger_on_first_use=False,
    )


def _drain(notes: deque[T]) -> tuple[T, ...]:
    """Take what is there by now; others may add more meanwhile."""
    return tuple(notes.popleft() for _ in range(len(notes)))


if __name__ == "__main__":
    main()
