"""What the history tells beside a round: those before it, and what happened to its findings."""

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter

import msgspec
from sqlalchemy import Connection, Row, or_, select

from scanner.model import Coverage, Endpoint, Status
from scanner.past import Happened, Past
from scanner.store.acceptances import ended
from scanner.store.tables import event, finding, round_

#: A month of nights, which is what a chart has room for.
MAX_ROUNDS = 30


def before(transaction: Connection, told: Coverage) -> Past:
    """Give the last rounds of the same scope and vantage, and the events of what is open.

    The round itself is among them once the history has its coverage. What was resolved earlier is
    not told; what this round resolved is.
    """
    rounds = tuple(_rounds(transaction, told))[::-1]
    earlier = [one.started for one in rounds if one.round != told.round]
    unsigned = ended(transaction, earlier[-1], told.ended) if earlier else frozenset[str]()
    return Past(rounds, dict(_events(transaction, told)), unsigned)


def _rounds(transaction: Connection, told: Coverage) -> Iterator[Coverage]:
    itself = select(round_.c.number).where(round_.c.name == told.round)
    query = (
        select(round_.c.coverage)
        .where(
            round_.c.scope == told.scope.name,
            round_.c.vantage == told.vantage,
            round_.c.number <= itself.scalar_subquery(),
            round_.c.coverage.is_not(None),
        )
        .order_by(round_.c.number.desc())
        .limit(MAX_ROUNDS)
    )
    for document in transaction.scalars(query):
        yield msgspec.json.decode(document, type=Coverage)


def _events(transaction: Connection, told: Coverage) -> Iterator[tuple[str, tuple[Happened, ...]]]:
    query = (
        select(event)
        .join_from(event, finding)
        .where(
            finding.c.scope == told.scope.name,
            event.c.at <= told.ended,
            or_(
                finding.c.status != Status.RESOLVED,
                finding.c.round == told.round,
                finding.c.last_seen >= told.started,
            ),
        )
        .order_by(event.c.fingerprint, event.c.number)
    )
    rows = transaction.execute(query)
    for fingerprint, lines in groupby(rows, attrgetter("fingerprint")):
        yield fingerprint, tuple(map(_happened, lines))


def _happened(row: Row[tuple[object, ...]]) -> Happened:
    where = None
    if row.address is not None:
        where = str(Endpoint(address=row.address, port=row.port, transport=row.transport))
    return Happened(row.at, row.what, where, row.because)
