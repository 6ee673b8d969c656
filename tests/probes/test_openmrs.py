"""What the OpenMRS probe makes of its replies, and of half and false ones."""

import msgspec
import pytest

from probes.openmrs import MAX_SEARCH, OpenMrs
from scanner.model import Access, Assessment, Holding, Service, Silence, Unknown
from scanner.probe import Page
from tests.transcripts import Transcript, asked, load, replay

PROBE = OpenMrs()
CONTROL, SECOND = 0, 1  # places in each transcript

SEARCH = "GET /openmrs/ws/rest/v1/patient?q=ronde-no-such-patient&limit=1&v=ref"


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


@pytest.mark.parametrize(
    ("name", "access"),
    [
        ("2.7-open", Access.OPEN),
        ("2.7-locked", Access.LOCKED),
        ("2.7-unclaimed", Access.UNCLAIMED),
    ],
)
def test_each_door_gets_its_verdict(name: str, access: Access) -> None:
    """By whether a search for nobody is answered, or the set-up is offered."""
    found = settled(load(f"openmrs/{name}"))

    assert (found.access, found.service) == (access, Service("openmrs"))


def test_an_open_server_holds_patients_of_whom_nobody_knows_how_many() -> None:
    """Their number cannot be asked for without them."""
    found = settled(load("openmrs/2.7-open"))

    assert found.holdings == (Holding(name="patient", kind="resource type"),)


def test_two_asks_settle_it_and_no_session_is_begun() -> None:
    """Its own page about the session would begin one."""
    assert asked(PROBE, load("openmrs/2.7-locked")) == [
        "GET /openmrs/ws/rest/v1/ronde-no-such-resource",
        SEARCH,
    ]


@pytest.mark.parametrize(
    "results", [[{"uuid": "1", "display": "100 - DOE JANE"}], {"uuid": "1"}, ["x"]]
)
def test_a_search_for_nobody_that_finds_somebody_is_half_a_proof(results: object) -> None:
    """Whoever answers so has not understood the question; nothing of it is kept."""
    spoilt = load("openmrs/2.7-open").with_json(SECOND, {"results": results})

    assert unknown(spoilt) is Silence.HALF_PROOF
    assert "DOE" not in repr(replay(PROBE, spoilt))


@pytest.mark.parametrize("body", [{}, [], {"results": None}, {"results": 0}])
def test_another_answer_to_a_search_is_garbled(body: object) -> None:
    """A list, or nothing of it."""
    assert unknown(load("openmrs/2.7-open").with_json(SECOND, body)) is Silence.GARBLED


def test_a_stream_of_patients_is_left_at_its_beginning() -> None:
    """A server that ignores the question would send all of them."""
    flood = b'{"results":[' + b'{"display":"DOE JANE"},' * MAX_SEARCH

    assert unknown(load("openmrs/2.7-open").with_payload(SECOND, flood)) is Silence.TOO_LARGE


@pytest.mark.parametrize(
    "page", [b"<title>OpenMRS</title>", b'<input name="page" value="maintenance.vm">']
)
def test_a_set_up_that_is_under_way_or_an_update_is_not_unclaimed(page: bytes) -> None:
    """Both stand at the same address as the wizard."""
    assert unknown(load("openmrs/2.7-unclaimed").with_payload(SECOND, page)) is Silence.HALF_PROOF


@pytest.mark.parametrize(
    ("status", "headers", "message"),
    [
        (404, {}, "Not Found"),
        (200, {}, "[Unknown resource: v1/ronde-no-such-resource]"),
        (404, {}, "Unknown resource: v1/session"),
        (302, {"location": "/login"}, ""),
        (200, {"location": "/openmrs/initialsetup"}, ""),
    ],
)
def test_another_product_is_not_recognised(
    status: int, headers: dict[str, str], message: str
) -> None:
    """An error with another status or in other words, a way to somewhere else."""
    body = msgspec.json.encode({"error": {"message": message}})

    assert PROBE.identify(Page(status=status, headers=headers, body=body)) is None


@pytest.mark.parametrize("body", [b"", b"[]", b'{"error": "Unknown resource"}', b'{"error": {}}'])
def test_an_error_of_another_shape_is_nobodys(body: bytes) -> None:
    """Whatever the page holds, it is no exception."""
    assert PROBE.identify(Page(status=404, headers={}, body=body)) is None
