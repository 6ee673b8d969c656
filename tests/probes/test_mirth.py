"""What the Mirth probe makes of an engine's replies, and of half and false ones."""

import pytest

from probes.mirth import ELSEWHERE, Mirth
from scanner.model import Access, Assessment, Holding, Service, Silence, Unknown
from scanner.probe import Page
from tests.transcripts import Transcript, asked, load, replay

PROBE = Mirth()
FRONT, VERSION, LISTING, CONTROL, MISSING = range(5)  # places in the transcript of an open server


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


def channels(*names: str) -> tuple[Holding, ...]:
    """Give channels by name."""
    return tuple(Holding(name=name, kind="channel") for name in names)


def test_an_engine_that_lists_its_channels_is_open() -> None:
    """Their names are all that is kept; a request without the header was refused."""
    found = settled(load("mirth/4.6-open"))

    assert (found.access, found.service) == (Access.OPEN, Service("mirth", "4.6.0"))
    assert found.holdings == channels("ADT from ward", "Lab results to archive")
    assert found.holdings_total == 2
    assert found.proof
    assert "400 without its header" in found.proof.control


def test_an_engine_that_insists_on_no_header_misses_a_channel() -> None:
    """Before it did, what was not there was answered with nothing at all."""
    found = settled(load("mirth/3.8-open"))

    assert (found.access, found.service.version) == (Access.OPEN, "3.8.0")
    assert found.holdings == channels("ADT from ward")


def test_a_version_alone_is_no_finding() -> None:
    """It is everybody's by design; the channels are not."""
    transcript = load("mirth/4.6-locked")

    assert settled(transcript).access is Access.LOCKED
    assert settled(transcript).service.version == "4.6.0"
    assert asked(PROBE, transcript) == [
        "GET /",
        "GET /api/server/version",
        "GET /api/channels/idsAndNames",
    ]


def test_the_page_of_the_other_port_is_identified() -> None:
    """As it ships, its API answers on 8443 only."""
    found = settled(load("mirth/4.6-page-alone"))

    assert (found.access, found.because) == (Access.IDENTIFIED, ELSEWHERE)


@pytest.mark.parametrize("listing", [{"map": None}, {"map": ""}, {"map": {}}])
def test_an_engine_without_channels_is_open_as_well(listing: object) -> None:
    """XStream writes an empty map in one way or another."""
    found = settled(load("mirth/4.6-open").with_json(LISTING, listing))

    assert (found.access, found.holdings_total) == (Access.OPEN, 0)


@pytest.mark.parametrize(
    ("control", "missing"),
    [
        pytest.param((200, b"{}"), (200, b"{}"), id="everything is answered"),
        pytest.param((400, b"Bad Request"), (404, b""), id="refused in nobody's words"),
        pytest.param((204, b""), (204, b"null"), id="nothing that is something"),
    ],
)
def test_one_side_of_a_proof_is_none(
    control: tuple[int, bytes], missing: tuple[int, bytes]
) -> None:
    """What says yes to everything, or no in nobody's words, is not called open."""
    spoilt = load("mirth/3.8-open")
    for place, (status, body) in ((CONTROL, control), (MISSING, missing)):
        spoilt = spoilt.with_payload(place, body).with_reply(place, status=status)

    assert unknown(spoilt) is Silence.HALF_PROOF


@pytest.mark.parametrize(
    "listing",
    [
        [],
        {"list": []},
        {"map": {"entry": [{"string": ["one"]}]}},
        {"map": {"entry": [{"string": ["id", 7]}]}},
    ],
)
def test_another_listing_is_garbled(listing: object) -> None:
    """A map of identifiers to names, or nothing of it."""
    assert unknown(load("mirth/4.6-open").with_json(LISTING, listing)) is Silence.GARBLED


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"<title>Administrator</title>"),
        (401, b"<title>Mirth Connect Administrator</title>"),
        (200, b"<title>About Mirth Connect Administrator</title>"),
    ],
)
def test_another_product_is_not_recognised(status: int, body: bytes) -> None:
    """A page without the title, or a refusal with it."""
    assert PROBE.identify(Page(status=status, headers={}, body=body)) is None
