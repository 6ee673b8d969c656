"""SARIF, held to the schema of OASIS, and read by sarif-pydantic: foreign members stand apart."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from jsonschema import Draft4Validator  # type: ignore[import-untyped] # its stubs are another package
from pydantic import BaseModel
from sarif_pydantic import Run, Sarif  # type: ignore[import-untyped] # it ships no marker

from scanner.emit.formats import Format
from scanner.model import Coverage, Endpoint, Finding, Severity, Status
from scanner.reach import Reach
from tests.emit.test_formats import HOSTILE, SIGNED, document, saying
from tests.exposures import coverage, exposure

#: Members of a result (sections 3.27.23, 3.27.24 and 3.27.29) that the reader lacks.
LACKING = {"suppressions", "baselineState", "provenance", "toolExecutionNotifications"}


@cache
def schema() -> Draft4Validator:
    """Load the schema as it was published."""
    published = Path(__file__).parents[1] / "schemas" / "sarif-2.1.0.json"
    return Draft4Validator(
        json.loads(published.read_text("utf-8")), format_checker=Draft4Validator.FORMAT_CHECKER
    )


def run(*findings: Finding, reached: Coverage | None = None) -> Run:
    """Write a log, read it, and give its only run."""
    written = document(Format.SARIF, *findings, reached=reached)
    schema().validate(json.loads(written))
    read = Sarif.model_validate_json(written)
    (only,) = read.runs
    return only


def foreign(value: object) -> Iterator[str]:
    """Name the members that the reader does not know, at any depth."""
    match value:
        case BaseModel():
            yield from (value.model_extra or {}).keys() - LACKING
            for name in type(value).model_fields:
                yield from foreign(getattr(value, name))
        case list():
            for one in value:
                yield from foreign(one)
        case _:
            pass


def test_a_finding_is_a_result_and_its_probe_a_rule() -> None:
    """What a code-scanning page shows: rule, place, message, and what to do."""
    only = run(exposure(), exposure(fingerprint="f2"), reached=coverage())
    (rule,), (result, _) = only.tool.driver.rules or [], only.results or []
    (place,) = result.locations or []

    assert (rule.id, result.rule_id, result.rule_index) == ("elasticsearch", "elasticsearch", 0)
    assert rule.help is not None
    assert rule.help.text == "Demand a password."
    assert place.physical_location is not None
    assert place.physical_location.artifact_location is not None
    assert place.physical_location.artifact_location.uri == "tcp://192.0.2.7:9200"
    assert result.message.text == (
        "Elasticsearch 2.4.6 on 192.0.2.7:9200: the indices were listed. "
        "1 holdings, 1,204 records (unknown): faxes"
    )


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_member_is_foreign(text: str) -> None:
    """Whatever a server says, the log is one of SARIF 2.1.0."""
    assert list(foreign(run(saying(text), exposure(), reached=coverage()))) == []


def test_a_foreign_member_would_be_seen() -> None:
    """The check before is one."""
    log = json.loads(document(Format.SARIF, exposure()))
    log["runs"][0]["results"][0]["severity"] = "high"

    assert list(foreign(Sarif.model_validate(log))) == ["severity"]


@pytest.mark.parametrize("status", Status)
def test_every_status_keeps_to_the_schema(status: Status) -> None:
    """Signed or not."""
    assert run(exposure(status=status), exposure(status=status, accepted=SIGNED)).results


def test_a_value_against_the_schema_would_be_seen() -> None:
    """The check before is one."""
    log = json.loads(document(Format.SARIF, exposure()))
    log["runs"][0]["results"][0]["level"] = "high"

    assert [error.validator for error in schema().iter_errors(log)] == ["enum"]


@pytest.mark.parametrize(
    ("status", "baseline"),
    [
        (Status.NEW, "new"),
        (Status.ONGOING, "unchanged"),
        (Status.REOPENED, "new"),
        (Status.CHANGED, "updated"),
        (Status.ACCEPTED, "unchanged"),
        (Status.UNVERIFIED, "unchanged"),
        (Status.RESOLVED, "absent"),
    ],
)
def test_the_history_is_the_baseline(status: Status, baseline: str) -> None:
    """A page that compares with the round before need not do so itself."""
    log = json.loads(document(Format.SARIF, exposure(status=status)))

    assert log["runs"][0]["results"][0]["baselineState"] == baseline


@pytest.mark.parametrize(
    ("severity", "level", "number"),
    [
        (Severity.CRITICAL, "error", "9.5"),
        (Severity.MEDIUM, "warning", "5.5"),
        (Severity.LOW, "note", "2.0"),
    ],
)
def test_severity_is_a_level_and_a_number(severity: Severity, level: str, number: str) -> None:
    """GitHub shows 9 and above as critical."""
    log = json.loads(document(Format.SARIF, exposure(severity=severity)))
    (rule,) = log["runs"][0]["tool"]["driver"]["rules"]

    assert rule["properties"]["security-severity"] == number
    assert log["runs"][0]["results"][0]["level"] == level


def test_an_incomplete_round_did_not_succeed() -> None:
    """Whoever reads the invocation is told."""
    (half,) = run(reached=coverage(complete=False)).invocations or []

    assert half.execution_successful is False


def test_what_was_not_seen_is_said_beside_the_results() -> None:
    """No result is not the same as no open door."""
    dark = Reach(planned=8, reached=0, closed=0, filtered=8, unreachable=0)
    log = json.loads(document(Format.SARIF, reached=coverage(by_range={"192.0.2.0/29": dark})))
    said = log["runs"][0]["invocations"][0]

    assert [one["message"]["text"] for one in said["toolExecutionNotifications"]] == [
        "NOTHING ANSWERED in 192.0.2.0/29 (8 endpoints)."
    ]
    assert said["properties"]["coverage"] == {
        "reached": 2,
        "closed": 1200,
        "filtered": 44,
        "unreachable": 0,
        "skipped": 10,
    }


def test_an_address_of_version_6_is_a_uri() -> None:
    """In brackets."""
    place = Endpoint(address="2001:db8::7", port=27017)

    assert '"tcp://[2001:db8::7]:27017"' in document(Format.SARIF, exposure(endpoint=place))


def test_what_somebody_accepted_is_suppressed() -> None:
    """With the reason, and whose it is."""
    log = json.loads(document(Format.SARIF, exposure(accepted=SIGNED)))

    assert log["runs"][0]["results"][0]["suppressions"] == [
        {
            "kind": "external",
            "status": "accepted",
            "justification": "a lab (CISO, until 2026-03-02)",
        }
    ]
