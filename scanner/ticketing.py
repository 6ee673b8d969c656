"""Tickets put together: what a round's end orders, what a sync delivers, what commands show.

The one place where the history, the plan and the systems meet.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar

import anyio
import structlog

from scanner.addresses import AddressSet
from scanner.guard import Guard, OutOfScope
from scanner.model import Coverage, Refused
from scanner.ourside import Unreached
from scanner.store.clerk import Clerk
from scanner.store.desk import Desk
from scanner.ticket import Action, Errand, State, Ticket
from scanner.tickets.base import Channel, Parked, Tracker, Undelivered
from scanner.tickets.deliver import Book, Delivery, Tally, ready
from scanner.tickets.plan import Planned, Standing, after, plan
from scanner.tickets.systems import Connected, Surroundings, connected
from scanner.tickets.wording import Unwordable

log = structlog.get_logger()

T = TypeVar("T")

Resolve = Callable[[str], Sequence[str]]


class Delivered(NamedTuple):
    """What became of one system's errands."""

    name: str
    tally: Tally

    @property
    def failed(self) -> bool:
        """Tell whether something is still to be done that should have been."""
        return bool(self.tally.failed or self.tally.left)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticketing:
    """Every system that a configuration names; without any, nothing happens."""

    systems: tuple[Connected, ...]
    now: Callable[[], datetime]
    resolve: Resolve

    def at_end(self, clerk: Clerk, coverage: Coverage) -> None:
        """Order what a round's end asks for, in the transaction that ends it."""
        self._order(clerk, coverage.round, coverage.ended)

    def order(self, desk: Desk) -> None:
        """Order what the history asks for by now."""
        with desk.ordering() as clerk:
            if newest := clerk.newest_round():
                self._order(clerk, newest, self.now())

    def planned(self, clerk: Clerk, one: Connected, newest: str, now: datetime) -> Planned:
        """Say what is due at one system, as the history stands."""
        standing = Standing(clerk.exposed(now), clerk.resolved())
        return plan(standing, clerk.tickets(one.name), one.rules, now=now, in_round=newest)

    def deliver(self, desk: Desk, *, parked: bool = False) -> list[Delivered]:
        """Do the errands that may be done now, at every system; nothing is raised for one of them.

        `parked` tries those as well that wait for a person.

        Raises:
            Refused: another process does errands, or the history cannot be used.
            OutOfScope: something tried to reach another address than the systems'.
        """
        with desk.alone():
            due = {}
            for one in self.systems:
                with desk.reading() as clerk:
                    due[one.name] = ready(paired(clerk, one.name), self.now(), parked=parked)
            books = {one.name: desk.book(one.name, self.now) for one in self.systems}
            return self._deliver(due, books)

    def rehearse(self, desk: Desk) -> list[Delivered]:
        """Do everything but the writes: what would be called is told to the clients' rehearsals."""
        due = {}
        with desk.reading() as clerk:
            newest, now = clerk.newest_round(), self.now()
            for one in self.systems:
                pairs = list(paired(clerk, one.name))
                tickets = clerk.tickets(one.name)
                for action in self.planned(clerk, one, newest, now).actions:
                    errand = Errand(number=0, action=action, at=now, next=now)
                    known = tickets.get(action.draft.key)
                    pairs.append((errand, known or _becomes(None, action, one, newest, now)))
                due[one.name] = pairs
        return self._deliver(due, {one.name: _NoBook() for one in self.systems})

    def check(self, name: str) -> str:
        """See that a system lets us in.

        Raises:
            Refused: there is no such system, or it does not; the message says why.
        """
        one = self.named(name)
        return self._asked(one, one.system.check)

    def look(self, name: str, tickets: Sequence[Ticket]) -> dict[str, State]:
        """Ask a tracker where some tickets stand, by key; a webhook cannot be asked.

        Raises:
            Refused: it does not answer; the message says why.
        """
        one = self.named(name)
        system = one.system
        if isinstance(system, Channel):
            return {}
        return self._asked(one, partial(_looked, system, tickets))

    def named(self, name: str) -> Connected:
        """Give a system by its name.

        Raises:
            Refused: there is none.
        """
        for one in self.systems:
            if one.name == name:
                return one
        known = ", ".join(one.name for one in self.systems) or "none"
        raise Refused(f"the configuration has no [tickets.{name}]; it has: {known}")

    def _asked(self, one: Connected, question: Callable[[], Awaitable[T]]) -> T:
        try:
            return anyio.run(self._reaching, one, question)
        except OSError as error:
            raise Refused(f"tickets.{one.name}: {_unresolved(error)}") from error
        except (Undelivered, Unreached) as error:
            why = one.without_secrets(str(error))
            raise Refused(f"tickets.{one.name}: {why}") from error

    def _order(self, clerk: Clerk, newest: str, now: datetime) -> None:
        for one in self.systems:
            try:
                planned = self.planned(clerk, one, newest, now)
            except Unwordable as error:  # a round does not fail for a template
                log.warning("tickets", tracker=one.name, why=str(error))
                continue
            tickets = clerk.tickets(one.name)
            for action in planned.actions:
                becomes = _becomes(tickets.get(action.draft.key), action, one, newest, now)
                clerk.order(one.name, action, becomes, now)
            if planned.waiting:
                log.warning("tickets", tracker=one.name, waiting=planned.waiting, why="max_new")

    def _deliver(
        self, due: Mapping[str, list[tuple[Errand, Ticket]]], books: Mapping[str, Book]
    ) -> list[Delivered]:
        """Go to one system after the other: none is kept waiting by another one's pace."""
        told = []
        for one in self.systems:
            if not due[one.name]:
                continue
            delivery = Delivery(
                system=one.system,
                book=books[one.name],
                policy=one.settings.closed_by_hand,
                at_once=one.settings.concurrency,
                now=self.now,
                keep_secrets=one.without_secrets,
            )
            lot = due[one.name]
            try:
                tally = anyio.run(self._reaching, one, partial(delivery.run, lot))
            except OSError as error:  # its name does not resolve
                tally = delivery.none_of(lot, Unreached(_unresolved(error)))
            except OutOfScope as error:
                why = f"it tried to reach another address than its hosts': {error}"
                tally = delivery.none_of(lot, Parked(why))
            told.append(Delivered(one.name, tally))
        return told

    async def _reaching(self, one: Connected, then: Callable[[], Awaitable[T]]) -> T:
        """Resolve the hosts of a system once, and let the process reach them and nothing else."""
        sites = [(client.site.host, client.site.port) for client in one.clients]
        places = (*sites, *one.hosts)
        found = {host: list(self.resolve(host)) for host, _ in places}
        controllers = frozenset((at, port) for host, port in places for at in found[host])
        guard = Guard(AddressSet(), controllers, names=frozenset(host for host, _ in one.hosts))
        async with AsyncExitStack() as opened:
            # The client first: what it is made of loads libraries, which a guard does not let pass.
            for client in one.clients:
                await opened.enter_async_context(client.reaching(found[client.site.host]))
            opened.enter_context(guard.watching())
            return await then()


