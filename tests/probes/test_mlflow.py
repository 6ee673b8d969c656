"""What the MLflow probe makes of real replies, and of half and false ones."""

from datetime import UTC, datetime

import pytest

from probes.mlflow import Mlflow
from scanner.model import Access, Assessment, Outcome, Service, Silence, Unknown
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = Mlflow()
OPEN = load("mlflow/3.17-open")


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that an outcome is the lack of one."""
    assert isinstance(outcome, Unknown)
    return outcome


def test_a_server_as_it_ships_is_open() -> None:
    """Experiments come with their date; where their files are is dropped."""
    found = assessed(replay(PROBE, OPEN))

    assert (found.access, found.service) == (Access.OPEN, Service("mlflow", "3.17.2"))
    assert [(one.name, one.created) for one in found.holdings] == [
        ("Default", datetime(2026, 11, 22, 21, 34, 18, 545_000, UTC))
    ]
    assert "mlflow-artifacts" not in str(found)


def test_a_release_before_2_0_has_another_listing() -> None:
    """It knew no search, and no dates."""
    found = assessed(replay(PROBE, load("mlflow/1.30-open")))

    assert (found.access, found.service.version) == (Access.OPEN, "1.30.1")
    assert [(one.name, one.created) for one in found.holdings] == [
        ("Default", None),
        ("triage", None),
    ]


def test_a_further_page_makes_the_total_unknown() -> None:
    """It is not fetched: a thousand names say enough."""
    more = {"experiments": [{"experiment_id": "0", "name": "Default"}], "next_page_token": "x"}
    found = assessed(replay(PROBE, OPEN.with_json(2, more)))

    assert (found.holdings_total, found.because) == (
        None,
        "lists its experiments without credentials: more than 1",
    )


def test_a_server_with_a_login_is_locked() -> None:
    """Its own realm stands before every page."""
    transcript = load("mlflow/3.17-locked")

    assert assessed(replay(PROBE, transcript)).access is Access.LOCKED
    assert asked(PROBE, transcript) == ["GET /"]


def test_a_server_that_knows_another_name_is_shielded() -> None:
    """Nobody is asked for a password there, but this name is refused."""
    found = assessed(replay(PROBE, load("mlflow/3.17-other-host")))

    assert (found.access, found.service.version) == (Access.SHIELDED, "3.17.2")


@pytest.mark.parametrize("date", [1 << 62, -1, "soon", 253_370_764_800_001])
def test_a_date_that_is_none_is_dropped(date: object) -> None:
    """A date is detail, never proof."""
    odd = {"experiments": [{"experiment_id": "0", "name": "a", "creation_time": date}]}

    assert assessed(replay(PROBE, OPEN.with_json(2, odd))).holdings[0].created is None


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (200, '{"error_code": "RESOURCE_DOES_NOT_EXIST"}'),
        (404, '{"error_code": "ENDPOINT_NOT_FOUND"}'),
        (404, "<title>404 Not Found</title>"),
    ],
)
def test_a_control_in_other_words_proves_nothing(status: int, text: str) -> None:
    """Any server has a 404."""
    liar = OPEN.with_payload(3, text.encode()).with_reply(3, status=status)

    assert unknown(replay(PROBE, liar)).silence is Silence.HALF_PROOF


@pytest.mark.parametrize(
    ("status", "realm", "title"), [(200, "", "MLflow docs"), (401, 'Basic realm="lab"', "MLflow")]
)
def test_another_product_is_not_identified(status: int, realm: str, title: str) -> None:
    """Neither another title nor another realm is MLflow's."""
    headers = {"www-authenticate": realm}
    page = Recorded(ask="GET /", status=status, headers=headers, text=f"<title>{title}</title>")
    found = replay(PROBE, Transcript(server="written by hand", exchanges=(page,)))

    assert unknown(found).silence is Silence.UNRECOGNISED
