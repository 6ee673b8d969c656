"""What a history forgets when a round ends, so that it stays small however many nights it is kept.

Of each scope and vantage the newest rounds are kept. What happened before them is forgotten, and
so is what was resolved before them. What is open or accepted never is.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Select,
    Table,
    and_,
    delete,
    exists,
    func,
    select,
    update,
)

from scanner.model import Status
from scanner.store.entries import Change
from scanner.store.tables import (
    TABLES,
    acceptance,
    event,
    finding,
    round_,
    shard,
    sighting,
    sign,
    told,
    way,
)

#: Nearly three years of nights. The coverage of each may be 100 KiB; with 10,000 findings in each,
#: what they told takes 0.8 GB.
KEPT = 1_000


def forget(transaction: Connection, keep: int, now: datetime) -> None:
    """Forget what came before the newest rounds of each scope and vantage, `keep` of them."""
    old = _before_the_newest(keep)
    gone = _resolved_in(old, now)
    for table in (event, sighting, acceptance):
        transaction.execute(delete(table).where(table.c.fingerprint.in_(gone)))
    transaction.execute(delete(finding).where(finding.c.fingerprint.in_(gone)))
    _forget_what_happened(transaction, old)
    for table in (way, shard, sign, told):
        transaction.execute(delete(table).where(table.c.round.in_(old)))
    _forget_rounds(transaction, old)


def _before_the_newest(keep: int) -> Select[Any]:
    place = (
        func.row_number()
        .over(partition_by=(round_.c.scope, round_.c.vantage), order_by=round_.c.number.desc())
        .label("place")
    )
    placed = select(round_.c.name, place).subquery()
    return select(placed.c.name).where(placed.c.place > keep)


def _resolved_in(old: Select[Any], now: datetime) -> Select[tuple[str]]:
    """Find what was resolved in old rounds, and is neither accepted nor named by another table."""
    in_force = select(acceptance.c.fingerprint).where(
        acceptance.c.withdrawn.is_(None), acceptance.c.until > now
    )
    gone = select(finding.c.fingerprint).where(
        finding.c.status == Status.RESOLVED,
        finding.c.round.in_(old),
        finding.c.fingerprint.not_in(in_force),
    )
    for column in _naming(finding):
        if column.table not in {event, sighting, acceptance}:
            gone = gone.where(finding.c.fingerprint.not_in(_named_by(column)))
    return gone


def _forget_what_happened(transaction: Connection, old: Select[Any]) -> None:
    """Keep the event since which each finding is open, and the doors that are."""
    since = (
        select(func.max(event.c.number))
        .where(event.c.what.in_([Change.NEW.value, Change.REOPENED.value]))
        .group_by(event.c.fingerprint)
    )
    happened = delete(event).where(event.c.round.in_(old), event.c.number.not_in(since))
    transaction.execute(happened)
    elsewhere = sighting.alias()
    still_open = exists().where(
        and_(elsewhere.c.fingerprint == sighting.c.fingerprint, elsewhere.c.exposed)
    )
    transaction.execute(
        delete(sighting).where(~sighting.c.exposed, sighting.c.round.in_(old), still_open)
    )


def _forget_rounds(transaction: Connection, old: Select[Any]) -> None:
    """Keep the names and times of those that something else names."""
    unnamed = delete(round_).where(round_.c.name.in_(old))
    for column in _naming(round_):
        unnamed = unnamed.where(round_.c.name.not_in(_named_by(column)))
    transaction.execute(unnamed)
    reached = update(round_).where(round_.c.name.in_(old), round_.c.coverage.is_not(None))
    transaction.execute(reached.values(coverage=None))


def _naming(table: Table) -> Iterator[Column[str]]:
    """List the columns of all tables that refer to one."""
    for other in TABLES.sorted_tables:
        for key in other.foreign_keys:
            if key.column.table is table:
                yield key.parent


def _named_by(column: Column[str]) -> Select[Any]:
    return select(column).where(column.is_not(None))
