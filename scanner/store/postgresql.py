"""A history in a database of PostgreSQL, by URL.

libpq makes the connections, so a password may also come from PGPASSWORD or PGPASSFILE, and
everything else that it knows by its variables. A round holds the history by an advisory lock of a
session, which PostgreSQL drops when the session ends, however it ends: no pooler may stand between
that hands one session to several clients.
"""

import os
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NoReturn
from zlib import crc32

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

from scanner.store.lock import RoundLock, Use, Waiting
from scanner.store.refusals import StoreRefused, in_short, refusals

#: How long a connection may take, in seconds, unless the URL says otherwise.
CONNECT_SECONDS = 10

#: How long what was sent may stay unacknowledged, in milliseconds: a server that has gone is noted.
SILENT_MILLISECONDS = 30_000

#: Names of our advisory locks, out of the way of small numbers: "rond" and its like in ASCII.
ROUND_LOCK, TABLES_LOCK, TICKETS_LOCK = 0x726F6E64, 0x726F6E74, 0x726F6E6B

#: Bytes of an `application_name` that PostgreSQL keeps (NAMEDATALEN - 1).
MAX_APPLICATION_NAME = 63

_TRY = text("SELECT pg_try_advisory_lock(:lock, :schema)")
_TAKE = text("SELECT pg_advisory_lock(:lock, :schema)")
_TAKE_FOR_TRANSACTION = text("SELECT pg_advisory_xact_lock(:lock, :schema)")
_NAME = text("SELECT set_config('application_name', :name, false)")
_HOLDER = text(
    "SELECT activity.application_name FROM pg_locks JOIN pg_stat_activity AS activity USING (pid) "
    "WHERE locktype = 'advisory' AND classid = :lock AND objid = :schema AND objsubid = 2 "
    "AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


class Server:
    """One database on a server; it has to be ours alone, or a schema of it."""

    #: A report is read by several statements, which have to see one moment.
    reading: Mapping[str, object] = {
        "isolation_level": "REPEATABLE READ",
        "postgresql_readonly": True,
    }

    def __init__(self, url: URL) -> None:
        """Take a URL of PostgreSQL; nothing is sent."""
        self._url = url.set(drivername="postgresql+psycopg")
        #: The driver resolves them itself, anew for each connection.
        self.names = frozenset(_hosts(url))
        port = f":{url.port}" if url.port else ""
        self.name = f"postgresql://{url.host or ''}{port}/{url.database or ''}"

    def engine(self, *, create: bool) -> Engine:  # noqa: ARG002 - databases are made by their owner
        """Give connections to the database, which has to be there.

        Raises:
            StoreRefused: the driver is not installed.
        """
        return self._engine()

    def prepare(self, engine: Engine) -> None:
        """Do nothing: a database is ready as it is."""

    def claim(self, connection: Connection) -> None:
        """Make a transaction wait for others that make or change tables."""
        connection.execute(_TAKE_FOR_TRANSACTION, _key(connection, TABLES_LOCK))

    def hold(self, wait: Waiting | None = None, use: Use = Use.ROUND) -> RoundLock:
        """Take the advisory lock in a session of its own."""
        with refusals(self.name):
            return SessionLock(self.name, self._engine(alone=True), wait, use)

    def damage(self, connection: Connection, at_most: int) -> Iterator[str]:
        """Say nothing: the server keeps references true, and looks after its pages itself."""
        del connection, at_most
        return iter(())

    def back_up(self, to: Path) -> NoReturn:
        """Leave it to who can do it.

        Raises:
            StoreRefused: always.
        """
        raise StoreRefused(f"{to}: nothing was written; pg_dump copies {self.name}")

    def _engine(self, *, alone: bool = False) -> Engine:
        usual = {
            "connect_timeout": CONNECT_SECONDS,
            "tcp_user_timeout": SILENT_MILLISECONDS,
            "application_name": "ronde",
        }
        arguments = {name: value for name, value in usual.items() if name not in self._url.query}
        try:
            if alone:
                return create_engine(
                    self._url,
                    connect_args=arguments,
                    poolclass=NullPool,
                    isolation_level="AUTOCOMMIT",
                )
            return create_engine(self._url, connect_args=arguments)
        except ModuleNotFoundError as error:
            raise StoreRefused(
                "a history in PostgreSQL needs psycopg (pip install 'ronde[postgresql]')"
            ) from error


def _hosts(url: URL) -> Iterator[str]:
    """List the hosts that a URL or libpq's variable names."""
    for hosts in (url.host, *url.normalized_query.get("host", ()), os.environ.get("PGHOST")):
        yield from filter(None, (hosts or "").split(","))


class SessionLock(RoundLock):
    """An advisory lock, held by a session that does nothing else."""

    def __init__(
        self, history: str, engine: Engine, wait: Waiting | None, use: Use = Use.ROUND
    ) -> None:
        """Take the lock; `wait` for it if another session has it.

        Raises:
            StoreRefused: another session has it, and nobody wants to wait.
            DBAPIError: the server cannot be reached.
        """
        self._history, self._use = history, use
        self._one_at_a_time = threading.Lock()
        self._session = engine.connect()
        try:
            self._take(wait)
            self.name("that begins")
        except BaseException:  # an impatient user's interrupt among them
            self.release()
            raise

    def name(self, round_name: str) -> None:
        """Show which round has the lock, among the server's sessions."""
        name = f"process {os.getpid()}, {self._use} {round_name}, on {os.uname().nodename}"
        self._session.execute(_NAME, {"name": name[:MAX_APPLICATION_NAME]})

    def release(self) -> None:
        """End the session; calling it twice is harmless."""
        self._session.close()

    def assure(self) -> None:
        """Make sure that the session lives, because the lock lives as long.

        Raises:
            StoreRefused: the server ended it, or was ended itself.
        """
        try:
            with self._one_at_a_time:
                self._session.execute(text("SELECT 1"))
        except DBAPIError as error:
            raise StoreRefused(
                f"the history {self._history} is no longer held for this round: "
                f"{in_short(error.orig)}"
            ) from error

    def _take(self, wait: Waiting | None) -> None:
        lock = ROUND_LOCK if self._use is Use.ROUND else TICKETS_LOCK
        key = _key(self._session, lock)
        if self._session.scalar(_TRY, key):
            return
        holder = self._session.scalar(_HOLDER, key) or "its name is not shown to this role"
        if wait is None:
            raise StoreRefused(f"another {self._use} is using {self._history}: {holder}")
        wait(holder)
        self._session.execute(_TAKE, key)


def _key(connection: Connection, lock: int) -> dict[str, int]:
    """Tell histories in schemas of one database apart."""
    schema = str(connection.scalar(text("SELECT current_schema()")))
    return {"lock": lock, "schema": crc32(schema.encode()) >> 1}
