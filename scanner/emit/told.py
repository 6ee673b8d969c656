"""What is known of a finding beyond its door: why it is grave, its time, case and signature."""

from collections.abc import Iterator
from datetime import datetime

from scanner.emit.flat import moment
from scanner.emit.scales import text
from scanner.model import Acceptance, Finding

#: Changes since the last look; the whole of them is in the JSON Lines.
MAX_CHANGES = 20


def why(finding: Finding) -> str:
    """Say what adds up to the severity, in a line."""
    reasons = (f"{one.points:+} {one.factor} ({one.found})" for one in finding.why)
    return text("; ".join(reasons))


def signature(finding: Finding) -> str:
    """Say who accepted it, until when and why; nothing where nobody has."""
    signed = finding.accepted
    if signed is None:
        return ""
    return text(f"accepted until {signed.until:%Y-%m-%d} by {signed.approver}: {signed.reason}")


def growth(finding: Finding) -> str:
    """Say how many records more, or fewer, there are than at the last look."""
    grown = finding.growth
    return f"{grown.records:+,} records since {moment(grown.since)}" if grown else ""


def data(finding: Finding) -> str:
    """Say what names suggest, and the signs of others."""
    words = (finding.label, *(one.name for one in finding.categories))
    signs = (f"sign of {one.what}" for one in finding.signs)
    return text(", ".join((*words, *signs)))


def lines(finding: Finding) -> Iterator[str]:
    """Give all of it as lines of text, what is not known left out."""
    known = {
        "severity": f"{finding.severity}{f': {why(finding)}' if finding.why else ''}",
        "standing": f"{finding.status}{', it had been locked' if finding.regressed else ''}",
        "acceptance": signature(finding),
        "open since": _moment(finding.open_since),
        "due": _moment(finding.due),
        "oldest holding": _moment(finding.oldest),
        "growth": growth(finding),
        "data": data(finding),
        "case": finding.case,
        "cvss": finding.cvss,
        "asks": text(", ".join(finding.regulation)),
    }
    yield from (f"{name}: {said}" for name, said in known.items() if said)


def members(finding: Finding) -> dict[str, object]:
    """Give all of it as members of an object, what is not known left out."""
    grown = finding.growth
    known: dict[str, object] = {
        "why": [
            {"factor": one.factor, "found": text(one.found), "points": one.points}
            for one in finding.why
        ],
        "cvss": finding.cvss,
        "case": finding.case,
        "regulation": list(finding.regulation),
        "categories": [one.name for one in finding.categories],
        "signs": [one.what for one in finding.signs],
        "open_since": _iso(finding.open_since),
        "due": _iso(finding.due),
        "oldest": _iso(finding.oldest),
        "growth": grown and {"records": grown.records, "since": _iso(grown.since)},
        "regressed": finding.regressed,
        "changes": [text(one) for one in finding.changes[:MAX_CHANGES]],
        "accepted": _signature(finding.accepted),
    }
    return {name: value for name, value in known.items() if value is not None}


def _signature(signed: Acceptance | None) -> dict[str, object] | None:
    if signed is None:
        return None
    return {
        "until": _iso(signed.until),
        "reason": text(signed.reason),
        "approver": text(signed.approver),
        "severity": signed.severity,
        "since": _iso(signed.since),
    }


def _iso(when: datetime | None) -> str | None:
    return when.isoformat() if when else None


def _moment(when: datetime | None) -> str:
    return moment(when) if when else ""
