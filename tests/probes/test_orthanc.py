"""What the Orthanc probe makes of real replies, and of half and false ones."""

import pytest

from probes.orthanc import Orthanc
from scanner.model import Access, Assessment, Holding, Outcome, Service, Silence, Unknown
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = Orthanc()
OPEN = load("orthanc/1.10-open")


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that an outcome is the lack of one."""
    assert isinstance(outcome, Unknown)
    return outcome


def test_a_server_without_a_user_is_open() -> None:
    """Its studies are counted, and none is listed."""
    found = assessed(replay(PROBE, OPEN))

    assert (found.access, found.service) == (Access.OPEN, Service("orthanc", "1.10.1"))
    assert found.holdings == (Holding(name="studies", kind="archive", records=1, bytes=438),)
    assert found.because.endswith("without credentials: 1 studies of 1 patients, 1 images")


def test_no_patient_study_or_neighbour_is_asked_for() -> None:
    """Four pages, none of which names a record."""
    assert asked(PROBE, OPEN) == [
        "GET /",
        "GET /system",
        "GET /statistics",
        "GET /system/ronde-no-such-resource",
    ]


def test_another_explorer_at_the_door_is_the_same_server() -> None:
    """A plugin may stand in the place of Orthanc Explorer."""
    found = assessed(replay(PROBE, load("orthanc/1.12-explorer-2")))

    assert (found.access, found.service) == (Access.OPEN, Service("orthanc", "1.12.6"))


def test_a_server_with_users_is_locked() -> None:
    """Its own realm stands before every page."""
    transcript = load("orthanc/1.10-locked")

    assert assessed(replay(PROBE, transcript)).access is Access.LOCKED
    assert asked(PROBE, transcript) == ["GET /"]


def test_a_server_that_only_describes_itself_is_locked() -> None:
    """A proxy or an authorization plugin may let that page alone pass."""
    found = assessed(replay(PROBE, load("orthanc/1.10-only-system")))

    assert (found.access, found.because) == (Access.LOCKED, "GET /statistics answered 403")


@pytest.mark.parametrize("status", [401, 403])
def test_a_proxy_that_hides_the_front_page_alone_hides_nothing(status: int) -> None:
    """What is behind is looked at."""
    hidden = OPEN.with_reply(0, status=status, headers={}, text="<html>no</html>")

    assert assessed(replay(PROBE, hidden)).access is Access.OPEN


def test_a_proxy_that_hides_all_pages_has_no_name() -> None:
    """A 401 is a shut door, whatever is behind it."""
    shut = {"status": 401, "headers": {"www-authenticate": 'Basic realm="archive"'}}
    hidden = OPEN.with_reply(0, **shut).with_reply(1, **shut).with_payload(1, b"").until(2)
    found = unknown(replay(PROBE, hidden))

    assert (found.silence, found.service) == (Silence.GUARDED, None)


def test_a_realm_behind_the_front_page_is_a_lock() -> None:
    """Where `/` alone is served by another."""
    realm = {"www-authenticate": 'Basic realm="Orthanc Secure Area"'}
    shut = OPEN.with_payload(1, b"").with_reply(1, status=401, headers=realm).until(2)

    assert assessed(replay(PROBE, shut)).because == "GET /system answered 401"


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (200, '{"OrthancStatus": 17}'),
        (404, '{"OrthancStatus": 2}'),
        (404, "<html>404 Not Found</html>"),
    ],
)
def test_a_control_in_other_words_proves_nothing(status: int, text: str) -> None:
    """Any server has a 404."""
    liar = OPEN.with_payload(3, text.encode()).with_reply(3, status=status)

    assert unknown(replay(PROBE, liar)).silence is Silence.HALF_PROOF


@pytest.mark.parametrize("odd", [-1, "many", None, 1 << 80])
def test_counts_that_are_none_are_garbled(odd: object) -> None:
    """Statistics are numbers."""
    counts = {"CountPatients": 1, "CountStudies": odd, "CountInstances": 1}

    assert unknown(replay(PROBE, OPEN.with_json(2, counts))).silence is Silence.GARBLED


@pytest.mark.parametrize(
    ("status", "location"), [(301, "app/index.html"), (302, "/login?next=ui/app/"), (200, "")]
)
def test_another_product_is_not_identified(status: int, location: str) -> None:
    """The port is YARN's as well."""
    page = Recorded(ask="GET /", status=status, headers={"location": location}, text="welcome")
    found = replay(PROBE, Transcript(server="written by hand", exchanges=(page,)))

    assert unknown(found).silence is Silence.UNRECOGNISED


def test_a_page_that_is_no_description_is_left_to_the_next_probe() -> None:
    """`/system` may be anybody's."""
    other = OPEN.with_json(1, {"Version": "3.3.6"}).until(2)
    found = unknown(replay(PROBE, other))

    assert (found.silence, found.service) == (Silence.UNRECOGNISED, None)
