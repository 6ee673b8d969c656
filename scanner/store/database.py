"""Opens the history's database, or says why not; knows SQLite so that nothing else has to."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import msgspec
from sqlalchemy import (
    URL,
    Connection,
    Engine,
    create_engine,
    event,
    insert,
    inspect,
    select,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import PoolProxiedConnection

from scanner.model import Refused
from scanner.store import tables
from scanner.store.columns import Damaged

#: How long a write waits for another process's write, in seconds; ours take milliseconds.
BUSY_SECONDS = 10


class StoreRefused(Refused):
    """The history cannot be used; the message names it, and nothing in it was changed."""


class Database:
    """One SQLite file, with transactions that hold what they say.

    Every commit is synced to the disk (`synchronous=FULL`): WAL with NORMAL survives a killed
    process but may lose the last commits with the power, and a finding that was reported must not
    be lost. A round commits what it found some findings at a time, so the price is small.
    """

    def __init__(self, path: Path, engine: Engine) -> None:
        """Hold an examined database; use `Database.open`."""
        self.path = path
        self._engine = engine

    @classmethod
    def open(cls, where: str, *, create: datetime | None, as_it_is: bool = False) -> "Database":
        """Open a path or a `sqlite:///` URL; make it if it is missing and `create` says when.

        An older history is brought up to this program's tables, unless it is to stay `as_it_is`.

        Raises:
            StoreRefused: missing, not ours, newer than this program, unreadable, or a dialect
                that this version does not speak.
        """
        path = path_of(where)
        _touch(path, create=create is not None)
        database = cls(path, _engine_of(path))
        try:
            database._examine(create)
            if not as_it_is:
                database._bring_up()
        except BaseException:
            database.close()
            raise
        return database

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a transaction that sees one moment of the history and waits for nobody."""
        with _refusals(self.path), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a transaction that is committed, on the disk, when the block ends."""
        writer = self._engine.execution_options(writes=True)
        with _refusals(self.path), writer.begin() as connection:
            yield connection

    def close(self) -> None:
        """Let go of the file; it needs nothing else to be whole."""
        self._engine.dispose()

    def _examine(self, create: datetime | None) -> None:
        """Look before touching: a file that is not ours must stay as it is, to the byte."""
        with self.reading() as connection:
            names = inspect(connection).get_table_names()
        if names and tables.history.name not in names:
            raise StoreRefused(f"{self.path} is a database, but not a history of ronde")
        if not names:
            self._create(create)

    def _bring_up(self) -> None:
        with self.reading() as connection:
            version = _version(connection)
        if version in range(1, tables.VERSION):
            self._upgrade()
        elif version != tables.VERSION:
            raise StoreRefused(
                f"{self.path} is a history of version {version}; this ronde reads {tables.VERSION}"
            )

    def _create(self, at: datetime | None) -> None:
        if at is None:
            raise StoreRefused(f"{self.path} is empty: no round has been recorded there")
        with _refusals(self.path):
            _use_wal(self._engine.raw_connection())
        with self.writing() as connection:
            tables.TABLES.create_all(connection)
            # Two rounds may have found the file empty; the second waited here for the first.
            if connection.scalar(select(tables.history.c.version)) is None:
                row = {"version": tables.VERSION, "created": at}
                connection.execute(insert(tables.history).values(row))

    def _upgrade(self) -> None:
        from scanner.store.upgrade import upgrade

        with self.writing() as connection:
            # A process that came first may have done so.
            if (version := _version(connection)) is not None and version < tables.VERSION:
                upgrade(connection, since=version)


def _version(connection: Connection) -> int | None:
    return connection.scalar(select(tables.history.c.version))


def path_of(where: str) -> Path:
    """Read a path or a URL. A URL is never repeated in a message: it may hold a password."""
    if "://" not in where:
        return Path(where).resolve()
    try:
        url = make_url(where)
    except ArgumentError as error:
        raise StoreRefused("the history's URL cannot be read") from error
    if url.get_backend_name() != "sqlite":
        raise StoreRefused(f"a history in {url.get_backend_name()} is not supported yet: sqlite is")
    if url.database in {None, "", ":memory:"}:
        raise StoreRefused("a history in memory would be forgotten: name a file")
    return Path(str(url.database)).resolve()


def _touch(path: Path, *, create: bool) -> None:
    """Make the file its owner's alone before anything is in it; SQLite gives WAL its mode."""
    flags = os.O_RDWR | os.O_CLOEXEC | (os.O_CREAT if create else 0)
    try:
        file = os.open(path, flags, 0o600)
    except FileNotFoundError as error:
        raise StoreRefused(f"there is no history at {path}") from error
    except OSError as error:
        raise StoreRefused(f"cannot open the history {path}: {error.strerror}") from error
    try:
        if os.fstat(file).st_size == 0:
            os.fchmod(file, 0o600)
    finally:
        os.close(file)


def _engine_of(path: Path) -> Engine:
    url = URL.create("sqlite", database=str(path))
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(connection: sqlite3.Connection, _record: object) -> None:
    """Take transactions out of the driver's hands, which begins them late and not for DDL."""
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")


def _on_begin(connection: Connection) -> None:
    """Let a writer take its place at once: one that reads first could be refused at its write."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _use_wal(connection: PoolProxiedConnection) -> None:
    """Let `ronde findings` read while a round writes. The file remembers it."""
    try:
        connection.cursor().execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()


@contextmanager
def _refusals(path: Path) -> Iterator[None]:
    """Name the file in what the database says; its own words, without statement or values."""
    try:
        yield
    except DBAPIError as error:
        raise StoreRefused(f"the history {path}: {error.orig}") from error
    except sqlite3.Error as error:
        raise StoreRefused(f"the history {path}: {error}") from error
    except Damaged as error:
        raise StoreRefused(f"the history {path} holds {error}") from error
    except msgspec.DecodeError as error:
        raise StoreRefused(f"the history {path} holds a finding that cannot be read") from error
