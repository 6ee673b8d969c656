"""OCSF 1.8, class 2002 Vulnerability Finding: one event a line.

Source: events/findings/vulnerability_finding.json of ocsf/ocsf-schema, tag 1.8.0. `timestamp_t`
is milliseconds; a vulnerability has either a CVE or a CWE; captions must equal those of the enums.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TypeAlias

from scanner import __version__
from scanner.emit.report import Report
from scanner.emit.scales import (
    evidence,
    looked_at,
    place,
    stakes,
    summary,
    text,
    weakness,
    weakness_page,
)
from scanner.emit.told import members, signature
from scanner.model import Confidence, Finding, Severity, Status

Event: TypeAlias = dict[str, object]

SCHEMA_VERSION = "1.8.0"
CLASS = 2002

_SEVERITY = {
    Severity.CRITICAL: (5, "Critical"),
    Severity.HIGH: (4, "High"),
    Severity.MEDIUM: (3, "Medium"),
    Severity.LOW: (2, "Low"),
    Severity.INFO: (1, "Informational"),
}
_CONFIDENCE = {Confidence.CONFIRMED: (3, "High"), Confidence.PROBABLE: (2, "Medium")}

#: What a finding that is still open is said to be: "In Progress" would claim that somebody acts.
_NEW = (1, "New")

#: What it is said to be while somebody has accepted it.
_ACCEPTED = (3, "Suppressed")
_LIFE: Mapping[Status, tuple[tuple[int, str], tuple[int, str]]] = {
    Status.NEW: ((1, "Create"), _NEW),
    Status.ONGOING: ((2, "Update"), _NEW),
    Status.CHANGED: ((2, "Update"), _NEW),
    Status.ACCEPTED: ((2, "Update"), _ACCEPTED),
    Status.REOPENED: ((2, "Update"), _NEW),
    Status.UNVERIFIED: ((2, "Update"), _NEW),
    Status.RESOLVED: ((3, "Close"), (4, "Resolved")),
}


def render(report: Report) -> Iterator[bytes]:
    """Write an event for each finding and endpoint."""
    for finding in report.findings:
        yield json.dumps(_event(finding, report)).encode() + b"\n"


def _event(finding: Finding, report: Report) -> Event:
    (activity, doing), (status, standing) = _LIFE[finding.status]
    if finding.accepted:
        status, standing = _ACCEPTED
    severity, grave = _SEVERITY[finding.severity]
    confidence, sure = _CONFIDENCE[finding.confidence]
    event = {
        "activity_id": activity,
        "activity_name": doing,
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": CLASS,
        "class_name": "Vulnerability Finding",
        "type_uid": CLASS * 100 + activity,
        "type_name": f"Vulnerability Finding: {doing}",
        "time": _milliseconds(looked_at(finding, report)),
        "severity_id": severity,
        "severity": grave,
        "status_id": status,
        "status": standing,
        "status_detail": finding.status,
        "confidence_id": confidence,
        "confidence": sure,
        "message": summary(finding),
        "metadata": _metadata(finding),
        "finding_info": _information(finding),
        "vulnerabilities": [_vulnerability(finding, grave)],
        "resources": [_resource(finding)],
        "observables": [
            {
                "name": "resources[].ip",
                "type_id": 2,
                "type": "IP Address",
                "value": finding.endpoint.address,
            }
        ],
        "unmapped": _ours(finding),
    }
    return event | _when_and_why(finding)


def _when_and_why(finding: Finding) -> Event:
    """Give since when it is open, and what was said when it was accepted, as far as is known."""
    since, signed = finding.open_since, signature(finding)
    opened = {"start_time": _milliseconds(since)} if since else {}
    return opened | ({"comment": signed} if signed else {})


def _metadata(finding: Finding) -> Event:
    return {
        "version": SCHEMA_VERSION,
        "product": {"name": "ronde", "vendor_name": "ronde", "version": __version__},
        "uid": f"{finding.round}/{finding.fingerprint}/{finding.endpoint}",
        "event_code": finding.probe,
        "correlation_uid": finding.round,
        "log_name": "ronde.findings",
    }


def _information(finding: Finding) -> Event:
    return {
        "uid": finding.fingerprint,
        "title": text(finding.title),
        "desc": stakes(finding),
        "types": ["Unauthenticated service"],
        "first_seen_time": _milliseconds(finding.first_seen),
        "last_seen_time": _milliseconds(finding.last_seen),
        "data_sources": ["ronde"],
        "analytic": {"type_id": 1, "type": "Rule", "name": finding.probe, "uid": finding.probe},
    }


def _vulnerability(finding: Finding, severity: str) -> Event:
    return {
        "title": text(finding.title),
        "desc": text(finding.because),
        "severity": severity,
        "cwe": {"uid": weakness(finding), "src_url": weakness_page(finding)},
        "references": [text(reference) for reference in finding.references],
        "remediation": {"desc": text(finding.remedy)},
        "first_seen_time": _milliseconds(finding.first_seen),
        "last_seen_time": _milliseconds(finding.last_seen),
    }


def _resource(finding: Finding) -> Event:
    endpoint, asset = finding.endpoint, finding.asset
    known = {
        "uid": place(finding),
        "name": endpoint.host or str(endpoint),
        "type": text(finding.product),
        "ip": endpoint.address,
        "hostname": endpoint.host,
        "namespace": asset.zone and text(asset.zone),
        "version": finding.version and text(finding.version),
        "owner": {"name": text(asset.owner)} if asset.owner else None,
        "labels": [text(tag) for tag in asset.tags] or None,
        "role_id": 3,
        "role": "Affected",
    }
    return {name: value for name, value in known.items() if value is not None}


def _ours(finding: Finding) -> Event:
    """Give what OCSF has no place for, under our own names."""
    return {
        "access": finding.access,
        "evidence": evidence(finding),
        "holdings_total": finding.listed,
        "label": finding.label,
        "scope": {"name": text(finding.scope.name), "reference": text(finding.scope.reference)},
        "vantage": text(finding.vantage),
        **members(finding),
    }


def _milliseconds(when: datetime) -> int:
    return round(when.timestamp() * 1_000)
