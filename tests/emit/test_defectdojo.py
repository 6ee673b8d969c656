"""DefectDojo's generic import, held to the members that its parser takes."""

import json
from datetime import datetime
from typing import Any

import pytest

from scanner.emit.defectdojo import MAX_TITLE
from scanner.emit.formats import Format
from scanner.model import Finding, Severity, Status
from tests.emit.test_formats import SIGNED, document
from tests.exposures import coverage, day, endpoint, exposure

REQUIRED = {"title", "severity", "description"}

#: Of what the parser takes (3.2), the part that can make sense for an endpoint.
ALLOWED = REQUIRED | {
    "active",
    "component_name",
    "component_version",
    "cvssv4",
    "cwe",
    "date",
    "dynamic_finding",
    "endpoints",
    "impact",
    "is_mitigated",
    "mitigated",
    "mitigation",
    "planned_remediation_date",
    "references",
    "risk_accepted",
    "scanner_confidence",
    "service",
    "severity_justification",
    "static_finding",
    "steps_to_reproduce",
    "tags",
    "unique_id_from_tool",
    "verified",
    "vuln_id_from_tool",
}  # fmt: skip - a list of words reads as one

#: What its legacy hash is made of.
HASHED = ("title", "cwe", "description")


def item(finding: Finding) -> dict[str, Any]:
    """Write one finding and read it."""
    (read,) = json.loads(document(Format.DEFECTDOJO, finding, reached=coverage(ended=day(1))))[
        "findings"
    ]
    found: dict[str, Any] = read
    return found


@pytest.mark.parametrize("status", Status)
def test_no_member_is_foreign_to_its_parser(status: Status) -> None:
    """One that it does not know refuses the whole file."""
    read = item(exposure(status=status))

    assert REQUIRED <= read.keys() <= ALLOWED


def test_an_import_is_of_its_own_type() -> None:
    """Its administrator sets deduplication by that name."""
    read = json.loads(document(Format.DEFECTDOJO, exposure()))

    assert (read["type"], read["dynamic_tool"]) == ("ronde", True)


def test_a_finding_says_where_and_how_grave() -> None:
    """In the scale and the members of DefectDojo."""
    read = item(exposure(severity=Severity.INFO))

    assert (read["severity"], read["cwe"], read["active"]) == ("Info", 306, True)
    assert read["endpoints"] == ["tcp://192.0.2.7:9200"]
    assert read["unique_id_from_tool"] == "f1/192.0.2.7:9200"


def test_a_vector_of_cvss_has_its_own_member_where_there_is_one() -> None:
    """A finding of an earlier version has none, and null would be refused."""
    vector = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N"

    assert item(exposure(cvss=vector))["cvssv4"] == vector
    assert "cvssv4" not in item(exposure())


def test_another_round_is_the_same_finding() -> None:
    """Nothing that changes with a night is in what it is known by."""
    first = item(exposure())
    later = item(
        exposure(version="7.0", holdings=(), holdings_total=0, status=Status.ONGOING, because="x")
    )

    assert [first[name] for name in HASHED] == [later[name] for name in HASHED]
    assert first["title"] != item(exposure(endpoint=endpoint(8)))["title"]


def test_what_was_resolved_is_mitigated() -> None:
    """Since the end of the round that saw it shut."""
    read = item(exposure(status=Status.RESOLVED))

    assert (read["active"], read["is_mitigated"]) == (False, True)
    assert datetime.fromisoformat(read["mitigated"]) == day(1)


def test_a_title_fits() -> None:
    """Longer ones are refused by its model."""
    assert len(item(exposure(title="x" * 2_000))["title"]) == MAX_TITLE


def test_what_somebody_accepted_is_a_risk_accepted() -> None:
    """It is no open finding there, and no mitigated one."""
    read = item(exposure(status=Status.ACCEPTED, accepted=SIGNED))

    assert (read["active"], read["risk_accepted"], read["is_mitigated"]) == (False, True, False)


def test_no_word_of_a_server_is_mark_up() -> None:
    """DefectDojo shows these texts as Markdown: a link or an image of a stranger stays text."""
    read = item(exposure(product="![x](//evil.example/)", because="<b>[y](//evil.example/)</b>"))

    shown = read["impact"] + read["steps_to_reproduce"] + read["severity_justification"]
    assert r"\!\[x\](//evil.example/)" in shown
    assert "[x]" not in shown
    assert "[y]" not in shown
