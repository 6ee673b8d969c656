"""OCSF, held to the schema of its version 1.8.0."""

import json
from functools import cache
from typing import Any

import pytest
from jsonschema import (  # type: ignore[import-untyped] # its stubs are another package
    Draft202012Validator,
)
from ocsf_json_schema import (  # type: ignore[import-untyped] # it has no types
    OcsfJsonSchemaEmbedded,
    get_ocsf_schema,
)

from scanner.emit.formats import Format
from scanner.model import Access, Asset, Coverage, Endpoint, Finding, Severity, Status
from tests.emit.test_formats import HOSTILE, document, saying
from tests.exposures import coverage, day, exposure


@cache
def schema() -> Draft202012Validator:
    """Load the schema of the class; it takes a moment."""
    whole = OcsfJsonSchemaEmbedded(get_ocsf_schema(version="1.8.0"))
    return Draft202012Validator(whole.get_class_schema("vulnerability_finding"))


def event(finding: Finding, reached: Coverage | None = None) -> dict[str, Any]:
    """Write one event, hold it to the schema, and read it."""
    read: dict[str, Any] = json.loads(document(Format.OCSF, finding, reached=reached))
    schema().validate(read)
    assert read["type_uid"] == read["class_uid"] * 100 + read["activity_id"]
    return read


def test_an_event_says_what_is_open_where_and_whose_it_is() -> None:
    """Each in the member that OCSF has for it."""
    read = event(exposure())

    assert (read["class_uid"], read["time"]) == (2002, 1772366400000)
    assert (read["severity_id"], read["confidence_id"]) == (4, 3)
    assert read["finding_info"]["uid"] == "f1"
    assert read["vulnerabilities"][0]["cwe"]["uid"] == "CWE-306"
    assert read["resources"][0] == {
        "uid": "tcp://192.0.2.7:9200",
        "name": "192.0.2.7:9200",
        "type": "Elasticsearch",
        "ip": "192.0.2.7",
        "version": "2.4.6",
        "owner": {"name": "Radiology"},
        "labels": ["pacs"],
        "role_id": 3,
        "role": "Affected",
    }


@pytest.mark.parametrize(
    ("status", "activity", "said"),
    [
        (Status.NEW, "Create", "New"),
        (Status.ONGOING, "Update", "New"),
        (Status.REOPENED, "Update", "New"),
        (Status.CHANGED, "Update", "New"),
        (Status.ACCEPTED, "Update", "Suppressed"),
        (Status.UNVERIFIED, "Update", "New"),
        (Status.RESOLVED, "Close", "Resolved"),
    ],
)
def test_the_life_of_a_finding_is_that_of_its_events(
    status: Status, activity: str, said: str
) -> None:
    """Only a door that was seen shut closes one."""
    read = event(exposure(status=status))

    assert (read["activity_name"], read["status"], read["status_detail"]) == (
        activity,
        said,
        status,
    )


@pytest.mark.parametrize("severity", Severity)
def test_every_severity_has_its_number(severity: Severity) -> None:
    """The caption belongs to it, or the schema refuses the event."""
    assert event(exposure(severity=severity))["severity_id"] in range(1, 6)


def test_what_was_resolved_was_so_at_the_end_of_the_round() -> None:
    """An event of today is not dated like the one that it closes."""
    reached = coverage(ended=day(3))

    assert event(exposure(status=Status.RESOLVED), reached)["time"] == 1772625600000


def test_whatever_is_not_known_is_left_out() -> None:
    """The schema takes no null."""
    bare = exposure(
        version=None, asset=Asset(), proof=None, tls=None, access=Access.SHIELDED, references=()
    )

    assert "owner" not in event(bare)["resources"][0]


def test_an_address_of_version_6_is_one() -> None:
    """Its brackets are those of the URI."""
    place = Endpoint(address="2001:db8::7", port=27017, host="db.example")

    assert event(exposure(endpoint=place))["resources"][0]["uid"] == "tcp://[2001:db8::7]:27017"


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_breaks_the_schema(text: str) -> None:
    """Whatever a server says, the event is one."""
    assert event(saying(text))["severity"] == "High"
