"""What a history needs now and then: to be looked through."""

from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import Column, Connection, Select, Table, select, type_coerce
from sqlalchemy.types import NullType

from scanner.model import Coverage, Finding
from scanner.store.archive import kept
from scanner.store.columns import Damaged, Utc, Word
from scanner.store.home import Home
from scanner.store.tables import TABLES, errand, round_, shard, sighting, ticket, told, way
from scanner.ticket import Action, Draft
from scanner.way import ShardTally, Way

#: Enough to see what is wrong; a torn file has thousands.
MAX_SAID = 20

#: What people call a row by; each table has one of these.
NAMES = ("fingerprint", "key", "round", "name", "address", "version")


def problems(home: Home, connection: Connection) -> Iterator[str]:
    """Look through the whole history, pages, references and documents; say what is wrong."""
    yield from home.damage(connection, MAX_SAID)
    yield from _unreadable(connection, select(sighting.c.fingerprint, sighting.c.document), Finding)
    yield from _unreadable(connection, select(way.c.round, way.c.document), Way)
    yield from _unreadable(connection, select(shard.c.round, shard.c.tally), ShardTally)
    yield from _unreadable(connection, select(ticket.c.key, ticket.c.draft), Draft)
    yield from _unreadable(connection, select(errand.c.key, errand.c.action), Action)
    ended = select(round_.c.name, round_.c.coverage).where(round_.c.coverage.is_not(None))
    yield from _unreadable(connection, ended, Coverage)
    yield from _unkept(connection)
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
    what = kind.__name__.lower()
    article = "an" if what[0] in "aeiou" else "a"
    for name, document in connection.execute(query):
        try:
            msgspec.json.decode(document, type=kind)
        except msgspec.DecodeError:
            yield f"{name}: holds {article} {what} that cannot be read"


def _unkept(connection: Connection) -> Iterator[str]:
    """Name the rounds whose findings cannot be read; one at a time is in memory."""
    for name in connection.scalars(select(told.c.round)).all():
        try:
            kept(connection, name)
        except Damaged as damaged:
            yield f"{name}: holds {damaged}"
