"""What the Virtuoso probe makes of real replies, and of half and false ones."""

import pytest

from probes.virtuoso import LISTING, MAX_GRAPHS, Virtuoso
from scanner.model import Access, Assessment, Holding, Service, Silence, Unknown
from scanner.probe import Page
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = Virtuoso()
FIRST, SECOND = 1, 2  # places of the listing and of the control


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


def test_a_server_as_it_ships_lists_its_graphs() -> None:
    """Its own graphs are left out."""
    found = settled(load("virtuoso/7.2-open"))

    assert (found.access, found.service) == (Access.OPEN, Service("virtuoso", "07.20.3229"))
    assert found.holdings == (Holding(name="http://practice.example/faxes", kind="graph"),)
    assert found.because == "answers queries without credentials; graphs listed: 1"


def test_a_listing_that_is_cut_says_so() -> None:
    """The limit of the query is no total."""
    rows = [{"g": {"value": f"http://practice.example/{number}"}} for number in range(MAX_GRAPHS)]
    full = load("virtuoso/7.2-open").with_json(FIRST, {"results": {"bindings": rows}})

    assert settled(full).because.endswith("graphs listed: 500 or more")


def test_a_demand_for_a_user_is_locked() -> None:
    """The first refusal ends the conversation."""
    transcript = load("virtuoso/7.2-locked")

    assert settled(transcript).access is Access.LOCKED
    assert asked(PROBE, transcript) == ["GET /", LISTING.name]


def test_a_guarded_front_page_hides_no_endpoint() -> None:
    """A proxy that guards `/` alone leaves the graphs to everybody."""
    guarded = load("virtuoso/7.2-open").with_reply(0, status=401, headers={"server": "nginx"})

    assert settled(guarded).access is Access.OPEN


@pytest.mark.parametrize(
    ("status", "silence"), [(401, Silence.GUARDED), (404, Silence.UNRECOGNISED)]
)
def test_a_guarded_page_with_nothing_behind_is_left_to_others(
    status: int, silence: Silence
) -> None:
    """Whatever demands a password on this port need not be a Virtuoso."""
    door = (Recorded(ask="GET /", status=401), Recorded(ask=LISTING.name, status=status))

    assert unknown(Transcript(server="nginx", exchanges=door)) is silence


@pytest.mark.parametrize(
    ("status", "body"), [(200, b"SPARQL compiler"), (400, b"bad query"), (400, b"<html>")]
)
def test_a_control_that_is_not_refused_proves_nothing(status: int, body: bytes) -> None:
    """What says yes to everything, or no in nobody's words, is not called open."""
    spoilt = load("virtuoso/7.2-open").with_payload(SECOND, body)

    assert unknown(spoilt.with_reply(SECOND, status=status)) is Silence.HALF_PROOF


def test_a_listing_of_another_structure_is_garbled() -> None:
    """A page of HTML is no listing."""
    assert unknown(load("virtuoso/7.2-open").with_payload(FIRST, b"<html>")) is Silence.GARBLED


@pytest.mark.parametrize("header", ["", "nginx", "My Virtuoso/7"])
def test_another_product_is_not_recognised(header: str) -> None:
    """A page without the header is nobody's."""
    assert PROBE.identify(Page(status=200, headers={"server": header}, body=b"Virtuoso")) is None
