"""A page for a merge request, a wiki or a ticket: what is open, and what to do about it."""

import re
from collections.abc import Iterator
from itertools import islice

from scanner.emit import reach
from scanner.emit.flat import counted, names
from scanner.emit.report import OPEN, Report
from scanner.emit.told import lines
from scanner.model import Coverage, Finding
from scanner.plaintext import printable

#: A row shows enough of a name to recognise it; the whole of it is in the JSON Lines.
MAX_CELL = 120

#: Findings that are explained, and characters of one line of that: a page is read, not searched.
MAX_DETAILED = 50
MAX_LINE = 500

_HEAD = "| severity | status | access | product | endpoint | holdings | data | owner |"
_RULE = "|---|---|---|---|---|---|---|---|"

#: ASCII punctuation can be taken literally everywhere (CommonMark 0.31, section 2.4).
_PUNCTUATION = re.compile(r"([!#$&*<>@\[\\\]^_`{|}~])")

#: These two would end a span of code, or the cell around it.
_ENDS_CODE = {ord("`"): r"\x60", ord("|"): r"\x7c"}

_LINK = re.compile(r"https?://[\w./?=&%#:~+-]+", re.ASCII)


def render(report: Report) -> Iterator[bytes]:
    """Write a table of what is open, what was resolved, the remedies, and the coverage."""
    for line in _lines(report):
        yield f"{line}\n".encode()


def code(text: str | None, most: int = MAX_CELL) -> str:
    """Show what a server or a list says, as code: nothing in it is a link, a mention or a tag."""
    shown = printable(text or "", most).translate(_ENDS_CODE).strip()
    return f"`{shown}`" if shown else "-"


def prose(text: str) -> str:
    """Show our own words, in which nothing is mark-up either."""
    return _PUNCTUATION.sub(r"\\\1", printable(text, 2_000))


def _lines(report: Report) -> Iterator[str]:
    remedies: dict[str, Finding] = {}
    yield "# Open doors"
    yield ""
    if report.coverage:
        yield from _coverage(report.coverage)
    yield from (_HEAD, _RULE)
    for finding in report.findings:
        if finding.status in OPEN:
            remedies.setdefault(finding.probe, finding)
            yield _row(finding)
    yield from _resolved(report)
    yield from _remedies(remedies)
    yield from _details(report)


def _resolved(report: Report) -> Iterator[str]:
    yield from ("", "## Resolved", "", _HEAD, _RULE)
    for finding in report.findings:
        if finding.status not in OPEN:
            yield _row(finding)


def _remedies(remedies: dict[str, Finding]) -> Iterator[str]:
    yield from ("", "## What to do")
    for finding in remedies.values():
        yield from ("", f"### {prose(finding.title)}", "", prose(finding.remedy), "")
        for reference in finding.references:
            yield f"- <{reference}>" if _LINK.fullmatch(reference) else f"- {code(reference)}"


def _details(report: Report) -> Iterator[str]:
    """Say of the gravest why they are so, and what is known of their time."""
    yield from ("", "## Why", "")
    open_ = (finding for finding in report.findings if finding.status in OPEN)
    for finding in islice(open_, MAX_DETAILED):
        yield f"- {code(str(finding.endpoint))} {code(finding.fingerprint)}"
        for line in lines(finding):
            name, _, said = line.partition(": ")
            yield f"  - {name}: {code(said, MAX_LINE)}"


def _row(finding: Finding) -> str:
    endpoint, asset = finding.endpoint, finding.asset
    cells = (
        finding.severity,
        finding.status,
        finding.access,
        code(f"{finding.product} {finding.version or ''}"),
        code(f"{endpoint} {endpoint.host or ''}"),
        _holdings(finding),
        _data(finding),
        code(asset.owner or asset.contact),
    )
    return f"| {' | '.join(cells)} |"


def _holdings(finding: Finding) -> str:
    if finding.listed is None:
        return "not listed"
    records = f", {said}" if (said := counted(finding)) else ""
    return f"{finding.listed:,}{records} {code(names(finding.holdings))}"


def _data(finding: Finding) -> str:
    signs = "".join(f", {sign.what}" for sign in finding.signs)
    return prose(f"{finding.label}{signs}")


def _coverage(coverage: Coverage) -> Iterator[str]:
    skipped = sum(coverage.skipped.values())
    yield (
        f"Round {code(coverage.round)} over {code(coverage.scope.name)}, seen from "
        f"{code(coverage.vantage)}: {coverage.planned:,} endpoints planned, "
        f"{coverage.reached:,} open, {coverage.closed:,} closed, {coverage.filtered:,} filtered, "
        f"{coverage.unreachable:,} unreachable, {skipped:,} skipped."
    )
    yield ""
    for line in reach.lines(coverage):
        yield f"- {prose(line)}"
    yield ""
    if not coverage.complete:
        why = "; ".join(coverage.why_incomplete) or "no reason was given"
        yield f"**Incomplete:** {prose(why)}."
        yield ""