def ticketing(
    path: Path, tables: Mapping[str, Mapping[str, object]], around: Surroundings, resolve: Resolve
) -> Ticketing:
    """Connect everything that a configuration names. No call is made.

    Raises:
        Refused: a table is wrong; names file and field.
    """
    systems = tuple(connected(path, name, table, around) for name, table in tables.items())
    return Ticketing(systems=systems, now=around.now, resolve=resolve)


def paired(clerk: Clerk, name: str) -> list[tuple[Errand, Ticket]]:
    """Give what is to be done at a system, each with the ticket that it is about."""
    tickets = clerk.tickets(name)
    return [(errand, tickets[errand.action.draft.key]) for errand in clerk.errands(name)]


def _becomes(
    ticket: Ticket | None, action: Action, one: Connected, newest: str, now: datetime
) -> Ticket:
    return after(ticket, action, now=now, in_round=newest, escalates=one.rules.escalates)


async def _looked(tracker: Tracker, tickets: Sequence[Ticket]) -> dict[str, State]:
    """Look at tickets one after the other; at those alone that have been made."""
    seen = {}
    for ticket in tickets:
        if ticket.remote:
            remote = await tracker.look(ticket.remote)
            seen[ticket.key] = remote.state if remote else State.DELETED
    return seen


def _unresolved(error: OSError) -> str:
    return f"its host's name does not resolve: {error.strerror}"


class _NoBook:
    """Writes nothing off: a rehearsal changes nothing."""

    def noted(self, errand: Errand) -> None:
        """Leave it."""

    def done(self, errand: Errand, remote: str | None, url: str, seen: State) -> None:
        """Leave it."""

    def failed(self, errand: Errand, why: str, again: datetime, *, parked: bool) -> None:
        """Leave it."""
