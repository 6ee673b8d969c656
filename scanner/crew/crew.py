"""How many workers walk a round, and what all of them are told first."""

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import anyio
from anyio.streams.memory import MemoryObjectSendStream

from scanner.crew.messages import Orders
from scanner.crew.process import start
from scanner.crew.shift import Shift
from scanner.equip import Brief
from scanner.model import Refused
from scanner.pipeline import Visited, Walk
from scanner.scope import Rates
from scanner.sweep.strain import Change

#: The least that is worth a worker, in connections a second. Each has a token of its own, so any
#: second may hold one connection for each worker beyond the rate: at most one in ten of it.
LEAST_RATE = 10


def crew_size(wanted: int, rates: Rates) -> int:
    """Give as many workers as are wanted and as the rates can be shared between."""
    shared = min(rates.connections_per_second, rates.per_subnet_per_second)
    return max(1, min(wanted, int(shared / LEAST_RATE)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """Walks one round in `size` processes, none of which writes anything but the audit trail.

    `orders` is what each of them is told first. `tell` is told when the network's strain changes
    the pace of all, `warn` when a worker's sweep has to be narrower than asked.
    """

    orders: bytes
    size: int
    tell: Callable[[Change], None]
    warn: Callable[[str], None]

    async def patrol(
        self,
        round_: Walk,
        _room: anyio.Semaphore,  # each worker has room of its own
        visited: MemoryObjectSendStream[Visited],
    ) -> None:
        """Have the shards of a round walked, and hand over what came of them.

        Raises:
            OutOfScope: something in a worker tried to leave the scope.
            Refused: no process can be started, or the audit trail cannot be written.
            WorkerFailed: a worker failed by our own fault.
        """
        shift = Shift(self.orders, round_, visited, start=start, tell=self.tell, warn=self.warn)
        await shift.work(self.size)


def packed_orders(brief: Brief, audit: Path) -> bytes:
    """Pack what a worker has to know: the round, and the file into which it appends its acts.

    Raises:
        Refused: one of the probes cannot be handed to another process.
    """
    try:
        return pickle.dumps(Orders(brief, audit.absolute()))
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        names = ", ".join(probe.about.name for probe in brief.probes)
        why = f"--workers: one of the probes {names} cannot be handed to another process"
        raise Refused(why) from error
