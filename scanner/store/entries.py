"""The words that a round writes the history with, each of them inside one transaction."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import TypeAlias

import msgspec
from sqlalchemy import (
    Connection,
    Insert,
    Row,
    Table,
    Update,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from scanner.life import Sight, Standing
from scanner.model import Endpoint, Finding, Status
from scanner.plaintext import document
from scanner.store.tables import event, finding, locked, sighting

#: Address, port, transport: an endpoint without the name that a scope gave it.
Door: TypeAlias = tuple[str, int, str]


class Change(StrEnum):
    """What a line of the event table says."""

    EXPOSED = "exposed"
    SHUT = "shut"
    NEW = "new"
    CHANGED = "changed"
    REGRESSED = "regressed"
    REOPENED = "reopened"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Entries:
    """The history, written and read on behalf of one round."""

    transaction: Connection
    round: str
    vantage: str

    def exposed(self) -> dict[Door, dict[str, Sight]]:
        """Read what counts as exposed from this vantage: by door, and by fingerprint there."""
        query = select(sighting).where(sighting.c.exposed, sighting.c.vantage == self.vantage)
        doors: dict[Door, dict[str, Sight]] = {}
        for row in self.transaction.execute(query):
            door = (row.address, row.port, row.transport)
            doors.setdefault(door, {})[row.fingerprint] = Sight(row.probe, row.seen_shut, row.round)
        return doors

    def locks(self) -> set[tuple[Door, str]]:
        """Read which doors demanded a credential from this vantage, and of whom."""
        query = select(locked).where(locked.c.vantage == self.vantage)
        return {
            ((row.address, row.port, row.transport), row.probe)
            for row in self.transaction.execute(query)
        }

    def lock(self, door: Door, probe: str, at: datetime) -> None:
        """Write that a door demanded a credential."""
        row = {**self._place(door), "probe": probe, "round": self.round, "at": at}
        self.transaction.execute(_inserted(locked), row)

    def unlock(self, door: Door, probe: str) -> None:
        """Forget a lock that is undone; the event remembers it."""
        place = {**self._place(door), "probe": probe}
        here = (locked.c[name] == value for name, value in place.items())
        self.transaction.execute(delete(locked).where(*here))

    def standing(self, fingerprint: str) -> Standing | None:
        """Read where a finding stands."""
        row = self.transaction.execute(_STANDING, {"fingerprint": fingerprint}).first()
        return standing_of(row) if row else None

    def stand(self, fingerprint: str, now: Standing, **also: str) -> None:
        """Write where a finding stands, whether or not it is known."""
        stands = {
            "status": now.status,
            "round": now.round,
            "first_seen": now.first_seen,
            "last_seen": now.last_seen,
            "regressed": now.regressed,
        }
        self._put(finding, {"fingerprint": fingerprint}, {**stands, **also})

    def sight(self, seen: Finding) -> None:
        """Write that a finding was seen exposed on its endpoint, with the document it gave."""
        values = {
            "probe": seen.probe,
            "exposed": True,
            "seen_shut": 0,
            "round": self.round,
            "at": seen.last_seen,
            "document": document(seen).decode(),
        }
        self._put(sighting, self._sight(seen.fingerprint, door_of(seen.endpoint)), values)

    def last_seen_at(self, fingerprint: str, door: Door) -> Finding | None:
        """Read what was last written of a finding on one door, from this vantage."""
        there = {f"at_{name}": value for name, value in self._sight(fingerprint, door).items()}
        document = self.transaction.scalar(_DOCUMENT, there)
        return msgspec.json.decode(document, type=Finding) if document else None

    def open_since(self, fingerprint: str) -> datetime | None:
        """Read when a finding was first seen exposed, or seen so again after it was resolved."""
        return self.transaction.scalar(_OPENED, {"fingerprint": fingerprint})

    def shut(
        self, fingerprint: str, door: Door, seen: Sight, at: datetime, *, exposed: bool
    ) -> None:
        """Write that a finding was seen shut on one door, and whether it still counts as exposed.

        It stays open until the round ends.
        """
        values = {"exposed": exposed, "seen_shut": seen.seen_shut, "round": self.round, "at": at}
        self._put(sighting, self._sight(fingerprint, door), values)

    def note(
        self,
        change: Change,
        fingerprint: str,
        at: datetime,
        because: str,
        door: Door | None = None,
    ) -> None:
        """Add a line to the events."""
        address, port, transport = door or (None, None, None)
        row = {
            "round": self.round,
            "fingerprint": fingerprint,
            "what": change.value,
            "address": address,
            "port": port,
            "transport": transport,
            "because": because,
            "at": at,
        }
        self.transaction.execute(_inserted(event), row)

    def unresolved(self) -> list[tuple[str, str, Standing, bool]]:
        """List fingerprint, scope, standing, and whether any sighting is still exposed."""
        seen = select(sighting.c.fingerprint).where(sighting.c.exposed).distinct()
        exposed = set(self.transaction.scalars(seen))
        query = select(finding).where(finding.c.status != Status.RESOLVED)
        return [
            (row.fingerprint, row.scope, standing_of(row), row.fingerprint in exposed)
            for row in self.transaction.execute(query)
        ]

    def seen_in_round(self) -> Iterator[Finding]:
        """Give the findings that this round saw exposed, one for each endpoint."""
        query = (
            select(finding, sighting.c.document, sighting.c.seen_shut)
            .join_from(finding, sighting)
            .where(sighting.c.exposed, sighting.c.seen_shut == 0, sighting.c.round == self.round)
            .order_by(sighting.c.at, finding.c.fingerprint, sighting.c.address)
        )
        yield from map(as_it_stands, self.transaction.execute(query))

    def brought_to(self, status: Status) -> Iterator[Finding]:
        """Give the findings that this round brought to a status, by their last document."""
        query = (
            select(finding, sighting.c.document, sighting.c.seen_shut)
            .join_from(finding, sighting)
            .where(finding.c.status == status, finding.c.round == self.round)
            .order_by(finding.c.fingerprint, sighting.c.exposed.desc(), sighting.c.at.desc())
        )
        given = ""
        for row in self.transaction.execute(query):
            if row.fingerprint != given:
                given = row.fingerprint
                yield as_it_stands(row)

    def of_round(self) -> Iterator[Finding]:
        """Give all that this round tells: what it saw, what it ended, what it could not verify."""
        yield from self.seen_in_round()
        yield from self.brought_to(Status.RESOLVED)
        yield from self.brought_to(Status.UNVERIFIED)

    def _sight(self, fingerprint: str, door: Door) -> dict[str, object]:
        return {"fingerprint": fingerprint, **self._place(door)}

    def _place(self, door: Door) -> dict[str, object]:
        address, port, transport = door
        return {
            "address": address,
            "port": port,
            "transport": transport,
            "vantage": self.vantage,
        }

    def _put(self, table: Table, key: Mapping[str, object], values: Mapping[str, object]) -> None:
        """Update or else insert: the writer is alone, and every dialect knows these two."""
        there = {f"at_{name}": value for name, value in key.items()}
        updated = _updated(table, tuple(key), tuple(values))
        if self.transaction.execute(updated, {**there, **values}).rowcount == 0:
            self.transaction.execute(_inserted(table), {**key, **values})


# Statements are made once: making one anew for each finding took longer than executing it.
_STANDING = select(finding).where(finding.c.fingerprint == bindparam("fingerprint"))
_DOCUMENT = select(sighting.c.document).where(
    *(
        sighting.c[name] == bindparam(f"at_{name}")
        for name in ("fingerprint", "address", "port", "transport", "vantage")
    )
)
_OPENED = (
    select(event.c.at)
    .where(
        event.c.fingerprint == bindparam("fingerprint"),
        event.c.what.in_([Change.NEW.value, Change.REOPENED.value]),
    )
    .order_by(event.c.number.desc())
    .limit(1)
)


@cache
def _inserted(table: Table) -> Insert:
    return insert(table)


@cache
def _updated(table: Table, key: tuple[str, ...], names: tuple[str, ...]) -> Update:
    here = [table.c[name] == bindparam(f"at_{name}") for name in key]
    return update(table).where(*here).values({name: bindparam(name) for name in names})


def door_of(endpoint: Endpoint) -> Door:
    """Leave out the name: the same door may be pinned to another name tomorrow."""
    return endpoint.address, endpoint.port, endpoint.transport.value


def standing_of(row: Row[tuple[object, ...]]) -> Standing:
    """Read the columns of a finding's standing."""
    return Standing(row.status, row.round, row.first_seen, row.last_seen, regressed=row.regressed)


def as_it_stands(row: Row[tuple[object, ...]]) -> Finding:
    """Read the last document of a finding, with the finding's standing instead of its own."""
    seen = msgspec.json.decode(row.document, type=Finding)
    return msgspec.structs.replace(
        seen,
        status=row.status,
        round=row.round,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        seen_shut=row.seen_shut,
    )
