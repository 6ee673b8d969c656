"""What a night has changed, for a mail: nothing at all where that is nothing.

What keeps a round from being complete is told each time: silence would read as "all is well".
"""

from collections.abc import Iterator
from dataclasses import dataclass

from scanner.emit import reach
from scanner.emit.report import Report
from scanner.model import Coverage, Finding, Status
from scanner.plaintext import printable

#: The statuses that a round gives once; a finding is told as unverified in each that misses it.
NEWS = frozenset({Status.NEW, Status.CHANGED, Status.REOPENED, Status.RESOLVED})

#: A mail that one reads; `ronde findings` has the rest.
MAX_LINES = 50

MAX_CELL = 60


def lines(report: Report) -> Iterator[str]:
    """Say what changed since the round before, the gravest first; nothing, if nothing did."""
    coverage = report.coverage
    if coverage is None:
        return
    night = _Night.of(coverage, report)
    found = [finding for finding in report.findings if night.changed(finding)]
    said = [*_said_of(found), *night.said()]
    if said:
        scope = printable(f"{coverage.scope.name} ({coverage.scope.reference})")
        yield f"{scope}, seen from {printable(coverage.vantage)}, round {coverage.round}:"
        yield from said
        open_ = ", ".join(f"{count:,} {severity}" for severity, count in coverage.findings.items())
        yield (
            f"Exposed in this round: {open_ or 'nothing'}. "
            f"{coverage.reached + coverage.closed:,} of {coverage.planned:,} endpoints answered."
        )


@dataclass(frozen=True, slots=True)
class _Night:
    """A round, and those of the same scope and vantage before it, oldest first."""

    now: Coverage
    before: tuple[Coverage, ...]
    unsigned: frozenset[str]

    @classmethod
    def of(cls, now: Coverage, report: Report) -> "_Night":
        before = tuple(one for one in report.past.rounds if one.round != now.round)
        return cls(now, before, report.past.unsigned)

    def changed(self, finding: Finding) -> bool:
        """Tell whether this night is the first to tell of it as it is."""
        if finding.status is Status.UNVERIFIED:
            return not self.before or finding.last_seen >= self.before[-1].started
        no_longer_accepted = finding.accepted is None and finding.fingerprint in self.unsigned
        return finding.status in NEWS or no_longer_accepted

    def said(self) -> Iterator[str]:
        """Say what changed of the coverage."""
        known = {address for one in self.before for address in one.unlisted}
        if fresh := [one for one in self.now.unlisted if one not in known]:
            more = f", and {len(fresh) - MAX_LINES:,} more" if len(fresh) > MAX_LINES else ""
            yield f"On no list, and answering: {', '.join(fresh[:MAX_LINES])}{more}."
        accepted_before = self.before[-1].accepted if self.before else {}
        if self.now.accepted != accepted_before:
            was, are = sum(accepted_before.values()), sum(self.now.accepted.values())
            yield f"Accepted findings: {was:,} in the round before, {are:,} now."
        if self.before and self.now.started < (last := self.before[-1].started):
            yield f"THE CLOCK WENT BACK: the round before began at {last:%Y-%m-%d %H:%M} UTC."
        yield from reach.newly_dark(self.now, self.before[-1] if self.before else None)
        if not self.now.complete:
            why = "; ".join(printable(reason) for reason in self.now.why_incomplete)
            yield f"INCOMPLETE: {why or 'no reason was given'}."


def _said_of(findings: list[Finding]) -> Iterator[str]:
    for finding in findings[:MAX_LINES]:
        where = f"{finding.endpoint} {finding.endpoint.host or ''}".rstrip()
        product = f"{finding.product} {finding.version or ''}".rstrip()
        owner = finding.asset.owner or finding.asset.contact or "nobody known"
        regressed = " REGRESSED" if finding.regressed else ""
        shut = " (seen shut)" if finding.status is Status.UNVERIFIED and finding.seen_shut else ""
        yield (
            f"{finding.status}{regressed}{shut}  {finding.severity}  {finding.access}  "
            f"{printable(product, MAX_CELL)}  {printable(where, MAX_CELL)}  "
            f"{printable(owner, MAX_CELL)}  {finding.fingerprint[:8]}"
        )
    if (rest := len(findings) - MAX_LINES) > 0:
        yield f"and {rest:,} more: ronde findings"
