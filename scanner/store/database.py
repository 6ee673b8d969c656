"""Opens the history's database, or says why not."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, insert, inspect, select

from scanner.store import tables
from scanner.store.home import Home, home_of
from scanner.store.refusals import StoreRefused, refusals


class Database:
    """A database with transactions that hold what they say."""

    def __init__(self, home: Home, engine: Engine) -> None:
        """Hold an examined database; use `Database.open`."""
        self.home = home
        self._engine = engine

    @classmethod
    def open(
        cls, where: str | Path, *, create: datetime | None, as_it_is: bool = False
    ) -> "Database":
        """Open a path or a URL; make the history if it is missing and `create` says when.

        An older history is brought up to this program's tables, unless it is to stay `as_it_is`.

        Raises:
            StoreRefused: missing, not ours, newer than this program, unreadable, or a dialect
                that this version does not speak.
        """
        home = home_of(where)
        database = cls(home, home.engine(create=create is not None))
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
        reader = self._engine.execution_options(**self.home.reading)
        with refusals(self.home.name), reader.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a transaction that is committed, on the disk, when the block ends."""
        writer = self._engine.execution_options(writes=True)
        with refusals(self.home.name), writer.begin() as connection:
            yield connection

    def close(self) -> None:
        """Let go of it; it needs nothing else to be whole."""
        self._engine.dispose()

    def _examine(self, create: datetime | None) -> None:
        """Look before touching: what is not ours must stay as it is, to the byte."""
        with self.reading() as connection:
            names = inspect(connection).get_table_names()
        if names and tables.history.name not in names:
            raise StoreRefused(f"{self.home.name} is a database, but not a history of ronde")
        if not names:
            self._create(create)

    def _create(self, at: datetime | None) -> None:
        if at is None:
            raise StoreRefused(f"{self.home.name} is empty: no round has been recorded there")
        with refusals(self.home.name):
            self.home.prepare(self._engine)
        with self.writing() as connection:
            self.home.claim(connection)
            tables.TABLES.create_all(connection)
            # Two rounds may have found it empty; the second waited here for the first.
            if _version(connection) is None:
                row = {"version": tables.VERSION, "created": at}
                connection.execute(insert(tables.history).values(row))

    def _bring_up(self) -> None:
        with self.reading() as connection:
            version = _version(connection)
        if version in range(1, tables.VERSION):
            self._upgrade()
        elif version != tables.VERSION:
            raise StoreRefused(
                f"{self.home.name} is a history of version {version}; "
                f"this ronde reads {tables.VERSION}"
            )

    def _upgrade(self) -> None:
        from scanner.store.upgrade import upgrade

        with self.writing() as connection:
            self.home.claim(connection)
            # A process that came first may have done so.
            if (version := _version(connection)) is not None and version < tables.VERSION:
                upgrade(connection, since=version)


def _version(connection: Connection) -> int | None:
    return connection.scalar(select(tables.history.c.version))
