"""Severity: points for what can be read, by whom and how, added up from a table one can print."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from fnmatch import fnmatchcase

from msgspec.structs import replace

from scanner.inferred import Inferred, Label
from scanner.judged import Factor, Reason
from scanner.life import raised
from scanner.model import EXPOSED, Access, Assessment, Finding, Severity
from scanner.probe import About
from scanner.record import Look
from scanner.severities import Base, Severities, Stake

#: What of a holding's worth is the reader's to know: a confidentiality requirement of CVSS 4.0.
_REQUIRED = {Label.HEALTH: "H", Label.COMMUNICATIONS: "H", Label.SENSITIVE: "H"}

_STAKES = {
    Stake.HOST: "programs may be run there",
    Stake.RECORDS: "there are records, or may be",
    Stake.INTERNAL: "all there is seems to be the server's own",
    Stake.NOTHING: "nothing is there today",
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """How soon somebody should act, why, and within which time; `cvss` is a vector of CVSS 4.0.

    The reasons' points add up to what the severity was read by.
    """

    severity: Severity
    why: tuple[Reason, ...] = ()
    cvss: str | None = None
    term: timedelta | None = None


def judge(
    about: About, assessment: Assessment, inferred: Inferred, look: Look, table: Severities
) -> Judgement:
    """Add up what an exposure comes to. A service that is shut is a fact, and no alarm."""
    if assessment.access not in EXPOSED:
        return Judgement(Severity.INFO)
    stake = at_stake(about, assessment, inferred.label)
    base = table.access[assessment.access][stake]
    why = (
        _of_access(assessment.access, stake, base),
        *_of_records(assessment, inferred, table),
        *_of_signs(inferred, table),
        *_of_transport(look, table),
        *_of_reach(look, table),
        *_of_asset(look, table),
    )
    severity = table.level(sum(reason.points for reason in why))
    vector = base.cvss + _required(assessment, inferred.label)
    return Judgement(severity, why, vector, timedelta(days=table.days[severity]))


def worsened(draft: Finding, table: Severities) -> Finding:
    """Raise a draft by one severity, for a door that had been locked; the sum is kept true."""
    severity = raised(draft.severity)
    points = max(0, table.levels[severity] - sum(reason.points for reason in draft.why))
    undone = Reason(
        factor=Factor.REGRESSION, found="the door had been seen locked before", points=points
    )
    since = draft.open_since or draft.first_seen
    due = since + timedelta(days=table.days[severity])
    return replace(draft, severity=severity, why=(*draft.why, undone), due=due)


def at_stake(about: About, assessment: Assessment, label: Label) -> Stake:
    """Say what whoever is let in can have."""
    if about.runs_code:
        return Stake.HOST
    if not may_have_records(assessment):
        return Stake.NOTHING
    return Stake.INTERNAL if label is Label.INTERNAL else Stake.RECORDS


def may_have_records(assessment: Assessment) -> bool:
    """Tell whether records are there, or could be.

    Only a complete listing whose every count is zero is empty. A count that is not known, or a
    holding that was counted but not listed, may hold anything; so may what was not listed at all.
    """
    listed, total = assessment.holdings, assessment.holdings_total
    if total is None and not listed:
        return True
    return (total or 0) > len(listed) or any(holding.records != 0 for holding in listed)


def _required(assessment: Assessment, label: Label) -> str:
    """Give what a vector says of names' worth: they count only where there may be records."""
    if label in _REQUIRED and may_have_records(assessment):
        return f"/CR:{_REQUIRED[label]}"
    return ""


def _of_access(access: Access, stake: Stake, base: Base) -> Reason:
    found = f"{access}: {_STAKES[stake]}"
    return Reason(factor=Factor.ACCESS, found=found, points=base.points)


def _of_records(assessment: Assessment, inferred: Inferred, table: Severities) -> Iterator[Reason]:
    """Count what names suggest, and how much there is, where there is or may be something."""
    if not may_have_records(assessment):
        return
    said = f"names suggest: {inferred.label}"
    points = table.categories[inferred.label]
    yield Reason(factor=Factor.CATEGORIES, found=said, points=points)
    records = sum(holding.records or 0 for holding in assessment.holdings)
    reached = [band for band in table.volume if records >= band.least]
    if reached:
        band = max(reached, key=lambda one: one.least)
        found = f"{band.least:,} records or more"
        yield Reason(factor=Factor.VOLUME, found=found, points=band.points)


def _of_signs(inferred: Inferred, table: Severities) -> Iterator[Reason]:
    if inferred.signs:
        found = "names that extortion campaigns leave"
        yield Reason(factor=Factor.SIGNS, found=found, points=table.signs.extortion)


def _of_transport(look: Look, table: Severities) -> Iterator[Reason]:
    found, points = (
        ("the connection was encrypted", table.transport.tls)
        if look.tls
        else ("the conversation was in clear text", table.transport.clear)
    )
    yield Reason(factor=Factor.TRANSPORT, found=found, points=points)


def _of_reach(look: Look, table: Severities) -> Iterator[Reason]:
    """Count a zone or a vantage that many can reach it from, once."""
    zone = look.asset.zone or ""
    if zone and _matches(zone, table.reach.zones):
        found = f"it stands in the zone {zone}"
    elif _matches(look.vantage, table.reach.vantages):
        found = f"it was reached from {look.vantage}"
    else:
        return
    yield Reason(factor=Factor.REACH, found=found, points=table.reach.points)


def _of_asset(look: Look, table: Severities) -> Iterator[Reason]:
    for tag in dict.fromkeys(map(str.lower, look.asset.tags)):
        if tag in table.tags:
            found = f"the inventory calls it {tag}"
            yield Reason(factor=Factor.ASSET, found=found, points=table.tags[tag])


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name.lower(), pattern.lower()) for pattern in patterns)
