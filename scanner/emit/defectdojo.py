"""DefectDojo's "Generic Findings Import", in JSON: a finding for each finding and endpoint.

Source: dojo/tools/generic/json_parser.py of DefectDojo/django-DefectDojo, 3.2. A member that it
does not know refuses the whole file. It tells findings apart by title, CWE, line, file path and
description unless its administrator says otherwise, so what changes from round to round stands in
none of these. It shows longer texts as Markdown, in which no word of a server may wake.
"""

import json
from collections.abc import Iterator
from typing import TypeAlias

from scanner import __version__
from scanner.emit.markdown import prose
from scanner.emit.report import OPEN, Report
from scanner.emit.scales import by_severity, evidence, place, stakes, summary, text
from scanner.emit.told import lines, why
from scanner.model import Confidence, Finding

Item: TypeAlias = dict[str, object]

#: What its model holds of a title.
MAX_TITLE = 511

#: How sure a scanner is, from 1 (certain) to 10; from 3 on it is "firm".
_CONFIDENCE = {Confidence.CONFIRMED: 1, Confidence.PROBABLE: 4}


def render(report: Report) -> Iterator[bytes]:
    """Write one import."""
    findings = [_item(finding, report) for finding in report.findings]
    whole = {
        "name": "ronde",
        "type": "ronde",
        "version": __version__,
        "dynamic_tool": True,
        "static_tool": False,
        "findings": findings,
    }
    yield json.dumps(whole, indent=1).encode() + b"\n"


def _item(finding: Finding, report: Report) -> Item:
    endpoint = str(finding.endpoint)
    item: Item = {
        "title": f"{text(finding.title)}: {endpoint}"[:MAX_TITLE],
        "severity": by_severity(finding, "Critical", "High", "Medium", "Low", "Info"),
        "description": f"{text(finding.title)}. Seen on {endpoint}.",
        "date": f"{finding.first_seen:%Y-%m-%d}",
        "cwe": finding.cwe,
        "mitigation": text(finding.remedy),
        "impact": "\n".join(map(prose, (stakes(finding), *lines(finding)))),
        "severity_justification": prose(why(finding)),
        "steps_to_reproduce": prose(f"{summary(finding)}. {evidence(finding)}"),
        "references": "\n".join(map(text, finding.references)),
        "verified": True,
        "dynamic_finding": True,
        "static_finding": False,
        "scanner_confidence": _CONFIDENCE[finding.confidence],
        "component_name": text(finding.product),
        "component_version": text(finding.version)[:100],
        "unique_id_from_tool": f"{finding.fingerprint}/{endpoint}",
        "vuln_id_from_tool": finding.probe,
        "endpoints": [place(finding)],
        "tags": list(_tags(finding)),
    }
    if finding.cvss:
        item["cvssv4"] = finding.cvss
    if finding.due:
        item["planned_remediation_date"] = f"{finding.due:%Y-%m-%d}"
    return item | _standing(finding, report)


def _tags(finding: Finding) -> Iterator[str]:
    """Give what one filters by; a comma or a blank would make two tags of one."""
    yield from (f"ronde:{finding.access}", f"data:{finding.label}")
    yield from (f"data:{one.name}" for one in finding.categories)
    yield from (f"asks:{rule}" for rule in finding.regulation)
    if finding.case:
        yield f"case:{finding.case}"


def _standing(finding: Finding, report: Report) -> Item:
    if finding.status in OPEN:
        accepted = finding.accepted is not None
        return {"active": not accepted, "is_mitigated": False, "risk_accepted": accepted}
    when = report.coverage.ended if report.coverage else finding.last_seen
    return {"active": False, "is_mitigated": True, "mitigated": when.isoformat()}
