"""Bundles, refusals and statements of FHIR, as far as counts."""

import contextlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.jsonview import Json
from scanner.wire import Garbled, fhir
from scanner.wire.fhir import Found, Software

MEMBERS = ["severity", "resource", "resourceType", "search", "mode", "issue", "type"]

#: What stands where in FHIR, with values of any type.
DOCUMENTS = st.dictionaries(
    st.sampled_from(["resourceType", "type", "total", "entry", "issue", "fhirVersion", "rest"]),
    st.recursive(
        st.none() | st.integers() | st.sampled_from(["Bundle", "OperationOutcome", "searchset"]),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(MEMBERS), inner)
        ),
        max_leaves=5,
    ),
)


def outcome(severity: str) -> dict[str, object]:
    """Give an entry that is about the search itself."""
    said = {"resourceType": "OperationOutcome", "issue": [{"severity": severity}]}
    return {"search": {"mode": "outcome"}, "resource": said}


def document(**members: object) -> Json:
    """Give a resource as it comes from a server."""
    return Json.parse(msgspec.json.encode(members))


@pytest.mark.parametrize(
    ("bundle", "found"),
    [
        ({"type": "searchset", "total": 0}, Found(0, hands_out=False)),
        ({"total": 7}, Found(7, hands_out=False)),
        ({"type": "searchset"}, Found(None, hands_out=False)),
        ({"type": "searchset", "total": 2, "entry": [{}, {}]}, Found(2, hands_out=True)),
        ({"type": "searchset", "entry": []}, Found(None, hands_out=False)),
        ({"total": 0, "entry": [outcome("warning")]}, Found(0, hands_out=False)),
        ({"entry": [outcome("error")]}, Found(None, hands_out=False, fails=True)),
        ({"entry": [outcome("fatal"), {}]}, Found(None, hands_out=True, fails=True)),
        (
            {"entry": [{"resource": outcome("error")["resource"]}]},
            Found(None, hands_out=False, fails=True),
        ),
        ({"entry": [{"search": {"mode": "match"}}]}, Found(None, hands_out=True)),
        ({"type": "searchset", "total": -1}, Found(None, hands_out=False)),
    ],
)
def test_a_search_tells_a_count_and_whether_records_came_along(
    bundle: dict[str, object], found: Found
) -> None:
    """The type may be missing, and so may the count."""
    assert fhir.found(document(resourceType="Bundle", **bundle)) == found


@pytest.mark.parametrize(
    "members",
    [
        {"resourceType": "Patient", "total": 0},
        {"resourceType": "Bundle", "type": "history", "total": 0},
        {"total": 0},
        {"resourceType": 1},
        {"resourceType": "Bundle", "entry": {}},
        {"resourceType": "Bundle", "entry": [{"search": {"mode": "outcome"}}]},
    ],
)
def test_what_is_no_search_is_garbled(members: dict[str, object]) -> None:
    """A patient, a history, a document of anybody."""
    with pytest.raises(Garbled):
        fhir.found(document(**members))


def test_a_refusal_has_an_issue_with_a_severity() -> None:
    """One without any refuses nothing."""
    issue = {"severity": "error", "code": "processing"}
    assert fhir.is_outcome(document(resourceType="OperationOutcome", issue=[issue]))
    assert not fhir.is_outcome(document(resourceType="OperationOutcome", issue=[]))
    assert not fhir.is_outcome(
        document(resourceType="OperationOutcome", issue=[{"severity": "bad"}])
    )
    assert not fhir.is_outcome(document(resourceType="Bundle", issue=[issue]))


def test_a_statement_tells_the_software_and_its_types() -> None:
    """A server need not name its software, nor any type."""
    rest = [{"resource": [{"type": "Patient"}, {"type": "Coverage"}]}, {"mode": "client"}]
    software = {"name": "HAPI FHIR Server", "version": "8.4.0"}
    told = document(
        resourceType="CapabilityStatement", fhirVersion="4.0.1", rest=rest, software=software
    )
    assert fhir.software(told) == Software(
        "HAPI FHIR Server", "8.4.0", frozenset({"Patient", "Coverage"})
    )
    bare = document(resourceType="CapabilityStatement", fhirVersion="4.0.1", rest=[])
    assert fhir.software(bare) == Software("", "", frozenset())


def test_what_is_no_statement_is_garbled() -> None:
    """Whatever else it says."""
    with pytest.raises(Garbled):
        fhir.software(document(resourceType="Bundle", fhirVersion="4.0.1", rest=[]))


@given(DOCUMENTS)
def test_any_document_is_read_or_garbled(members: dict[str, object]) -> None:
    """For each of the three readers."""
    for read in (fhir.found, fhir.is_outcome, fhir.software):
        with contextlib.suppress(Garbled):
            read(document(**members))
