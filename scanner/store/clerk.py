"""Tickets in the history, inside one transaction: what they are told of, and what is ordered."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import Connection, Row, delete, insert, select, update

from scanner.life import with_acceptance
from scanner.model import Finding, Status
from scanner.plaintext import document
from scanner.store.acceptances import accepted
from scanner.store.entries import as_it_stands
from scanner.store.tables import errand, finding, round_, sighting, ticket
from scanner.ticket import Action, Draft, Errand, Kind, Ticket


@dataclass(frozen=True, slots=True)
class Clerk:
    """Reads and writes tickets in a transaction that somebody else ends."""

    transaction: Connection

    def exposed(self, now: datetime) -> tuple[Finding, ...]:
        """Give what is open now: one for each exposed endpoint, as its finding stands."""
        return tuple(exposed(self.transaction, now))

    def resolved(self) -> frozenset[str]:
        """Give the fingerprints of what is resolved."""
        query = select(finding.c.fingerprint).where(finding.c.status == Status.RESOLVED)
        return frozenset(self.transaction.scalars(query))

    def newest_round(self) -> str:
        """Name the newest round, "" before the first."""
        query = select(round_.c.name).order_by(round_.c.number.desc()).limit(1)
        return self.transaction.scalar(query) or ""

    def tickets(self, tracker: str) -> dict[str, Ticket]:
        """Give the tickets of a tracker by key."""
        query = select(ticket).where(ticket.c.tracker == tracker)
        return {row.key: _ticket(row) for row in self.transaction.execute(query)}

    def errands(self, tracker: str) -> tuple[Errand, ...]:
        """Give what is still to be done at a tracker, in its order."""
        query = select(errand).where(errand.c.tracker == tracker).order_by(errand.c.number)
        return tuple(_errand(row) for row in self.transaction.execute(query))

    def order(self, tracker: str, action: Action, becomes: Ticket, at: datetime) -> None:
        """Write an errand down, and the ticket as it will be then.

        Updates that were ordered before and say less are dropped: each draft is a whole one.
        """
        key = becomes.key
        mine = (errand.c.tracker == tracker, errand.c.key == key)
        self.transaction.execute(delete(errand).where(*mine, errand.c.kind == Kind.UPDATE))
        self.transaction.execute(
            insert(errand).values(
                tracker=tracker,
                key=key,
                action=document(action).decode(),
                kind=action.kind,
                at=at,
                next=at,
                attempts=0,
                noted=False,
                parked=False,
                error="",
            )
        )
        self._put(tracker, key, _row(becomes))

    def change(self, number: int, **values: object) -> None:
        """Write down what became of an errand."""
        self.transaction.execute(update(errand).where(errand.c.number == number).values(values))

    def finish(self, tracker: str, done: Errand, **values: object) -> None:
        """Take an errand out, and write down what is known of its ticket by now."""
        self.transaction.execute(delete(errand).where(errand.c.number == done.number))
        self._put(tracker, done.action.draft.key, values)

    def _put(self, tracker: str, key: str, values: Mapping[str, object]) -> None:
        here = update(ticket).where(ticket.c.tracker == tracker, ticket.c.key == key)
        if not self.transaction.execute(here.values(dict(values))).rowcount:
            row = {"tracker": tracker, "key": key, "url": "", **values}
            self.transaction.execute(insert(ticket).values(row))


def exposed(transaction: Connection, now: datetime) -> Iterator[Finding]:
    """Give what is open now: one for each exposed endpoint, as its finding stands."""
    query = (
        select(finding, sighting.c.document, sighting.c.seen_shut)
        .join_from(finding, sighting)
        .where(sighting.c.exposed)
        .order_by(finding.c.first_seen, finding.c.fingerprint, sighting.c.address)
    )
    signed = accepted(transaction)
    for row in transaction.execute(query):
        yield with_acceptance(as_it_stands(row), signed.get(row.fingerprint), now)


def _row(kept: Ticket) -> dict[str, object]:
    return {
        "draft": document(kept.draft).decode(),
        "state": kept.state,
        "round": kept.round,
        "escalated": kept.escalated,
    }


def _ticket(row: Row[tuple[object, ...]]) -> Ticket:
    return Ticket(
        key=row.key,
        draft=msgspec.json.decode(row.draft, type=Draft),
        state=row.state,
        round=row.round,
        escalated=row.escalated,
        remote=row.remote,
        url=row.url,
        seen=row.seen,
        told=row.told,
    )


def _errand(row: Row[tuple[object, ...]]) -> Errand:
    return Errand(
        number=row.number,
        action=msgspec.json.decode(row.action, type=Action),
        at=row.at,
        next=row.next,
        attempts=row.attempts,
        noted=row.noted,
        parked=row.parked,
        error=row.error,
    )
