"""Does errands at one system: at least once each, and never a second ticket.

What is done is written down call by call, so that a process may end anywhere. A ticket whose
creation may or may not have happened is searched for, by its key, before another one is made.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, TypeAlias

import anyio

from scanner.ourside import Rehearsed, Unreached
from scanner.ticket import Errand, State, Ticket
from scanner.tickets.base import (
    Busy,
    ByHand,
    Channel,
    Exists,
    Late,
    Parked,
    Remote,
    System,
    Undelivered,
)
from scanner.tickets.perform import Performer

#: Seconds that one system gets in one go; what is left then waits for the next.
MAX_SECONDS = 600

#: So many failures after one another, and the rest is not tried: it would fail as well.
MAX_STRIKES = 5

#: The pause after a first failure; it doubles with each further one, up to a day. What a person
#: must repair is tried once a day, for nobody tells us when it is repaired.
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(days=1)

#: What is to be done about one ticket, in its order.
Lot: TypeAlias = list[tuple[Errand, Ticket]]


class Book(Protocol):
    """Where it is written down what became of errands; a call that returned is on the disk."""

    def noted(self, errand: Errand) -> None:
        """Write down that the errand's note has been given."""

    def done(self, errand: Errand, remote: str | None, url: str, seen: State) -> None:
        """Write down that the errand is done, and where its ticket stands."""

    def failed(self, errand: Errand, why: str, again: datetime, *, parked: bool) -> None:
        """Write down that it was not done, why, and when to try again."""


@dataclass(slots=True)
class Tally:
    """What became of some errands."""

    done: int = 0
    failed: int = 0
    left: int = 0
    errors: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One system's errands in one go.

    `policy` is for tickets that a person has closed; `at_once` how many tickets are worked on at a
    time. `keep_secrets` takes credentials out of what is written down.
    """

    system: System
    book: Book
    policy: ByHand
    at_once: int
    now: Callable[[], datetime]
    keep_secrets: Callable[[str], str] = str

    async def run(self, errands: Sequence[tuple[Errand, Ticket]]) -> Tally:
        """Do errands, those of one ticket in their order; nothing is raised for one that fails."""
        tally, strikes = Tally(left=len(errands)), _Strikes()
        lots = iter(_by_ticket(errands))  # shared: each worker takes the next one
        with anyio.move_on_after(MAX_SECONDS):
            async with anyio.create_task_group() as tasks:
                for _ in range(self.at_once):
                    tasks.start_soon(self._work, lots, tally, strikes)
        return tally

    def none_of(self, errands: Sequence[tuple[Errand, Ticket]], why: Exception) -> Tally:
        """Write down why none of some errands could be tried."""
        self.put_off(errands[0][0], why)
        return Tally(failed=1, left=len(errands) - 1, errors=[str(why)])

    async def _work(self, lots: Iterator[Lot], tally: Tally, strikes: "_Strikes") -> None:
        for lot in lots:
            remote = lot[0][1].remote
            for errand, _ in lot:
                if strikes.out:
                    if strikes.pause:  # it holds for all of them, and for the next sync too
                        self.put_off(errand, strikes.pause)
                    break
                done, remote = await self._do(errand, remote, tally, strikes)
                if not done:
                    break

    async def _do(
        self, errand: Errand, known: str | None, tally: Tally, strikes: "_Strikes"
    ) -> tuple[bool, str | None]:
        """Do one errand; tell whether the next one of its ticket may follow."""
        tally.left -= 1
        try:
            remote = await self._performed(errand, known)
        except Rehearsed:
            return True, known
        except (Undelivered, Unreached) as error:
            self.put_off(errand, error)
            tally.failed += 1
            tally.errors.append(self.keep_secrets(str(error)))
            strikes.count(error)
            return False, known
        self._write_off(errand, remote)
        tally.done += 1
        strikes.clear()
        return True, remote.id if remote else None

    async def _performed(self, errand: Errand, known: str | None) -> Remote | None:
        if isinstance(self.system, Channel):
            return await self.system.tell(errand)
        performer = Performer(self.system, self.policy, self.book.noted, self._begins)
        return await performer.perform(errand, known)

    def _begins(self, errand: Errand) -> None:
        """Write down, before a creation, that it cannot be looked for at once: we may be killed."""
        if self._lag:
            why = (
                "it was being created when we were stopped; it is searched for, once that finds it"
            )
            self.book.failed(errand, why, self.now() + self._lag, parked=False)

    @property
    def _lag(self) -> timedelta:
        return timedelta(seconds=self.system.lag if isinstance(self.system, Late) else 0)

    def _write_off(self, errand: Errand, remote: Remote | None) -> None:
        if remote is None:  # its name is forgotten: the next ticket has another
            self.book.done(errand, None, "", State.DELETED)
        else:
            self.book.done(errand, remote.id, remote.url, remote.state)

    def put_off(self, errand: Errand, error: Exception) -> None:
        """Write down why an errand was not done, and when it is tried again."""
        parked = isinstance(error, Parked | Exists)
        pause = LONGEST_PAUSE if parked else min(FIRST_PAUSE * 2**errand.attempts, LONGEST_PAUSE)
        pause = max(pause, self._lag)
        if isinstance(error, Busy) and error.after:
            pause = max(pause, timedelta(seconds=error.after))
        why = self.keep_secrets(str(error))
        self.book.failed(errand, why, self.now() + pause, parked=parked)


@dataclass(slots=True)
class _Strikes:
    """Failures after one another."""

    running: int = 0
    out: bool = False
    pause: Busy | None = None

    def count(self, error: Exception) -> None:
        """Count one; some say that nothing else can be done there either."""
        self.running += 1
        all_of_it = isinstance(error, Undelivered) and error.all_of_it
        if isinstance(error, Busy) and error.after and all_of_it:
            self.pause = error
        self.out = self.out or all_of_it or self.running >= MAX_STRIKES

    def clear(self) -> None:
        """Begin anew: something was done."""
        self.running = 0


def ready(
    errands: Iterable[tuple[Errand, Ticket]], now: datetime, *, parked: bool
) -> list[tuple[Errand, Ticket]]:
    """Leave out the tickets whose first errand must wait; `parked` takes those of a person too."""
    return [
        pair
        for lot in _by_ticket(errands)
        if lot[0][0].next <= now or (parked and lot[0][0].parked)
        for pair in lot
    ]


def _by_ticket(errands: Iterable[tuple[Errand, Ticket]]) -> list[Lot]:
    """Part errands by ticket, in the order in which they were ordered."""
    lots: dict[str, Lot] = {}
    for errand, ticket in errands:
        lots.setdefault(ticket.key, []).append((errand, ticket))
    return list(lots.values())
