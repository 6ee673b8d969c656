"""One round's hand on the history: what it sees is committed at once, what it ends is settled."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Self

import msgspec
from sqlalchemy import insert, select, update

from scanner.age import aged
from scanner.model import Coverage, Endpoint, Finding, Status
from scanner.plaintext import document
from scanner.record import ended, filed_under, when_exposed, when_round_ends
from scanner.store.database import Database
from scanner.store.entries import Change, Door, Entries, door_of
from scanner.store.lock import RoundLock
from scanner.store.tables import round_, shard, sign
from scanner.way import Noted, ShardTally, Sign, Way

#: The statuses that are an event when a finding comes to them.
CHANGES = {Status.NEW: Change.NEW, Status.REOPENED: Change.REOPENED}


@dataclass(frozen=True, slots=True)
class Settled:
    """What the end of a round says of findings that it did not see exposed; one each."""

    resolved: tuple[Finding, ...]
    unverified: tuple[Finding, ...]


class Round:
    """A round under way. It holds the history's lock: while it lives, no other round writes.

    Calls may come from any thread, one at a time. What a call returned is on the disk, or will be
    at the end of the block that holds it `together` with others.
    """

    def __init__(  # noqa: PLR0913 - a round is known by so much
        self,
        database: Database,
        lock: RoundLock,
        *,
        name: str,
        scope: str,
        vantage: str,
        started: datetime,
        way: Way,
    ) -> None:
        """Take over a lock that is held and a round that is written down."""
        self._database = database
        self._lock = lock
        self.name = name
        self.started = started
        self.way = way
        self._scope = scope
        self._vantage = vantage
        self._lot: ExitStack | None = None
        self._entries: Entries | None = None
        #: What is exposed from here; the lock keeps it true. Spares a query for each closed port.
        with database.reading() as transaction:
            self._exposed = Entries(transaction, name, vantage).exposed()

    def record(self, draft: Finding) -> Finding:
        """Commit what was seen exposed, and give it back with its place in the history."""
        door, at = door_of(draft.endpoint), draft.last_seen
        there = self._exposed.setdefault(door, {})
        draft = msgspec.structs.replace(draft, fingerprint=filed_under(draft, there))
        gone = ended(there, probe=draft.probe, by=draft.fingerprint)
        with self._writing() as entries:
            before = entries.last_seen_at(draft.fingerprint, door)
            seen = self._follow(entries, draft)
            seen = aged(seen, before, entries.open_since(draft.fingerprint))
            entries.sight(seen)
            if draft.fingerprint not in there:
                entries.note(Change.EXPOSED, draft.fingerprint, at, draft.because, door)
            for fingerprint in gone:
                entries.shut(fingerprint, door, at, "another service took its place")
        there[draft.fingerprint] = draft.probe
        self._forget(door, gone)
        return seen

    def observe_shut(
        self, endpoint: Endpoint, *, probe: str | None, because: str, at: datetime
    ) -> None:
        """Commit that a door was seen shut: by a probe, or by the port itself for None.

        For outcomes of which `record.shows_shut` holds, and no other. Free where nothing was
        open, so it may be called for every closed port of a sweep. `because` is in our words.
        """
        door = door_of(endpoint)
        gone = ended(self._exposed.get(door, {}), probe=probe)
        if not gone:
            return
        with self._writing() as entries:
            for fingerprint in gone:
                entries.shut(fingerprint, door, at, because)
        self._forget(door, gone)

    def told(self) -> tuple[Finding, ...]:
        """Give what this round has seen exposed so far, one for each endpoint."""
        with self._database.reading() as transaction:
            return tuple(Entries(transaction, self.name, self._vantage).seen_in_round())

    def end_shard(self, number: int, tally: ShardTally, at: datetime) -> None:
        """Commit that a shard is done, and what it came to."""
        row = {"round": self.name, "number": number, "at": at, "tally": document(tally).decode()}
        with self._database.writing() as transaction:
            transaction.execute(insert(shard).values(row))

    def shards_done(self) -> dict[int, ShardTally]:
        """Give the shards that are done, by number."""
        query = select(shard.c.number, shard.c.tally).where(shard.c.round == self.name)
        with self._database.reading() as transaction:
            return {
                row.number: msgspec.json.decode(row.tally, type=ShardTally)
                for row in transaction.execute(query)
            }

    def note_sign(self, address: str, port: int, seen: Sign) -> None:
        """Commit a sign of a device, apart from what is recorded `together`. From any thread."""
        row = {"round": self.name, "address": address, "port": port, "sign": seen.value}
        with self._database.writing() as transaction:
            transaction.execute(insert(sign).values(row))

    def signs(self) -> dict[str, list[Noted]]:
        """Give what this round noted of each device so far."""
        query = select(sign.c.address, sign.c.port, sign.c.sign).where(sign.c.round == self.name)
        noted: dict[str, list[Noted]] = {}
        with self._database.reading() as transaction:
            for row in transaction.execute(query):
                noted.setdefault(row.address, []).append((row.port, Sign(row.sign)))
        return noted

    def settle(self, at: datetime) -> Settled:
        """Commit what this round ended, and what it could not verify in its own scope.

        For when nothing more is observed; a second call gives the same. What was seen may resolve
        a finding of another scope, but "unverified" is only said of what this one had to visit.
        """
        with self._writing() as entries:
            for fingerprint, scope, before, exposed in entries.unresolved():
                now = when_round_ends(before, in_round=self.name, exposed=exposed)
                if now.status is Status.RESOLVED:
                    entries.stand(fingerprint, now)
                    entries.note(Change.RESOLVED, fingerprint, at, "no sighting is exposed")
                elif now != before and scope == self._scope:
                    entries.stand(fingerprint, now)
            return Settled(
                resolved=tuple(entries.brought_to(Status.RESOLVED)),
                unverified=tuple(entries.brought_to(Status.UNVERIFIED)),
            )

    def end(self, coverage: Coverage) -> None:
        """Commit the coverage, which marks the round as ended, and let go of the history."""
        ending = {"ended": coverage.ended, "coverage": document(coverage).decode()}
        with self._database.writing() as transaction:
            this = update(round_).where(round_.c.name == self.name)
            transaction.execute(this.values(ending))
        self.close()

    def close(self) -> None:
        """Let go of the history; a round that did not end stays recorded as such."""
        self._lock.release()

    def __enter__(self) -> Self:
        """Hold the round for a block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go, however the block ends."""
        self.close()

    @contextmanager
    def together(self) -> Iterator[None]:
        """Commit all that a block records when it ends: one wait for the disk instead of many.

        If the block fails, nothing of it is recorded. It must begin and end in one thread.
        """
        try:
            with ExitStack() as self._lot:
                yield
        finally:
            self._lot, self._entries = None, None

    @contextmanager
    def _writing(self) -> Iterator[Entries]:
        if self._lot is None:
            with self._database.writing() as transaction:
                yield Entries(transaction, self.name, self._vantage)
            return
        if self._entries is None:  # most lots have nothing to write
            transaction = self._lot.enter_context(self._database.writing())
            self._entries = Entries(transaction, self.name, self._vantage)
        yield self._entries

    def _follow(self, entries: Entries, draft: Finding) -> Finding:
        """Work out where the finding stands now, and write that down."""
        before = entries.standing(draft.fingerprint)
        now = when_exposed(before, in_round=self.name, at=draft.last_seen)
        entries.stand(draft.fingerprint, now, scope=self._scope)
        if now.status in CHANGES and (before is None or before.status is not now.status):
            entries.note(CHANGES[now.status], draft.fingerprint, draft.last_seen, draft.because)
        return msgspec.structs.replace(
            draft, status=now.status, first_seen=now.first_seen, last_seen=now.last_seen
        )

    def _forget(self, door: Door, gone: tuple[str, ...]) -> None:
        for fingerprint in gone:
            del self._exposed[door][fingerprint]
