"""Metrics for the textfile collector of node_exporter: counts only, no name that a server gave.

The format is Prometheus' text exposition format 0.0.4. Series that are zero are written as well:
an alert ends when its series says 0, and not when it is gone.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from scanner.emit.report import OPEN, Report
from scanner.inferred import Label
from scanner.model import Coverage, Finding, Severity, Status
from scanner.plaintext import printable

_ESCAPES = {ord("\\"): r"\\", ord('"'): r"\"", ord("\n"): r"\n"}


def render(report: Report) -> Iterator[bytes]:
    """Write how many findings there are, and, of one round, what it reached and when."""
    whose = _whose(report.coverage)
    for line in _findings(report, whose):
        yield f"{line}\n".encode()
    if report.coverage:
        for line in _round(report.coverage, whose):
            yield f"{line}\n".encode()


def _findings(report: Report, whose: Mapping[str, str]) -> Iterator[str]:
    """Count fingerprints: the nodes of one cluster are one finding, as grave as its gravest."""
    first: dict[str, Finding] = {}
    for finding in report.findings:
        first.setdefault(finding.fingerprint, finding)
    counts = Counter((one.severity, one.status, "") for one in first.values())
    by_probe = Counter((one.severity, one.status, one.probe) for one in first.values())
    yield from _metric("ronde_findings", "Findings by severity and status.")
    for severity in Severity:
        for status in Status:
            labels = {**whose, "severity": severity.value, "status": status.value}
            yield _sample("ronde_findings", labels, counts[severity, status, ""])
    yield from _standing(list(first.values()), report, whose)
    yield from _metric("ronde_findings_by_probe", "Findings by severity, status and probe.")
    for (severity, status, probe), number in sorted(by_probe.items()):
        labels = {**whose, "severity": severity, "status": status, "probe": probe}
        yield _sample("ronde_findings_by_probe", labels, number)


def _standing(
    findings: Sequence[Finding], report: Report, whose: Mapping[str, str]
) -> Iterator[str]:
    """Count, of what is open, what somebody should look at first."""
    open_ = [one for one in findings if one.status in OPEN]
    now = report.coverage.ended if report.coverage else None
    counts = {
        "overdue": ("past the day by which they should be closed", _late(open_, now)),
        "accepted": ("that somebody has accepted", sum(one.accepted is not None for one in open_)),
        "regressed": ("whose door had been locked", sum(one.regressed for one in open_)),
        "with_signs": ("with signs of others", sum(bool(one.signs) for one in open_)),
        "growing": ("whose records grow", sum(_grows(one) for one in open_)),
        "cases": (
            "as cases, which are a service each",
            len({one.case for one in open_ if one.case}),
        ),
    }
    for name, (which, number) in counts.items():
        yield from _metric(f"ronde_findings_{name}", f"Open findings {which}.")
        yield _sample(f"ronde_findings_{name}", whose, number)
    yield from _metric("ronde_findings_by_label", "Open findings by what their names suggest.")
    labels = Counter(one.label for one in open_)
    for label in Label:
        yield _sample("ronde_findings_by_label", {**whose, "label": label}, labels[label])
    since = [one.open_since for one in open_ if one.open_since]
    if since:
        name = "ronde_findings_open_since_timestamp_seconds"
        yield from _metric(name, "Since when the one that is open the longest is known to be.")
        yield _sample(name, whose, min(since).timestamp())


def _late(findings: Sequence[Finding], now: datetime | None) -> int:
    """Count what is past its day at the end of the round, or when it was last seen."""
    due = ((one.due, now or one.last_seen) for one in findings if not one.accepted)
    return sum(day is not None and day < at for day, at in due)


def _grows(finding: Finding) -> bool:
    return finding.growth is not None and finding.growth.records > 0


def _round(coverage: Coverage, whose: Mapping[str, str]) -> Iterator[str]:
    yield from _metric("ronde_round_endpoints", "Endpoints of the last round by what became of it.")
    states = {
        "reached": coverage.reached,
        "closed": coverage.closed,
        "filtered": coverage.filtered,
        "unreachable": coverage.unreachable,
        "skipped": sum(coverage.skipped.values()),
    }
    for state, number in states.items():
        yield _sample("ronde_round_endpoints", {**whose, "state": state}, number)
    yield from _by_range(coverage, whose)
    values = {
        "ronde_round_planned_endpoints": ("Endpoints that were planned.", coverage.planned),
        "ronde_round_complete": ("1 for a complete round.", int(coverage.complete)),
        "ronde_round_start_timestamp_seconds": ("Its start.", coverage.started.timestamp()),
        "ronde_round_end_timestamp_seconds": ("Its end.", coverage.ended.timestamp()),
        "ronde_round_duration_seconds": ("How long it took.", coverage.duration),
        "ronde_round_asks": ("Asks that were sent.", coverage.asks_sent),
    }
    for name, (text, value) in values.items():
        yield from _metric(name, text)
        yield _sample(name, whose, value)


def _by_range(coverage: Coverage, whose: Mapping[str, str]) -> Iterator[str]:
    """Tell how much of each range was to be visited and answered: one may be dark for itself."""
    names = {"due": "were to be visited", "answered": "answered"}
    for name, what in names.items():
        yield from _metric(f"ronde_round_range_{name}_endpoints", f"Endpoints that {what}.")
        for place, reach in coverage.by_range.items():
            labels = {**whose, "range": place}
            yield _sample(f"ronde_round_range_{name}_endpoints", labels, getattr(reach, name))


def _whose(coverage: Coverage | None) -> dict[str, str]:
    if coverage is None:
        return {}
    return {"scope": coverage.scope.name, "vantage": coverage.vantage}


def _metric(name: str, text: str) -> Iterator[str]:
    yield f"# HELP {name} {text}"
    yield f"# TYPE {name} gauge"


def _sample(name: str, labels: Mapping[str, str], value: float) -> str:
    pairs = (f'{key}="{printable(one).translate(_ESCAPES)}"' for key, one in labels.items())
    within = ",".join(pairs)
    return f"{name}{{{within}}} {value}" if within else f"{name} {value}"
