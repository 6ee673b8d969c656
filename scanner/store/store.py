"""The history as the program sees it: what is open, and the next round."""

from datetime import datetime
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
from sqlalchemy import Connection, Row, Select, delete, insert, select, update

from scanner.acceptance import Signature
from scanner.life import Patience
from scanner.model import Coverage, Finding, ScopeReference, Severity, Transport
from scanner.past import Past
from scanner.plaintext import document
from scanner.store import archive
from scanner.store.acceptances import sign, withdraw
from scanner.store.before import before
from scanner.store.clerk import exposed
from scanner.store.database import Database
from scanner.store.desk import Desk
from scanner.store.lock import RoundLock
from scanner.store.reading import Told, of_round, since
from scanner.store.refusals import StoreRefused
from scanner.store.retention import KEPT
from scanner.store.round import Round
from scanner.store.tables import round_, shard, sighting
from scanner.store.tables import sign as sign_
from scanner.store.tables import way as way_
from scanner.store.upkeep import MAX_SAID, problems
from scanner.way import Way

#: How patient a round is unless it is told.
PATIENCE = Patience()


class Store:
    """A history that is open. Calls may come from any thread, one at a time."""

    def __init__(self, database: Database, keep: int = KEPT) -> None:
        """Hold an open database; use `Store.open`."""
        self._database = database
        self._keep = keep

    @classmethod
    def open(
        cls,
        where: str | Path,
        *,
        create: datetime | None = None,
        as_it_is: bool = False,
        keep: int = KEPT,
    ) -> Self:
        """Open the history at a path or URL; make it if it is missing and `create` says when.

        One of an older version is brought up to this one, unless it is to stay `as_it_is`, which
        is enough to copy it. Rounds that end here keep so many of their scope and vantage, and
        forget what was before them.

        Raises:
            StoreRefused: missing, another program's, newer than this program, or unreadable.
        """
        return cls(Database.open(where, create=create, as_it_is=as_it_is), keep)

    @property
    def name(self) -> str:
        """Give what the history is called in messages: no user, no password."""
        return self._database.home.name

    @property
    def hosts(self) -> frozenset[str]:
        """Give the names that are resolved to reach it, also in the middle of a round."""
        return self._database.home.names

    def begin_round(  # noqa: PLR0913 - a round is known by so much
        self,
        name: str,
        *,
        scope: ScopeReference,
        vantage: str,
        at: datetime,
        way: Way,
        patience: Patience = PATIENCE,
        lock: RoundLock | None = None,
    ) -> Round:
        """Write down that a round began, and how it goes; take the history unless `lock` has it.

        Raises:
            StoreRefused: another round has it, or there was a round of that name.
        """
        lock = lock or self._database.home.hold()
        try:
            lock.name(name)
            self._write_down(name, scope, vantage, at, way)
            return Round(
                self._database,
                lock,
                name=name,
                scope=scope.name,
                vantage=vantage,
                started=at,
                way=way,
                patience=patience,
                keep=self._keep,
            )
        except BaseException:
            lock.release()
            raise

    def resume_round(
        self,
        *,
        scope: ScopeReference,
        vantage: str,
        way: Way,
        patience: Patience = PATIENCE,
        lock: RoundLock | None = None,
    ) -> Round:
        """Take the history for the newest round of a scope, which stopped before its end.

        Its way is the one that it was begun with. A round that was interrupted counts as not
        ended: its coverage is taken back, to be given anew.

        Raises:
            StoreRefused: another round has the history, there is no such round, it was walked to
                its end, or the way has changed; the message names what has.
        """
        lock = lock or self._database.home.hold()
        try:
            lock.name(f"of {scope.name}, continued")
            row = self._newest(scope, vantage)
            begun = _unchanged(row.name, row.document, way)
            resumed = Round(
                self._database,
                lock,
                name=row.name,
                scope=scope.name,
                vantage=vantage,
                started=row.started,
                way=begun,
                patience=patience,
                keep=self._keep,
            )
            self._reopen(resumed, ended=row.ended is not None)
        except BaseException:
            lock.release()
            raise
        return resumed

    def open_findings(self, now: datetime) -> tuple[Finding, ...]:
        """Give what is open now: one for each exposed endpoint, as its finding stands."""
        with self._database.reading() as transaction:
            return tuple(exposed(transaction, now))

    def accept(self, prefix: str, signed: Signature) -> tuple[str, Severity]:
        """Commit that a risk is accepted; give the finding's fingerprint, and how bad it is.

        Raises:
            StoreRefused: the fingerprint, or the beginning of one, names no open finding, or
                several.
        """
        with self._database.writing() as transaction:
            return sign(transaction, prefix, signed)

    def withdraw(self, prefix: str, *, at: datetime) -> str:
        """Commit that a risk is no longer accepted; give the finding's whole fingerprint.

        Raises:
            StoreRefused: the fingerprint names no finding, several, or one that is not accepted.
        """
        with self._database.writing() as transaction:
            return withdraw(transaction, prefix, at=at)

    def problems(self) -> tuple[str, ...]:
        """Look through all that is there, and say what is wrong with it."""
        with self._database.reading() as transaction:
            return tuple(islice(problems(self._database.home, transaction), MAX_SAID))

    def back_up(self, to: Path) -> None:
        """Copy the history into a new file, also while a round goes on.

        Raises:
            StoreRefused: the file exists or cannot be written.
        """
        self._database.home.back_up(to)

    def told(self, name: str | None, now: datetime) -> Told:
        """Give what a round told, or the newest of all.

        Raises:
            StoreRefused: there is no such round, or what it told is not kept.
        """
        with self._database.reading() as transaction:
            return of_round(transaction, name, now)

    def told_since(self, when: datetime, now: datetime) -> Told:
        """Give what was seen exposed, and what was resolved, from a moment on."""
        with self._database.reading() as transaction:
            return since(transaction, when, now)

    def before(self, told: Coverage) -> Past:
        """Give the rounds before one, and what happened to its findings."""
        with self._database.reading() as transaction:
            return before(transaction, told)

    def desk(self) -> Desk:
        """Give the tickets' side of the history."""
        return Desk(self._database)

    def last_begun(self, scope: ScopeReference, vantage: str) -> datetime | None:
        """Give when the newest round of a scope and vantage began."""
        query = (
            select(round_.c.started)
            .where(round_.c.scope == scope.name, round_.c.vantage == vantage)
            .order_by(round_.c.number.desc())
            .limit(1)
        )
        with self._database.reading() as transaction:
            return transaction.scalar(query)

    def watched(self, transport: Transport = Transport.TCP) -> frozenset[tuple[str, int]]:
        """Give address and port of everything that was open: a round should look there again."""
        query = select(sighting.c.address, sighting.c.port).where(
            sighting.c.exposed, sighting.c.transport == transport.value
        )
        with self._database.reading() as transaction:
            return frozenset((row.address, row.port) for row in transaction.execute(query))

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def __enter__(self) -> Self:
        """Hold the history for a block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go, however the block ends."""
        self.close()

    def _newest(self, scope: ScopeReference, vantage: str) -> Row[tuple[object, ...]]:
        query = (
            select(round_, way_.c.document)
            .join_from(round_, way_, isouter=True)
            .where(round_.c.scope == scope.name, round_.c.vantage == vantage)
            .order_by(round_.c.number.desc())
            .limit(1)
        )
        with self._database.reading() as transaction:
            row = transaction.execute(query).first()
        if row is None:
            raise StoreRefused(
                f"{self.name} has no round of the scope {scope.name!r} from {vantage!r} to continue"
            )
        return row

    def _reopen(self, resumed: Round, *, ended: bool) -> None:
        if ended and len(resumed.shards_done()) == resumed.way.shards + resumed.way.calls:
            raise StoreRefused(f"the round {resumed.name} was walked to its end: begin a new one")
        with self._database.writing() as transaction:
            this = update(round_).where(round_.c.name == resumed.name)
            transaction.execute(this.values(ended=None, coverage=None))
            archive.take_back(transaction, resumed.name)

    def _write_down(
        self,
        name: str,
        scope: ScopeReference,
        vantage: str,
        at: datetime,
        way: Way,
    ) -> None:
        row = {
            "name": name,
            "scope": scope.name,
            "reference": scope.reference,
            "vantage": vantage,
            "started": at,
        }
        with self._database.writing() as transaction:
            if transaction.scalar(select(round_.c.name).where(round_.c.name == name)):
                raise StoreRefused(f"there was a round {name} before; a name is used once")
            transaction.execute(insert(round_).values(row))
            _forget(transaction, _superseded(name, scope, vantage))
            kept = {"round": name, "document": document(way).decode()}
            transaction.execute(insert(way_).values(kept))


def _superseded(name: str, scope: ScopeReference, vantage: str) -> Select[tuple[str]]:
    """Find the rounds that nobody can continue any more, now that another one has begun."""
    return select(round_.c.name).where(
        round_.c.scope == scope.name, round_.c.vantage == vantage, round_.c.name != name
    )


def _forget(transaction: Connection, rounds: Select[tuple[str]]) -> None:
    """Drop what was only kept to continue some rounds."""
    for table in (shard, sign_):
        transaction.execute(delete(table).where(table.c.round.in_(rounds)))


def _unchanged(name: str, begun: str | None, now: Way) -> Way:
    """Read the way that a round was begun with, if nothing that matters differs from it now."""
    if begun is None:
        raise StoreRefused(f"the round {name} was begun by a ronde that could not continue one")
    before = msgspec.json.decode(begun, type=Way)
    if changes := ", ".join(now.changes(before)):
        raise StoreRefused(
            f"the round {name} cannot be continued, this has changed: {changes}; begin a new round"
        )
    return before
