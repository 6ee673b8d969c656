"""What the RightFax probe makes of a guarded path, and of servers that guard everything."""

import pytest

from probes.rightfax import RightFax
from scanner.model import Access, Assessment, Outcome, Service, Silence, Unknown
from tests.transcripts import Recorded, Transcript, load, replay

PROBE = RightFax()
LOCKED = load("rightfax/locked")


def silence(outcome: Outcome) -> Silence:
    """Insist on the lack of an assessment, and say why."""
    assert isinstance(outcome, Unknown)
    return outcome.silence


def test_a_path_of_its_own_that_is_guarded_is_locked() -> None:
    """Another path is not found, so it is this one that demands a credential."""
    found = replay(PROBE, LOCKED)

    assert isinstance(found, Assessment)
    assert (found.access, found.service) == (Access.LOCKED, Service("rightfax"))


@pytest.mark.parametrize(
    ("status", "expected"),
    [(401, Silence.GUARDED), (200, Silence.UNRECOGNISED), (403, Silence.UNRECOGNISED)],
)
def test_a_server_that_answers_so_to_everything_is_left_to_others(
    status: int, expected: Silence
) -> None:
    """Nothing tells RightFax there."""
    assert silence(replay(PROBE, LOCKED.with_reply(1, status=status))) is expected


def test_an_api_that_answers_a_stranger_is_not_called_open() -> None:
    """What it says has not been seen, so that side of the proof is missing."""
    assert silence(replay(PROBE, load("rightfax/answers"))) is Silence.HALF_PROOF


@pytest.mark.parametrize(
    ("status", "text"), [(200, "<html></html>"), (200, "[]"), (404, "{}"), (302, "")]
)
def test_another_answer_is_not_identified(status: int, text: str) -> None:
    """A page, a list, an error, a redirect."""
    page = Recorded(ask="GET /RightFax/API/", status=status, text=text)

    assert silence(replay(PROBE, Transcript(server="x", exchanges=(page,)))) is Silence.UNRECOGNISED
