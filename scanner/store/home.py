"""Where a history lives: a file of SQLite, or a database of PostgreSQL by URL."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from scanner.store.lock import RoundLock, Use, Waiting
from scanner.store.postgresql import Server
from scanner.store.refusals import StoreRefused
from scanner.store.sqlite import File


class Home(Protocol):
    """What differs between databases. Its `name` is safe to show: it holds no user or password.

    `reading` are the execution options of transactions that read; `names` the hosts that have to be
    resolved to reach it, also in the middle of a round.
    """

    name: str
    reading: Mapping[str, object]
    names: frozenset[str]

    def engine(self, *, create: bool) -> Engine:
        """Give connections to it; make the place for it if it is missing and is to be created.

        Raises:
            StoreRefused: there is no such place, or it cannot be used.
        """

    def prepare(self, engine: Engine) -> None:
        """Set up what has to be before the first table."""

    def claim(self, connection: Connection) -> None:
        """Make a transaction wait for others that make or change tables."""

    def hold(self, wait: Waiting | None = None, use: Use = Use.ROUND) -> RoundLock:
        """Take the history for one use; `wait` for the one that has it.

        Raises:
            StoreRefused: another one has it, and nobody wants to wait.
        """

    def damage(self, connection: Connection, at_most: int) -> Iterator[str]:
        """Say what is wrong below the level of rows."""

    def back_up(self, to: Path) -> None:
        """Copy all into a new file, as it is at one moment.

        Raises:
            StoreRefused: the file exists or cannot be written; nothing is left of it then.
        """


def home_of(where: str | Path) -> Home:
    """Read a path or a URL. A URL is never repeated in a message: it may hold a password.

    Raises:
        StoreRefused: it names no place where a history can be.
    """
    if isinstance(where, Path) or "://" not in where:
        return File(Path(where).resolve())
    try:
        url = make_url(where)
    except (ArgumentError, ValueError):
        # Not even as a cause: its message may repeat a part of a password.
        raise StoreRefused("the history's URL cannot be read") from None
    if url.get_backend_name() == "postgresql":
        return Server(url)
    if url.get_backend_name() != "sqlite":
        raise StoreRefused(
            f"a history in {url.get_backend_name()} is not supported: sqlite and postgresql are"
        )
    if url.database in {None, "", ":memory:"}:
        raise StoreRefused("a history in memory would be forgotten: name a file")
    return File(Path(str(url.database)).resolve())


def hold(where: str | Path, wait: Waiting | None = None) -> RoundLock:
    """Take the history at a path or URL for one round, whether or not it is there yet.

    `wait` for the one that has it, if it is there to be told of it.

    Raises:
        StoreRefused: another round has it, and nobody wants to wait; or it cannot be locked.
    """
    return home_of(where).hold(wait)
