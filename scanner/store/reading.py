"""What the history can still tell of rounds that are over."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import Connection, Row, and_, or_, select

from scanner.life import with_acceptance
from scanner.model import Coverage, Finding, Status
from scanner.store import archive
from scanner.store.acceptances import accepted
from scanner.store.entries import Entries, as_it_stands
from scanner.store.refusals import StoreRefused
from scanner.store.tables import finding, round_, sighting


@dataclass(frozen=True, slots=True)
class Told:
    """Findings as their round told them; `coverage` is None for a round that did not end."""

    findings: tuple[Finding, ...]
    coverage: Coverage | None = None


def of_round(transaction: Connection, name: str | None, now: datetime) -> Told:
    """Tell what a round said, or the newest one of all.

    An older round is told as it was at its end, as long as that is kept. The tables themselves
    hold the last look at each door, by whichever scope, and would tell a part as if it were all.

    Raises:
        StoreRefused: there is no such round, or what it told is not kept.
    """
    row = _named(transaction, name)
    coverage = row.coverage and msgspec.json.decode(row.coverage, type=Coverage)
    after = select(round_.c.name).where(round_.c.number > row.number)
    newer = after.order_by(round_.c.number.desc()).limit(1)
    if transaction.scalar(newer) and (kept := archive.kept(transaction, row.name)) is not None:
        return Told(kept, coverage)
    if newest := transaction.scalar(newer.where(round_.c.scope == row.scope)):
        raise StoreRefused(
            f"the round {newest} has looked again since {row.name}, and what {row.name} told "
            "is not kept: it did not end, or is too old; --since tells what was seen from a "
            "moment on"
        )
    findings = Entries(transaction, row.name, row.vantage).of_round()
    return Told(_signed(transaction, findings, now), coverage)


def since(transaction: Connection, when: datetime, now: datetime) -> Told:
    """Tell what was seen exposed, and what was resolved, from a moment on, by whichever round."""
    query = (
        select(finding, sighting.c.document, sighting.c.seen_shut)
        .join_from(finding, sighting)
        .where(
            sighting.c.at >= when,
            or_(
                and_(sighting.c.exposed, sighting.c.seen_shut == 0),
                finding.c.status == Status.RESOLVED,
            ),
        )
        .order_by(finding.c.fingerprint, sighting.c.at.desc())
    )
    findings = _each_resolved_once(map(as_it_stands, transaction.execute(query)))
    return Told(_signed(transaction, findings, now))


def _named(transaction: Connection, name: str | None) -> Row[tuple[object, ...]]:
    query = select(round_).order_by(round_.c.number.desc())
    row = transaction.execute(query if name is None else query.where(round_.c.name == name)).first()
    if row is None:
        raise StoreRefused(f"the history has no round {name}" if name else "there was no round yet")
    return row


def _signed(
    transaction: Connection, findings: Iterable[Finding], now: datetime
) -> tuple[Finding, ...]:
    """Say of each whether somebody has accepted it."""
    signed = accepted(transaction)
    return tuple(with_acceptance(one, signed.get(one.fingerprint), now) for one in findings)


def _each_resolved_once(findings: Iterator[Finding]) -> Iterator[Finding]:
    """Leave out all but the last door of a finding that is resolved: its end is told once."""
    told = ""
    for one in findings:
        if one.status is not Status.RESOLVED or one.fingerprint != told:
            yield one
        told = one.fingerprint
