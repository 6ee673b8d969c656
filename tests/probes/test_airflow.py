"""What the Airflow probe makes of replies as its source words them, and of false ones."""

import pytest

from probes.airflow import Airflow
from scanner.model import Access, Assessment, Outcome, Service, Silence, Unknown
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = Airflow()
OPEN = load("airflow/2.9-open")
LOCKED = load("airflow/2.9-locked")


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that an outcome is the lack of one."""
    assert isinstance(outcome, Unknown)
    return outcome


def test_an_api_without_a_login_is_open() -> None:
    """The first hundred DAGs are named, and all are counted."""
    found = assessed(replay(PROBE, OPEN))

    assert (found.access, found.service) == (Access.OPEN, Service("airflow", "2.9.1"))
    assert [one.name for one in found.holdings] == ["fax_export", "nightly"]
    assert found.holdings_total == 140


def test_a_server_as_it_ships_is_locked() -> None:
    """Its version is public; the first refusal ends the conversation."""
    found = assessed(replay(PROBE, LOCKED))

    assert (found.access, found.service.version) == (Access.LOCKED, "2.9.1")
    assert asked(PROBE, LOCKED) == ["GET /", "GET /api/v1/version", "GET /api/v1/dags?limit=100"]


def test_a_server_of_3_is_identified() -> None:
    """Its API wants a token from everybody, and asking for one would begin a session."""
    transcript = load("airflow/3.0-identified")
    found = assessed(replay(PROBE, transcript))

    assert (found.access, found.service.version) == (Access.IDENTIFIED, "3.0.2")
    assert asked(PROBE, transcript) == ["GET /", "GET /api/v2/version"]


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (404, '{"detail": "Not Found"}'),
        (200, '{"detail": "The DAG with dag_id: ronde-no-such-dag was not found"}'),
        (404, ""),
    ],
)
def test_a_control_in_other_words_proves_nothing(status: int, text: str) -> None:
    """Any server has a 404."""
    liar = OPEN.with_payload(3, text.encode()).with_reply(3, status=status)

    assert unknown(replay(PROBE, liar)).silence is Silence.HALF_PROOF


@pytest.mark.parametrize(
    ("status", "text"), [(404, ""), (200, '{"version": "1.21"}'), (200, "<html></html>")]
)
def test_another_product_with_a_home_is_left_to_the_next_probe(status: int, text: str) -> None:
    """Others have a page at `/home`, and an API with a version."""
    other = LOCKED.with_payload(1, text.encode()).with_reply(1, status=status)
    found = unknown(replay(PROBE, other))

    assert (found.silence, found.service) == (Silence.UNRECOGNISED, None)


@pytest.mark.parametrize(
    ("status", "location", "title"), [(302, "/login", ""), (200, "/home", "Airflow docs")]
)
def test_another_product_is_not_identified(status: int, location: str, title: str) -> None:
    """Neither another redirect nor a longer title is Airflow's."""
    headers = {"location": location}
    page = Recorded(ask="GET /", status=status, headers=headers, text=f"<title>{title}</title>")
    found = replay(PROBE, Transcript(server="written by hand", exchanges=(page,)))

    assert unknown(found).silence is Silence.UNRECOGNISED
