"""One round's hand on the history: what it sees is committed at once, what it ends is settled."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Self, TypeAlias

import msgspec
from sqlalchemy import Connection, insert, select, update

from scanner.aftermath import looked_back
from scanner.age import aged
from scanner.life import (
    Patience,
    Sight,
    Worsen,
    changes,
    contradicted,
    filed_under,
    has_regressed,
    once_shut,
    when_exposed,
    when_round_ends,
    with_acceptance,
    worsened,
)
from scanner.model import Coverage, Endpoint, Finding, Status
from scanner.plaintext import document
from scanner.store import archive
from scanner.store.acceptances import accepted
from scanner.store.clerk import Clerk
from scanner.store.database import Database
from scanner.store.entries import Change, Door, Entries, door_of
from scanner.store.lock import RoundLock
from scanner.store.retention import forget
from scanner.store.tables import round_, shard, sign
from scanner.way import Noted, ShardTally, Sign, Way

#: The statuses that are an event when a finding comes to them.
CHANGES = {Status.NEW: Change.NEW, Status.REOPENED: Change.REOPENED}

#: Who demanded a credential, where something in front of all products did.
ANYBODY = ""

#: Is handed the tickets at the end of a round, in the transaction that ends it.
AtEnd: TypeAlias = Callable[[Clerk, Coverage], None]


@dataclass(frozen=True, slots=True)
class Settled:
    """What the end of a round says of findings that it did not see exposed; one each."""

    resolved: tuple[Finding, ...]
    unverified: tuple[Finding, ...]


def nothing(clerk: Clerk, coverage: Coverage) -> None:
    """Order nothing at the end of a round."""
    del clerk, coverage


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
        patience: Patience,
        keep: int,
    ) -> None:
        """Take over a lock that is held and a round that is written down."""
        self._database = database
        self._lock = lock
        self.name = name
        self.started = started
        self.way = way
        self._scope = scope
        self._vantage = vantage
        self._patience = patience
        self._keep = keep
        self.at_end: AtEnd = nothing
        self._lot: ExitStack | None = None
        self._entries: Entries | None = None
        #: What is exposed and locked from here; the lock keeps both true. Spares a query for each
        #: closed port. What is accepted while the round is under way is heeded by the next.
        with database.reading() as transaction:
            entries = Entries(transaction, name, vantage)
            self._exposed, self._locked = entries.exposed(), entries.locks()
            self._accepted = accepted(transaction)

    def record(self, draft: Finding, *, worse: Worsen = worsened) -> Finding:
        """Commit what was seen exposed, and give it back with its place in the history.

        `worse` makes of the draft what it is if the door had been seen locked.
        """
        door, at = door_of(draft.endpoint), draft.last_seen
        there = self._exposed.setdefault(door, {})
        draft = msgspec.structs.replace(draft, fingerprint=filed_under(draft, there))
        with self._writing() as entries:
            before = entries.last_seen_at(draft.fingerprint, door)
            draft = looked_back(draft, before)
            seen = self._follow(entries, draft, before, worse)
            seen = aged(seen, before, entries.open_since(draft.fingerprint))
            entries.sight(seen)
            if draft.fingerprint not in there:
                entries.note(Change.EXPOSED, draft.fingerprint, at, draft.because, door)
            there[draft.fingerprint] = Sight(draft.probe)
            gone = contradicted(there, probe=draft.probe, by=draft.fingerprint)
            self._see_shut(entries, door, gone, at, "another service took its place")
        return self._told(seen, at)

    def observe_shut(
        self,
        endpoint: Endpoint,
        *,
        probe: str | None,
        because: str,
        at: datetime,
        demanded: bool = False,
    ) -> None:
        """Commit that a door was seen shut: by a probe, or by the port itself for None.

        For outcomes of which `record.shows_shut` holds, and no other; a credential was `demanded`
        where `record.demands_credential` holds. Free where nothing changes, so it may be called
        for every closed port of a sweep. `because` is in our words.
        """
        door = door_of(endpoint)
        if demanded:
            self._lock_door(door, probe or ANYBODY, at)
        gone = contradicted(self._exposed.get(door, {}), probe=probe)
        if gone:
            with self._writing() as entries:
                self._see_shut(entries, door, gone, at, because)

    def told(self) -> tuple[Finding, ...]:
        """Give what this round has seen exposed so far, one for each endpoint."""
        with self._database.reading() as transaction:
            seen = Entries(transaction, self.name, self._vantage).seen_in_round()
            return tuple(self._told(finding, finding.last_seen) for finding in seen)

    def end_shard(self, number: int, tally: ShardTally, at: datetime) -> None:
        """Commit that a shard is done, and what it came to."""
        row = {"round": self.name, "number": number, "at": at, "tally": document(tally).decode()}
        with self._transaction() as transaction:
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
        with self._transaction() as transaction:
            transaction.execute(insert(sign).values(row))

    def signs(self) -> dict[str, list[Noted]]:
        """Give what this round noted of each device so far."""
        query = select(sign.c.address, sign.c.port, sign.c.sign).where(sign.c.round == self.name)
        noted: dict[str, list[Noted]] = {}
        with self._database.reading() as transaction:
            for row in transaction.execute(query):
                noted.setdefault(row.address, []).append((row.port, row.sign))
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
                unverified=tuple(
                    self._told(finding, at) for finding in entries.brought_to(Status.UNVERIFIED)
                ),
            )

    def end(self, coverage: Coverage) -> None:
        """Commit coverage and findings, which marks the round as ended; let go of the history.

        What `at_end` orders is committed with them, or none of it is. Then what is
        older than the rounds that are to be kept is forgotten.
        """
        ending = {"ended": coverage.ended, "coverage": document(coverage).decode()}
        with self._transaction() as transaction:
            this = update(round_).where(round_.c.name == self.name)
            transaction.execute(this.values(ending))
            entries = Entries(transaction, self.name, self._vantage)
            ended = (self._told(one, coverage.ended) for one in entries.of_round())
            archive.keep(transaction, self.name, ended)
            self.at_end(Clerk(transaction), coverage)
            forget(transaction, self._keep, coverage.ended)
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
    def _transaction(self) -> Iterator[Connection]:
        """Give a transaction on a history that is still held: two rounds must not mix."""
        self._lock.assure()
        with self._database.writing() as transaction:
            yield transaction

    @contextmanager
    def _writing(self) -> Iterator[Entries]:
        if self._lot is None:
            with self._transaction() as transaction:
                yield Entries(transaction, self.name, self._vantage)
            return
        if self._entries is None:  # most lots have nothing to write
            transaction = self._lot.enter_context(self._transaction())
            self._entries = Entries(transaction, self.name, self._vantage)
        yield self._entries

    def _follow(
        self, entries: Entries, draft: Finding, last: Finding | None, worse: Worsen
    ) -> Finding:
        """Work out where the finding stands now, and write that down."""
        fingerprint, at, door = draft.fingerprint, draft.last_seen, door_of(draft.endpoint)
        before = entries.standing(fingerprint)
        was_locked = self._unlock_door(entries, door, draft.probe)
        if regressed := has_regressed(before, was_locked=was_locked):
            draft = msgspec.structs.replace(worse(draft), regressed=True)
        changed = changes(last, draft)
        now = when_exposed(
            before, in_round=self.name, at=at, changed=bool(changed), regressed=regressed
        )
        entries.stand(fingerprint, now, scope=self._scope)
        if now.status in CHANGES and (before is None or before.status is not now.status):
            entries.note(CHANGES[now.status], fingerprint, at, draft.because)
        if was_locked:
            entries.note(Change.REGRESSED, fingerprint, at, "the door had been seen locked", door)
        if changed and last and last.round != draft.round:
            entries.note(Change.CHANGED, fingerprint, at, ", ".join(changed), door)
        return msgspec.structs.replace(
            draft,
            status=now.status,
            first_seen=now.first_seen,
            last_seen=now.last_seen,
            changes=changed,
        )

    def _see_shut(
        self, entries: Entries, door: Door, gone: tuple[str, ...], at: datetime, because: str
    ) -> None:
        """Count a round against findings at a door, and end those of which enough was seen."""
        there = self._exposed[door]
        for fingerprint in gone:
            before = there[fingerprint]
            now = once_shut(before, in_round=self.name)
            last = entries.last_seen_at(fingerprint, door)
            if now == before or last is None:
                continue
            ends = self._patience.ends(now.seen_shut, last.severity)
            entries.shut(fingerprint, door, now, at, exposed=not ends)
            entries.note(Change.SHUT, fingerprint, at, because, door)
            if ends:
                del there[fingerprint]
            else:
                there[fingerprint] = now

    def _lock_door(self, door: Door, probe: str, at: datetime) -> None:
        if (door, probe) not in self._locked:
            with self._writing() as entries:
                entries.lock(door, probe, at)
            self._locked.add((door, probe))

    def _unlock_door(self, entries: Entries, door: Door, probe: str) -> bool:
        """Forget the locks that an exposure undoes, and tell whether there was one."""
        undone = self._locked & {(door, probe), (door, ANYBODY)}
        for _, by in undone:
            entries.unlock(door, by)
        self._locked -= undone
        return bool(undone)

    def _told(self, finding: Finding, at: datetime) -> Finding:
        return with_acceptance(finding, self._accepted.get(finding.fingerprint), at)
