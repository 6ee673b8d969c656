"""The tickets' side of the history: a transaction for each thing that happens."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from scanner.store.clerk import Clerk
from scanner.store.database import Database
from scanner.store.lock import Use
from scanner.ticket import Errand, State


@dataclass(frozen=True, slots=True)
class Desk:
    """Tickets, read and written while no round needs to be under way."""

    database: Database

    @contextmanager
    def reading(self) -> Iterator[Clerk]:
        """Give a clerk who sees one moment of the history."""
        with self.database.reading() as transaction:
            yield Clerk(transaction)

    @contextmanager
    def ordering(self) -> Iterator[Clerk]:
        """Give a clerk whose orders are committed together when the block ends."""
        with self.database.writing() as transaction:
            yield Clerk(transaction)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other processes from doing errands for a block: two might make two tickets.

        Raises:
            StoreRefused: another process does errands.
        """
        with self.database.home.hold(use=Use.TICKETS):
            yield

    def book(self, tracker: str, now: Callable[[], datetime]) -> "TrackerBook":
        """Give the book that a tracker's errands are written off in."""
        return TrackerBook(self, tracker, now)


@dataclass(frozen=True, slots=True)
class TrackerBook:
    """Writes down what becomes of the errands at one tracker, each in a transaction of its own."""

    desk: Desk
    tracker: str
    now: Callable[[], datetime]

    def noted(self, errand: Errand) -> None:
        """Write down that the errand's note has been given."""
        with self.desk.ordering() as clerk:
            clerk.change(errand.number, noted=True)

    def done(self, errand: Errand, remote: str | None, url: str, seen: State) -> None:
        """Write down that an errand is done, and where its ticket stands."""
        known = {"seen": seen, "told": self.now(), "remote": remote}
        if url:
            known["url"] = url
        with self.desk.ordering() as clerk:
            clerk.finish(self.tracker, errand, **known)

    def failed(self, errand: Errand, why: str, again: datetime, *, parked: bool) -> None:
        """Write down that an errand was not done, why, and when to try again."""
        values = {"error": why, "next": again, "parked": parked, "attempts": errand.attempts + 1}
        with self.desk.ordering() as clerk:
            clerk.change(errand.number, **values)
