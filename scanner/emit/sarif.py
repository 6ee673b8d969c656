"""SARIF 2.1.0: one run, a rule for each probe, a result for each finding and endpoint.

The format is made for source files; an endpoint is named as a URI and as a logical location.
`security-severity` is what GitHub sorts by: a number as text, 9 and above is critical.
"""

import json
from collections.abc import Iterator
from typing import TypeAlias

from scanner import __version__
from scanner.emit import reach
from scanner.emit.flat import moment
from scanner.emit.report import Report
from scanner.emit.scales import (
    by_severity,
    evidence,
    place,
    stakes,
    summary,
    text,
    weakness,
    weakness_page,
)
from scanner.emit.told import members
from scanner.model import Acceptance, Coverage, Finding, Severity, Status

Object: TypeAlias = dict[str, object]

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"

_BASELINE = {
    Status.NEW: "new",
    Status.REOPENED: "new",
    Status.CHANGED: "updated",
    Status.ONGOING: "unchanged",
    Status.ACCEPTED: "unchanged",
    Status.UNVERIFIED: "unchanged",
    Status.RESOLVED: "absent",
}


def render(report: Report) -> Iterator[bytes]:
    """Write the log."""
    rules: dict[str, Object] = {}
    results: list[Object] = []
    for finding in report.findings:
        rules.setdefault(finding.probe, _rule(finding))
        results.append(_result(finding, list(rules).index(finding.probe)))
    driver = {"name": "ronde", "version": __version__, "rules": list(rules.values())}
    run: Object = {"tool": {"driver": driver}, "results": results}
    if report.coverage:
        run |= _round(report.coverage)
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    yield json.dumps(log, indent=1).encode() + b"\n"


def _rule(finding: Finding) -> Object:
    """Describe a probe by its first finding, which is the gravest."""
    return {
        "id": finding.probe,
        "shortDescription": {"text": text(finding.title)},
        "help": {"text": text(finding.remedy)},
        "helpUri": weakness_page(finding),
        "defaultConfiguration": {"level": _level(finding)},
        "properties": {
            "security-severity": by_severity(finding, "9.5", "8.0", "5.5", "2.0", "0.0"),
            "tags": ["security", f"external/cwe/{weakness(finding).lower()}"],
        },
    }


def _result(finding: Finding, rule: int) -> Object:
    key = f"{finding.fingerprint}/{finding.endpoint}"
    signed = finding.accepted
    return {
        "ruleId": finding.probe,
        "ruleIndex": rule,
        "level": _level(finding),
        "message": {"text": f"{summary(finding)}. {stakes(finding)}"},
        "locations": [_location(finding)],
        "fingerprints": {"ronde/v1": key},
        "partialFingerprints": {"ronde/v1": key},
        "baselineState": _BASELINE[finding.status],
        "provenance": {
            "firstDetectionTimeUtc": moment(finding.first_seen),
            "lastDetectionTimeUtc": moment(finding.last_seen),
        },
        "suppressions": [_suppression(signed)] if signed else [],
        "properties": {
            "status": finding.status,
            "severity": finding.severity,
            "confidence": finding.confidence,
            "access": finding.access,
            "evidence": evidence(finding),
            "label": finding.label,
            "owner": text(finding.asset.owner),
            **members(finding),
        },
    }


def _suppression(signed: Acceptance) -> Object:
    words = f"{signed.reason} ({signed.approver}, until {signed.until:%Y-%m-%d})"
    return {"kind": "external", "status": "accepted", "justification": text(words)}


def _location(finding: Finding) -> Object:
    zone = text(finding.asset.zone) or "unzoned"
    return {
        "physicalLocation": {"artifactLocation": {"uri": place(finding)}},
        "logicalLocations": [
            {"fullyQualifiedName": f"{zone}/{finding.endpoint}", "kind": "resource"}
        ],
    }


def _level(finding: Finding) -> str:
    if finding.severity.reaches(Severity.HIGH):
        return "error"
    return "warning" if finding.severity.reaches(Severity.MEDIUM) else "note"


def _round(coverage: Coverage) -> Object:
    return {
        "automationDetails": {"id": f"ronde/{coverage.round}"},
        "invocations": [
            {
                "executionSuccessful": coverage.complete,
                "startTimeUtc": moment(coverage.started),
                "endTimeUtc": moment(coverage.ended),
                "toolExecutionNotifications": [
                    {"level": "warning", "message": {"text": text(line)}}
                    for line in (*coverage.why_incomplete, *reach.lines(coverage))
                ],
                "properties": {"coverage": reach.counts(coverage)},
            }
        ],
    }
