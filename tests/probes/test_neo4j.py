"""What the Neo4j probe makes of real replies, and of half and false ones."""

import pytest

from probes.neo4j import Neo4j
from scanner.model import Access, Assessment, Holding, Service, Silence, Unknown
from scanner.probe import Page
from tests.transcripts import Transcript, asked, load, replay

PROBE = Neo4j()
LISTING, CONTROL, SCHEMA = 1, 2, 3  # places in every transcript of an open server

HELD = (
    Holding(name="neo4j", kind="database", records=2, fields=("fax_number", "patient_name")),
    Holding(name="neo4j.Patient", kind="label"),
    Holding(name="neo4j.Fax", kind="label"),
)


def settled(transcript: Transcript) -> Assessment:
    """Drive the probe to an assessment."""
    outcome = replay(PROBE, transcript)
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(transcript: Transcript) -> Silence:
    """Drive the probe to where it cannot tell."""
    outcome = replay(PROBE, transcript)
    assert isinstance(outcome, Unknown)
    return outcome.silence


@pytest.mark.parametrize(("name", "version"), [("3.5-open", "3.5.35"), ("5.26-open", "5.26.0")])
def test_a_server_that_takes_statements_is_open(name: str, version: str) -> None:
    """Nodes are counted, labels and properties named; the server's own database is left out."""
    found = settled(load(f"neo4j/{name}"))

    assert (found.access, found.service) == (Access.OPEN, Service("neo4j", version))
    assert (found.holdings, found.holdings_total) == (HELD, 3)


@pytest.mark.parametrize(("name", "version"), [("3.5-locked", None), ("5.26-locked", "5.26.0")])
def test_a_demand_for_a_password_is_locked(name: str, version: str | None) -> None:
    """The first refusal ends the conversation; 3.x tells its version behind it only."""
    transcript = load(f"neo4j/{name}")
    found = settled(transcript)

    assert (found.access, found.service.version) == (Access.LOCKED, version)
    assert len(asked(PROBE, transcript)) == 2


def test_a_database_of_another_name_is_listed_without_counts() -> None:
    """Only the default one can be asked by a request that is the same for every server."""
    rows = [{"row": [name]} for name in ("faxes", "system")]
    listing = {"results": [{"columns": ["name"], "data": rows}], "errors": []}
    found = settled(load("neo4j/5.26-open").with_json(LISTING, listing))

    assert found.holdings == (Holding(name="faxes", kind="database"),)


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b'{"results": [], "errors": [{"code": "Neo.ClientError.Security.Forbidden"}]}',
        b'{"results": [{"data": []}, {"data": []}, {"data": []}], "errors": []}',
        b'{"results": [], "errors": []}',
    ],
)
def test_a_count_that_is_refused_costs_only_detail(body: bytes) -> None:
    """The proof stands already."""
    found = settled(load("neo4j/5.26-open").with_payload(SCHEMA, body))

    assert (found.access, found.holdings) == (
        Access.OPEN,
        (Holding(name="neo4j", kind="database"),),
    )


@pytest.mark.parametrize(
    ("place", "body"),
    [
        pytest.param(CONTROL, b'{"results": [], "errors": []}', id="the control is carried out"),
        pytest.param(CONTROL, b"<html>", id="the control is refused in nobody's words"),
        pytest.param(LISTING, b'{"results": [], "errors": [{}]}', id="the listing is not"),
        pytest.param(LISTING, b'{"results": [], "errors": []}', id="nothing is listed"),
        pytest.param(LISTING, b"[]", id="another structure"),
    ],
)
def test_one_side_of_a_proof_is_none(place: int, body: bytes) -> None:
    """What says yes to everything, or nothing at all, is not called open."""
    assert unknown(load("neo4j/5.26-open").with_payload(place, body)) is Silence.HALF_PROOF


@pytest.mark.parametrize(
    "body",
    [
        b"<html><title>Neo4j</title></html>",
        b'{"data": "http://192.0.2.7/data/", "management": "x"}',
        b'{"data": "http://192.0.2.7/db/data/"}',
        b'{"version": "5.26.0"}',
        b"[]",
    ],
)
def test_another_product_is_not_recognised(body: bytes) -> None:
    """A page must say where everything is, as Neo4j does."""
    assert PROBE.identify(Page(status=200, headers={}, body=body)) is None


def test_a_version_that_is_none_is_not_kept() -> None:
    """What a server calls its version is its own text."""
    page = Page(status=200, headers={}, body=b'{"neo4j_version": "RONDE-CANARY"}')

    assert PROBE.identify(page) == Service("neo4j")
