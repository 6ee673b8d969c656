"""A finding as one row of a sheet: no cell can be taken for a formula."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TypeAlias

from scanner.model import Acceptance, Finding, Holding
from scanner.plaintext import printable

Cell: TypeAlias = str | int | None

#: A cell shows what a person reads; the whole of it is in the JSON Lines. Excel takes 32,767.
MAX_CELL = 1_000

#: Names of holdings in one cell, for the same reason.
MAX_NAMES = 20

COLUMNS = (
    "fingerprint",
    "severity",
    "status",
    "access",
    "confidence",
    "title",
    "product",
    "version",
    "address",
    "port",
    "transport",
    "host",
    "holdings",
    "records",
    "bytes",
    "names",
    "label",
    "categories",
    "signs",
    "because",
    "remedy",
    "cwe",
    "owner",
    "contact",
    "site",
    "zone",
    "tags",
    "probe",
    "scope",
    "reference",
    "vantage",
    "first_seen",
    "last_seen",
    "round",
    "due",
    "cvss",
    "accepted_until",
    "accepted_by",
    "accepted_because",
    "why",
    "case",
    "open_since",
    "oldest",
    "growth",
    "regressed",
    "changes",
    "regulation",
)

#: What makes a spreadsheet calculate, at the beginning of a cell; the wide forms do so in East
#: Asian ones. A semicolon begins a cell where the locale's decimal sign is a comma, and a quotation
#: mark behind it is no part of the cell.
_FORMULA = re.compile(r"(^|;)([\s\"]*)(?=[=+\-@\t\r＝＋－＠])")  # noqa: RUF001 - the wide forms


def row(finding: Finding) -> tuple[Cell, ...]:
    """Give the cells of `COLUMNS`, each safe to open in a spreadsheet."""
    return tuple(cell if isinstance(cell, int) else safe(cell) for cell in _cells(finding))


def safe(text: str | None) -> str:
    """Make text safe to show, and put an apostrophe before what would be calculated."""
    return _FORMULA.sub(r"\1\2'", printable(text or "", MAX_CELL))


def total(counts: Iterator[int | None]) -> int | None:
    """Add up what was told; None where nothing was."""
    told = [count for count in counts if count is not None]
    return sum(told) if told else None


def records(finding: Finding) -> int | None:
    """Give the sum of all holdings, or of those that were counted; None where none was."""
    if finding.records is not None:
        return finding.records
    told = [one.records for one in finding.holdings if one.records is not None]
    return sum(told) if told else None


def counted(finding: Finding) -> str:
    """Say how many records there are, a sum of some being a lower bound; nothing if none is known.

    Findings of earlier versions have no sum of all.
    """
    some = records(finding)
    if some is None or not finding.holdings_total:
        return ""
    counts = sum(one.records is not None for one in finding.holdings)
    whole = finding.records is not None or counts == finding.holdings_total
    return f"{'' if whole else 'at least '}{some:,} records"


def moment(when: datetime) -> str:
    """Write a moment in ISO 8601, in UTC, to the second."""
    return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def names(holdings: tuple[Holding, ...]) -> str:
    """Give the first names in a line, and say that there are more."""
    more = ["…"] if len(holdings) > MAX_NAMES else []
    return ", ".join([printable(holding.name) for holding in holdings[:MAX_NAMES]] + more)


def _cells(finding: Finding) -> Iterator[Cell]:
    """Walk the values in the order of `COLUMNS`."""
    endpoint, asset, holdings = finding.endpoint, finding.asset, finding.holdings
    yield from (finding.fingerprint, finding.severity, finding.status, finding.access)
    yield from (finding.confidence, finding.title, finding.product, finding.version)
    yield from (endpoint.address, endpoint.port, endpoint.transport, endpoint.host)
    yield finding.listed
    yield records(finding)
    yield total(holding.bytes for holding in holdings)
    yield names(holdings)
    yield finding.label
    yield ", ".join(category.name for category in finding.categories)
    yield ", ".join(sign.what for sign in finding.signs)
    yield from (finding.because, finding.remedy, finding.cwe)
    yield from (asset.owner, asset.contact, asset.site, asset.zone, ", ".join(asset.tags))
    yield from (finding.probe, finding.scope.name, finding.scope.reference, finding.vantage)
    yield from (moment(finding.first_seen), moment(finding.last_seen), finding.round)
    yield from (moment(finding.due) if finding.due else None, finding.cvss)
    yield from _signature(finding.accepted)
    yield "; ".join(f"{one.factor} {one.points:+}: {one.found}" for one in finding.why)
    yield finding.case
    yield moment(finding.open_since) if finding.open_since else None
    yield moment(finding.oldest) if finding.oldest else None
    yield finding.growth.records if finding.growth else None
    yield "yes" if finding.regressed else None
    yield from ("; ".join(finding.changes), ", ".join(finding.regulation))


def _signature(signed: Acceptance | None) -> tuple[Cell, Cell, Cell]:
    return (moment(signed.until), signed.approver, signed.reason) if signed else (None, None, None)
