"""What the Chroma probe makes of real replies, and of half and false ones."""

import pytest

from probes.chroma import Chroma
from scanner.model import Access, Assessment, Outcome, Proof, Silence, Unknown
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = Chroma()
HEARTBEAT = "GET /api/v2/heartbeat"


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that an outcome is the lack of one."""
    assert isinstance(outcome, Unknown)
    return outcome


def saying(*replies: Recorded) -> Transcript:
    """Put a conversation together by hand."""
    return Transcript(server="written by hand", exchanges=replies)


def test_a_server_as_it_ships_is_open() -> None:
    """The collections of every database are named and counted, those of the first one bare."""
    found = assessed(replay(PROBE, load("chroma/1.5-open")))

    assert found.access is Access.OPEN
    assert [(one.name, one.kind, one.records) for one in found.holdings] == [
        ("archive/prescriptions", "collection", 2),
        ("faxes", "collection", 2),
    ]
    assert found.proof == Proof(
        "GET /api/v2/tenants/default_tenant/databases/{}/collections",
        "2 collections listed",
        "GET /api/v2/tenants/default_tenant/databases/ronde-no-such-database was refused by name",
    )


def test_the_number_of_the_api_is_no_version() -> None:
    """1.5.9 calls itself 1.0.0, as all of its line do."""
    assert assessed(replay(PROBE, load("chroma/1.5-open"))).service.version is None


def test_a_server_of_the_first_api_is_open() -> None:
    """Up to 0.4 the heartbeat stands elsewhere, and an error is a line of Python."""
    found = assessed(replay(PROBE, load("chroma/0.4-open")))

    assert (found.access, found.service.version) == (Access.OPEN, "0.4.24")
    assert [(one.name, one.records) for one in found.holdings] == [("faxes", 0)]


def test_a_server_that_lists_no_databases_has_one() -> None:
    """0.5.23 knows the paths of the second API, but no listing above the collections."""
    found = assessed(replay(PROBE, load("chroma/0.5-open")))

    assert (found.access, found.service.version) == (Access.OPEN, "0.5.23")
    assert [(one.name, one.records) for one in found.holdings] == [("faxes", 0)]


def test_a_release_before_1_0_tells_its_version() -> None:
    """Only the line of 1.x tells that of its API instead."""
    found = assessed(replay(PROBE, load("chroma/0.6-open")))

    assert (found.access, found.service.version) == (Access.OPEN, "0.6.3")
    assert [(one.name, one.records) for one in found.holdings] == [("faxes", 0)]


def test_a_server_that_forbids_is_locked() -> None:
    """Its heartbeat is public; the first refusal behind it ends the conversation."""
    transcript = load("chroma/0.6-locked")

    assert assessed(replay(PROBE, transcript)).access is Access.LOCKED
    assert asked(PROBE, transcript)[0] == HEARTBEAT
    assert len(asked(PROBE, transcript)) == 2


@pytest.mark.parametrize(
    ("status", "silence"), [(401, Silence.GUARDED), (403, Silence.UNRECOGNISED)]
)
def test_a_refused_heartbeat_is_a_proxys(status: int, silence: Silence) -> None:
    """It is public by design, so the refusal tells nothing of what is behind."""
    found = unknown(replay(PROBE, saying(Recorded(ask=HEARTBEAT, status=status, text="no"))))

    assert (found.silence, found.service) == (silence, None)


def test_another_service_of_the_same_framework_is_left_to_others() -> None:
    """Its 404 looks the same; that it has no older heartbeat either tells it."""
    missing = '{"detail":"Not Found"}'
    other = saying(
        Recorded(ask=HEARTBEAT, status=404, text=missing),
        Recorded(ask="GET /api/v1/heartbeat", status=404, text=missing),
    )

    assert unknown(replay(PROBE, other)).silence is Silence.UNRECOGNISED


@pytest.mark.parametrize("text", ["{}", "<html>404</html>", '{"detail":"no"}'])
def test_another_product_is_asked_nothing_more(text: str) -> None:
    """A 404 in other words is nobody's whom we know."""
    other = saying(Recorded(ask=HEARTBEAT, status=404, text=text))

    assert unknown(replay(PROBE, other)).silence is Silence.UNRECOGNISED
    assert asked(PROBE, other) == [HEARTBEAT]


def test_a_control_that_succeeds_proves_nothing() -> None:
    """What has every database that one asks for is not called open."""
    liar = load("chroma/1.5-open").with_reply(4, status=200)

    assert unknown(replay(PROBE, liar)).silence is Silence.HALF_PROOF


def test_an_identifier_of_another_shape_is_not_asked_for() -> None:
    """The collection is named, and not counted."""
    odd = load("chroma/1.5-open").with_json(2, [{"id": "../../reset", "name": "prescriptions"}])
    found = assessed(replay(PROBE, odd))

    assert [(one.name, one.records) for one in found.holdings] == [
        ("archive/prescriptions", None),
        ("faxes", 2),
    ]
