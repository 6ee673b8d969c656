"""What the Gearman probe makes of real replies, and of half and false ones."""

import pytest

from probes.gearman import Gearman
from scanner.model import Access, Assessment, Holding, Service, Silence, Unknown
from tests.transcripts import Transcript, asked, load, replay

PROBE = Gearman()
OPEN = "gearman/1.1-open"


def settled(transcript: Transcript) -> Assessment:
    """Drive the probe to an assessment."""
    outcome = replay(PROBE, transcript)
    assert isinstance(outcome, Assessment)
    return outcome


def test_a_server_lists_its_functions_with_their_jobs() -> None:
    """There is no login that could be missing."""
    found = settled(load(OPEN))

    assert (found.access, found.service) == (Access.OPEN, Service("gearman", "1.1.20+ds"))
    assert found.holdings == (Holding(name="send-fax", kind="function", records=2),)


def test_three_things_are_asked() -> None:
    """No worker's address, no job's id."""
    assert asked(PROBE, load(OPEN)) == ["version", "status", "ronde-no-such-command"]


def test_a_server_without_functions_is_open_and_empty() -> None:
    """A table may be a single dot."""
    found = settled(load(OPEN).with_reply(1, text=".\n"))

    assert (found.access, found.holdings, found.holdings_total) == (Access.OPEN, (), 0)


def test_a_count_that_is_none_is_unknown() -> None:
    """It is not taken for zero."""
    found = settled(load(OPEN).with_reply(1, text="fax\tmany\t0\t0\n.\n"))

    assert found.holdings == (Holding(name="fax", kind="function", records=None),)


def test_a_control_that_is_not_refused_proves_nothing() -> None:
    """A decoy that knows every command is not called open."""
    outcome = replay(PROBE, load(OPEN).with_reply(2, text="OK done\n"))

    assert isinstance(outcome, Unknown)
    assert outcome.silence is Silence.HALF_PROOF


@pytest.mark.parametrize("text", ["OK ready\n", "OK \n", "ERR 1.1\n"])
def test_another_service_is_not_recognised(text: str) -> None:
    """A version is `OK` and a number."""
    outcome = replay(PROBE, load(OPEN).with_reply(0, text=text))

    assert isinstance(outcome, Unknown)
    assert outcome.silence is Silence.UNRECOGNISED
