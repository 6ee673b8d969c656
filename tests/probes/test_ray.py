"""What the Ray probe makes of real replies, and of half and false ones."""

import pytest

from probes.ray import Ray
from scanner.model import Access, Assessment, Outcome, Proof, Service, Silence, Unknown
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = Ray()
OPEN = load("ray/2.60-open")


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that an outcome is the lack of one."""
    assert isinstance(outcome, Unknown)
    return outcome


def test_a_cluster_without_a_token_is_open() -> None:
    """It looks for the job that one names; none of its own is listed."""
    found = assessed(replay(PROBE, OPEN))

    assert (found.access, found.service) == (Access.OPEN, Service("ray", "2.60.0"))
    assert found.proof == Proof(
        "GET /api/version",
        "version told",
        "GET /api/jobs/ronde-no-such-job answered 404 by name",
    )
    assert found.holdings == ()


def test_a_cluster_with_a_token_is_locked() -> None:
    """Its page is public all the same; the first refusal ends the conversation."""
    transcript = load("ray/2.60-locked")
    found = assessed(replay(PROBE, transcript))

    assert (found.access, found.service) == (Access.LOCKED, Service("ray"))
    assert asked(PROBE, transcript) == ["GET /", "GET /api/version"]


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (200, "Job ronde-no-such-job does not exist"),
        (404, "404: Not Found"),
        (404, "Job ronde-no-such-job does not exist, nor does any other"),
    ],
)
def test_a_control_in_other_words_proves_nothing(status: int, text: str) -> None:
    """Status and sentence are compared whole."""
    liar = OPEN.with_payload(2, text.encode()).with_reply(2, status=status)

    assert unknown(replay(PROBE, liar)).silence is Silence.HALF_PROOF


def test_a_version_of_something_else_is_garbled() -> None:
    """A page that is shown for every path has no version in it."""
    other = OPEN.with_json(1, {"version": "4"})

    assert unknown(replay(PROBE, other)).silence is Silence.GARBLED


@pytest.mark.parametrize("title", ["Ray", "Dashboard", "Ray Dashboard - status"])
def test_another_product_is_not_identified(title: str) -> None:
    """Only the whole title is believed."""
    page = Recorded(ask="GET /", text=f"<title>{title}</title>")
    found = replay(PROBE, Transcript(server="written by hand", exchanges=(page,)))

    assert unknown(found).silence is Silence.UNRECOGNISED
