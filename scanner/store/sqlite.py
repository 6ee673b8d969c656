"""A history in a file of SQLite.

Every commit is synced to the disk (`synchronous=FULL`): WAL with NORMAL survives a killed process
but may lose the last commits with the power, and a finding that was reported must not be lost. A
round commits what it found some findings at a time, so the price is small.
"""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event

from scanner.store.lock import FileLock, RoundLock, Use, Waiting
from scanner.store.refusals import StoreRefused

#: How long a write waits for another process's write, in seconds; ours take milliseconds.
BUSY_SECONDS = 10


class File:
    """One file, and what SQLite and the lock put beside it: all of it its owner's alone."""

    reading: Mapping[str, object] = {}
    names: frozenset[str] = frozenset()

    def __init__(self, path: Path) -> None:
        """Name it; nothing is touched."""
        self.path = path
        self.name = str(path)

    def engine(self, *, create: bool) -> Engine:
        """Give connections to the file; make it if it is missing and is to be created.

        Raises:
            StoreRefused: it is missing, or cannot be opened.
        """
        _touch(self.path, create=create)
        url = URL.create("sqlite", database=str(self.path))
        engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
        event.listen(engine, "connect", _on_connect)
        event.listen(engine, "begin", _on_begin)
        return engine

    def prepare(self, engine: Engine) -> None:
        """Let `ronde findings` read while a round writes. The file remembers it."""
        with closing(engine.raw_connection()) as connection:
            connection.cursor().execute("PRAGMA journal_mode = WAL")

    def claim(self, connection: Connection) -> None:
        """Do nothing: whoever writes has waited for all other writers."""

    def hold(self, wait: Waiting | None = None, use: Use = Use.ROUND) -> RoundLock:
        """Take the side file's lock."""
        return FileLock(self.path, wait, use)

    def damage(self, connection: Connection, at_most: int) -> Iterator[str]:
        """Look through pages, indexes and references."""
        for (said,) in connection.exec_driver_sql(f"PRAGMA integrity_check({at_most})"):
            if said != "ok":
                yield str(said)
        for table, row, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
            yield f"{table}: row {row} names a {parent} that is not there"

    def back_up(self, to: Path) -> None:
        """Copy all into a new file, its owner's alone; a round may go on meanwhile.

        Raises:
            StoreRefused: the file exists or cannot be written; nothing is left of it then.
        """
        try:
            os.close(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        except OSError as error:
            raise StoreRefused(f"cannot write {to}: {error.strerror}") from error
        try:
            with (
                closing(sqlite3.connect(f"{self.path.as_uri()}?mode=ro", uri=True)) as source,
                closing(sqlite3.connect(to)) as target,
            ):
                source.backup(target)
        except sqlite3.Error as error:
            to.unlink()
            raise StoreRefused(f"cannot copy {self.path} to {to}: {error}") from error


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


def _on_connect(connection: sqlite3.Connection, _record: object) -> None:
    """Take transactions out of the driver's hands, which begins them late and not for DDL."""
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")


def _on_begin(connection: Connection) -> None:
    """Let a writer take its place at once: one that reads first could be refused at its write."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
