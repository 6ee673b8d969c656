"""ECS 9.4, the field names that Elastic's own pages know: one document a finding and endpoint.

Source: generated/csv/fields.csv of elastic/ecs. What it has no field for is under `ronde`.
"""

import hashlib
import json
from collections.abc import Iterator
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
from scanner.emit.told import members
from scanner.model import Finding, Severity

Document: TypeAlias = dict[str, object]

VERSION = "9.4.0"


def render(report: Report) -> Iterator[bytes]:
    """Write a document a line, for Filebeat or Elastic Agent."""
    for finding in report.findings:
        yield json.dumps(document(finding, report)).encode() + b"\n"


def identity(finding: Finding) -> str:
    """Name a document for good: shipped twice, it is one.

    The status is no part of it: a finding has one in a round, until somebody accepts it.
    """
    key = f"{finding.round}/{finding.fingerprint}/{finding.endpoint}"
    return hashlib.sha256(key.encode()).hexdigest()


def document(finding: Finding, report: Report) -> Document:
    """Write one finding."""
    endpoint, asset = finding.endpoint, finding.asset
    seen = looked_at(finding, report).isoformat()
    hosts = [endpoint.host] if endpoint.host else []
    return {
        "@timestamp": seen,
        "ecs": {"version": VERSION},
        "message": f"{summary(finding)}. {stakes(finding)}",
        "event": {
            "kind": "state",
            "category": ["vulnerability"],
            "type": ["info"],
            "module": "ronde",
            "dataset": "ronde.finding",
            "id": identity(finding),
            "severity": len(Severity) - list(Severity).index(finding.severity),
        },
        "rule": {"id": finding.probe, "name": text(finding.title)},
        "vulnerability": {
            "enumeration": "CWE",
            "id": weakness(finding),
            "reference": weakness_page(finding),
            "description": text(finding.title),
            "severity": finding.severity,
            "report_id": finding.round,
            "scanner": {"vendor": "ronde"},
        },
        "host": {"ip": [endpoint.address], "name": endpoint.host or endpoint.address},
        "server": {"address": endpoint.address, "ip": endpoint.address, "port": endpoint.port},
        "service": {"type": text(finding.product), "version": text(finding.version)},
        "network": {"transport": endpoint.transport},
        "url": {"full": place(finding)},
        "observer": {
            "name": text(finding.vantage),
            "type": "scanner",
            "vendor": "ronde",
            "version": __version__,
        },
        "related": {"ip": [endpoint.address], "hosts": hosts},
        "tags": [text(tag) for tag in asset.tags],
        "ronde": _ours(finding),
    }


def _ours(finding: Finding) -> Document:
    asset = finding.asset
    return {
        "fingerprint": finding.fingerprint,
        "status": finding.status,
        "access": finding.access,
        "confidence": finding.confidence,
        "evidence": evidence(finding),
        "remedy": text(finding.remedy),
        "holdings_total": finding.listed,
        "records": finding.records,
        "label": finding.label,
        "owner": text(asset.owner),
        "site": text(asset.site),
        "zone": text(asset.zone),
        "scope": {"name": text(finding.scope.name), "reference": text(finding.scope.reference)},
        "first_seen": finding.first_seen.isoformat(),
        "last_seen": finding.last_seen.isoformat(),
        **members(finding),
    }
