"""What the Fuseki probe makes of real replies, and of half and false ones."""

import pytest

from probes.fuseki import Fuseki
from scanner.model import Access, Assessment, Holding, Service, Silence, Unknown
from scanner.probe import Page
from tests.transcripts import Transcript, asked, load, replay

PROBE = Fuseki()
LISTING, NOTHING, CONTROL = 1, 2, 3  # places in the transcript of an open server

FAXES = (Holding(name="faxes", kind="dataset"),)


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


def test_a_dataset_that_answers_is_open() -> None:
    """It was asked about nothing, so nothing of the data was sent."""
    found = settled(load("fuseki/5.5-open"))

    assert (found.access, found.service) == (Access.OPEN, Service("fuseki", "5.5.0"))
    assert (found.holdings, found.holdings_total) == (FAXES, 1)


def test_names_without_answers_are_partial() -> None:
    """The list of datasets is everybody's as it ships; their data need not be."""
    found = settled(load("fuseki/4.10-names-only"))

    assert (found.access, found.service.version) == (Access.PARTIAL, "4.10.0")
    assert found.holdings == FAXES


def test_a_demand_for_a_user_is_locked() -> None:
    """Its realm names it."""
    transcript = load("fuseki/5.5-locked")

    assert settled(transcript).access is Access.LOCKED
    assert asked(PROBE, transcript) == ["GET /", "GET /{}/server"]


@pytest.mark.parametrize(
    ("place", "status", "body"),
    [
        pytest.param(CONTROL, 200, b"Parse error", id="nonsense is answered"),
        pytest.param(CONTROL, 400, b"<html>", id="nonsense is refused in nobody's words"),
        pytest.param(NOTHING, 200, b'{"boolean": false}', id="nothing is answered"),
        pytest.param(NOTHING, 200, b'{"boolean": 1}', id="another type"),
        pytest.param(NOTHING, 404, b"", id="no endpoint"),
        pytest.param(LISTING, 200, b'{"version": "5.5.0", "datasets": []}', id="no dataset"),
        pytest.param(LISTING, 404, b"", id="no listing"),
    ],
)
def test_one_side_of_a_proof_is_none(place: int, status: int, body: bytes) -> None:
    """What says yes to everything, or nothing at all, is not called open."""
    spoilt = load("fuseki/5.5-open").with_payload(place, body)

    assert unknown(spoilt.with_reply(place, status=status)) is Silence.HALF_PROOF


def test_a_dataset_that_takes_no_queries_is_not_asked() -> None:
    """Its other endpoints would hand over all of it."""
    services = [{"srv.type": "gsp-r", "srv.endpoints": ["get", ""]}]
    listing = {"version": "5.5.0", "datasets": [{"ds.name": "/a", "ds.services": services}]}
    whole = load("fuseki/5.5-open").with_json(LISTING, listing)

    assert asked(PROBE, whole) == ["GET /", "GET /{}/server"]


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (200, {}, b"<title>Welcome</title>"),
        (401, {"www-authenticate": 'Basic realm="Login"'}, b""),
        (200, {"www-authenticate": 'Basic realm="TripleStore"'}, b""),
    ],
)
def test_another_product_is_not_recognised(
    status: int, headers: dict[str, str], body: bytes
) -> None:
    """A page without the title, or a refusal of another realm, is nobody's."""
    assert PROBE.identify(Page(status=status, headers=headers, body=body)) is None
