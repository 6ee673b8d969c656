"""What the Cerebro probe makes of written replies, and of half and false ones."""

import pytest

from probes.cerebro import CONTROL, HOSTS, Cerebro
from scanner.model import Access, Assessment, Silence, Unknown
from tests.transcripts import asked, load, replay

PROBE = Cerebro()
OPEN = load("cerebro/0.9-open")


def test_a_console_without_a_log_in_is_open() -> None:
    """The names are counted, for they are those of other hosts; none is asked."""
    found = replay(PROBE, OPEN)

    assert isinstance(found, Assessment)
    assert found.access is Access.OPEN
    assert found.because == "lets anyone in without a log-in; clusters prepared for him: 2"
    assert found.holdings == ()
    assert asked(PROBE, OPEN) == [HOSTS.name, CONTROL.name]


def test_a_console_that_asks_for_a_log_in_is_locked() -> None:
    """It says so inside an answer that succeeds."""
    found = replay(PROBE, load("cerebro/0.9-locked"))

    assert isinstance(found, Assessment)
    assert found.access is Access.LOCKED


@pytest.mark.parametrize(
    ("status", "text"),
    [(200, "<title>Action Not Found</title>"), (404, "<title>Not Found</title>"), (404, "")],
)
def test_a_page_that_is_not_missed_in_its_way_proves_nothing(status: int, text: str) -> None:
    """Every server has a 404."""
    found = replay(PROBE, OPEN.with_reply(1, status=status, text=text))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.HALF_PROOF


@pytest.mark.parametrize(
    "answer", [{"status": 200, "body": [1]}, {"status": 500, "body": []}, {"status": 303}, []]
)
def test_an_answer_of_another_form_is_not_identified(answer: object) -> None:
    """Names with 200, or the way to the log-in with 303, and nothing besides."""
    found = replay(PROBE, OPEN.with_json(0, answer))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.UNRECOGNISED


def test_another_console_at_its_path_is_not_identified() -> None:
    """It says more than this one does."""
    found = replay(PROBE, load("cerebro/other"))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.UNRECOGNISED
