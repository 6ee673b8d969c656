"""Risks that somebody has accepted: read for every line that is told, written by a person."""

from datetime import datetime

import msgspec
from sqlalchemy import Connection, insert, or_, select, update

from scanner.acceptance import Signature
from scanner.model import Acceptance, Finding, Severity, Status
from scanner.store.refusals import StoreRefused
from scanner.store.tables import acceptance, finding, sighting

#: Fewer digits are hardly meant: they would name another finding in next year's history.
MIN_PREFIX = 4

#: Enough of the candidates to see how many digits more it takes.
MAX_NAMED = 5


def accepted(transaction: Connection) -> dict[str, Acceptance]:
    """Read the last acceptance of each finding, whether or not its day has passed."""
    query = select(acceptance).where(acceptance.c.withdrawn.is_(None)).order_by(acceptance.c.number)
    return {
        row.fingerprint: Acceptance(
            until=row.until,
            reason=row.reason,
            approver=row.approver,
            severity=row.severity,
            since=row.since,
        )
        for row in transaction.execute(query)
    }


def ended(transaction: Connection, since: datetime, until: datetime) -> frozenset[str]:
    """Give the findings of which an acceptance ended, or was withdrawn, between two moments."""
    query = select(acceptance.c.fingerprint).where(
        or_(acceptance.c.until.between(since, until), acceptance.c.withdrawn.between(since, until))
    )
    return frozenset(transaction.scalars(query))


def sign(transaction: Connection, prefix: str, signed: Signature) -> tuple[str, Severity]:
    """Write an acceptance down; give the finding's whole name, and the worst that is accepted.

    Raises:
        StoreRefused: no single finding is meant, or it is resolved.
    """
    name, status = _meant(transaction, prefix)
    if status is Status.RESOLVED:
        raise StoreRefused(f"{name} is resolved: there is nothing to accept")
    severity = _worst(transaction, name)
    row = {
        "fingerprint": name,
        "severity": severity,
        "until": signed.until,
        "reason": signed.reason,
        "approver": signed.approver,
        "since": signed.since,
    }
    transaction.execute(insert(acceptance).values(row))
    return name, severity


def withdraw(transaction: Connection, prefix: str, *, at: datetime) -> str:
    """Mark what is accepted of a finding as withdrawn, and give the finding's whole name.

    Raises:
        StoreRefused: no single finding is meant, or it is not accepted.
    """
    name, _ = _meant(transaction, prefix)
    in_force = update(acceptance).where(
        acceptance.c.fingerprint == name,
        acceptance.c.withdrawn.is_(None),
        acceptance.c.until > at,
    )
    if not transaction.execute(in_force.values(withdrawn=at)).rowcount:
        raise StoreRefused(f"{name} is not accepted: there is nothing to withdraw")
    return name


def _meant(transaction: Connection, prefix: str) -> tuple[str, Status]:
    """Find the one finding that a fingerprint, or the beginning of one, names."""
    if len(prefix) < MIN_PREFIX:
        raise StoreRefused(f"{prefix!r} is too short: give at least {MIN_PREFIX} digits")
    query = select(finding.c.fingerprint, finding.c.status).where(
        finding.c.fingerprint.startswith(prefix, autoescape=True)
    )
    found = transaction.execute(query.order_by(finding.c.fingerprint)).all()
    if not found:
        raise StoreRefused(f"no finding in this history has the fingerprint {prefix!r}")
    if len(found) > 1:
        names = [row.fingerprint for row in found[:MAX_NAMED]]
        more = ", …" if len(found) > MAX_NAMED else ""
        raise StoreRefused(
            f"{prefix!r} is ambiguous, {len(found)} findings begin so: {', '.join(names)}{more}"
        )
    return found[0].fingerprint, found[0].status


def _worst(transaction: Connection, fingerprint: str) -> Severity:
    query = select(sighting.c.document).where(
        sighting.c.fingerprint == fingerprint, sighting.c.exposed
    )
    seen = [msgspec.json.decode(text, type=Finding) for text in transaction.scalars(query)]
    if not seen:  # the round that saw the last of them shut has not ended
        raise StoreRefused(f"{fingerprint} was seen shut everywhere: there is nothing to accept")
    return min((one.severity for one in seen), key=list(Severity).index)
