"""What a history needs now and then: to be looked through, and to be copied while it is in use."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Column, Connection, Select, Table, select, type_coerce
from sqlalchemy.types import NullType

from scanner.model import Coverage, Finding
from scanner.store.columns import Damaged, Utc, Word
from scanner.store.database import Database, StoreRefused
from scanner.store.tables import TABLES, errand, round_, shard, sighting, ticket, way
from scanner.ticket import Action, Draft
from scanner.way import ShardTally, Way

#: Enough to see what is wrong; a torn file has thousands.
MAX_SAID = 20

#: What people call a row by; each table has one of these.
NAMES = ("fingerprint", "key", "round", "name", "address", "version")


def problems(connection: Connection) -> Iterator[str]:
    """Look through the whole history, pages, references and documents; say what is wrong."""
    for (said,) in connection.exec_driver_sql(f"PRAGMA integrity_check({MAX_SAID})"):
        if said != "ok":
            yield str(said)
    for table, row, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield f"{table}: row {row} names a {parent} that is not there"
    yield from _unreadable(connection, select(sighting.c.fingerprint, sighting.c.document), Finding)
    yield from _unreadable(connection, select(way.c.round, way.c.document), Way)
    yield from _unreadable(connection, select(shard.c.round, shard.c.tally), ShardTally)
    yield from _unreadable(connection, select(ticket.c.key, ticket.c.draft), Draft)
    yield from _unreadable(connection, select(errand.c.key, errand.c.action), Action)
    ended = select(round_.c.name, round_.c.coverage).where(round_.c.coverage.is_not(None))
    yield from _unreadable(connection, ended, Coverage)
    for table in TABLES.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, Utc | Word):
                yield from _damaged(connection, table, column)


def _damaged(connection: Connection, table: Table, column: Column[Any]) -> Iterator[str]:
    """Name the rows that hold a moment or a word that cannot be read."""
    name = next(table.c[name] for name in NAMES if name in table.c)
    dialect = connection.dialect
    read = column.type.dialect_impl(dialect).result_processor(dialect, None) or str
    query = select(name, type_coerce(column, NullType))
    for row_name, value in connection.execute(query.where(column.is_not(None))):
        try:
            read(value)
        except Damaged as damaged:
            yield f"{row_name}: holds {damaged}"


def _unreadable(
    connection: Connection, query: Select[Any], kind: type[msgspec.Struct]
) -> Iterator[str]:
    """Name the rows whose document cannot be read; a document is never repeated."""
    for name, document in connection.execute(query):
        try:
            msgspec.json.decode(document, type=kind)
        except msgspec.DecodeError:
            yield f"{name}: holds a {kind.__name__.lower()} that cannot be read"


def back_up(database: Database, to: Path) -> None:
    """Copy a history into a new file, its owner's alone, as it is at one moment.

    A round may go on meanwhile.

    Raises:
        StoreRefused: the file exists or cannot be written; nothing is left of it then.
    """
    try:
        os.close(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise StoreRefused(f"cannot write {to}: {error.strerror}") from error
    try:
        with (
            closing(sqlite3.connect(f"{database.path.as_uri()}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(to)) as target,
        ):
            source.backup(target)
    except sqlite3.Error as error:
        to.unlink()
        raise StoreRefused(f"cannot copy {database.path} to {to}: {error}") from error
