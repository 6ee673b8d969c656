"""What the OrientDB probe makes of real replies, and of half and false ones."""

import pytest

from probes.orientdb import MAX_TRIED, OrientDb
from scanner.model import Access, Assessment, Holding, Service, Silence, Unknown
from scanner.probe import Page
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = OrientDb()
LISTING, CONTROL, DATABASE = 1, 2, 3  # places in every transcript that is not locked


def settled(transcript: Transcript) -> Assessment:
    """Drive the probe to an assessment."""
    outcome = replay(PROBE, transcript, unrecorded_is_silence=True)
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(transcript: Transcript) -> Silence:
    """Drive the probe to where it cannot tell."""
    outcome = replay(PROBE, transcript)
    assert isinstance(outcome, Unknown)
    return outcome.silence


def test_a_server_as_it_ships_names_its_databases() -> None:
    """A database of its own is left out; none of the others lets a stranger in."""
    found = settled(load("orientdb/3.2-guest"))

    assert (found.access, found.service) == (Access.PARTIAL, Service("orientdb"))
    assert (found.holdings, found.holdings_total) == (
        (Holding(name="faxes", kind="database"),),
        1,
    )


def test_the_header_told_the_version_once() -> None:
    """Up to 3.0; the refusal of the control was plain text."""
    found = settled(load("orientdb/2.2-guest"))

    assert (found.access, found.service.version) == (Access.PARTIAL, "2.2.37")
    assert [one.name for one in found.holdings] == ["GratefulDeadConcerts", "faxes"]


def test_a_guest_without_rights_is_locked_out() -> None:
    """The first refusal ends the conversation."""
    transcript = load("orientdb/2.2-locked")

    assert settled(transcript).access is Access.LOCKED
    assert asked(PROBE, transcript) == ["GET /", "GET /listDatabases"]


def test_a_database_that_describes_itself_is_open() -> None:
    """No server is known to do so, and one that did would be."""
    whole = load("orientdb/3.2-guest").with_json(DATABASE, {"classes": []})

    assert settled(whole.with_reply(DATABASE, status=200)).access is Access.OPEN


def test_few_of_many_databases_are_tried() -> None:
    """Each attempt that is refused counts for whoever counts refusals."""
    names = [f"fax{number}" for number in range(100)]
    many = load("orientdb/3.2-guest").with_json(LISTING, {"@type": "d", "databases": names})
    refused = tuple(
        Recorded(ask="GET /database/{}", arguments=(name,), status=401) for name in names
    )
    transcript = Transcript(server="many", exchanges=(*many.exchanges[:DATABASE], *refused))

    assert len(asked(PROBE, transcript)) == DATABASE + MAX_TRIED
    assert settled(transcript).holdings_total == 100


@pytest.mark.parametrize(
    ("place", "status", "body"),
    [
        pytest.param(CONTROL, 200, b"Command not found: ronde-no-such-command", id="answered"),
        pytest.param(CONTROL, 405, b"not allowed", id="other words"),
        pytest.param(LISTING, 200, b'{"@type": "x", "databases": []}', id="no document"),
    ],
)
def test_one_side_of_a_proof_is_none(place: int, status: int, body: bytes) -> None:
    """What says yes to everything, or no in nobody's words, proves nothing."""
    spoilt = load("orientdb/3.2-guest").with_payload(place, body)

    assert unknown(spoilt.with_reply(place, status=status)) is Silence.HALF_PROOF


def test_a_guarded_front_page_hides_no_names() -> None:
    """A proxy that guards `/` alone leaves the listing to everybody."""
    guarded = load("orientdb/3.2-guest").with_reply(0, status=401, headers={"server": "nginx"})

    assert settled(guarded).access is Access.PARTIAL


@pytest.mark.parametrize(
    ("status", "silence"), [(401, Silence.GUARDED), (404, Silence.UNRECOGNISED)]
)
def test_a_guarded_page_with_nothing_behind_is_left_to_others(
    status: int, silence: Silence
) -> None:
    """Whatever demands a password on this port need not be an OrientDB."""
    door = (Recorded(ask="GET /", status=401), Recorded(ask="GET /listDatabases", status=status))

    assert unknown(Transcript(server="nginx", exchanges=door)) is silence


@pytest.mark.parametrize("headers", [{}, {"server": "nginx"}, {"server": "My OrientDB"}])
def test_another_product_is_not_recognised(headers: dict[str, str]) -> None:
    """A page without the header is nobody's."""
    assert PROBE.identify(Page(status=200, headers=headers, body=b"OrientDB")) is None
