"""What the beanstalkd probe makes of real replies, and of half and false ones."""

import pytest

from probes.beanstalkd import Beanstalkd
from scanner.model import Access, Assessment, Holding, Service, Silence, Unknown
from tests.transcripts import Transcript, asked, load, replay

PROBE = Beanstalkd()
OPEN = "beanstalkd/1.12-open"


def block(text: str) -> str:
    """Write a block as the server does."""
    return f"OK {len(text)}\r\n{text}\r\n"


def settled(transcript: Transcript) -> Assessment:
    """Drive the probe to an assessment."""
    outcome = replay(PROBE, transcript)
    assert isinstance(outcome, Assessment)
    return outcome


def test_a_server_lists_and_counts_its_tubes() -> None:
    """There is no login that could be missing."""
    found = settled(load(OPEN))

    assert (found.access, found.service) == (Access.OPEN, Service("beanstalkd", "1.12"))
    assert found.because == "lists its tubes to anyone: 3, with 3 jobs"
    assert found.holdings == (
        Holding(name="default", kind="tube", records=0),
        Holding(name="faxes", kind="tube", records=2),
        Holding(name="prescriptions", kind="tube", records=1),
    )


def test_no_job_is_looked_at() -> None:
    """Statistics only: nothing is peeked at, reserved, watched or used."""
    assert asked(PROBE, load(OPEN)) == [
        "stats",
        "list-tubes",
        "ronde-no-such-command",
        *["stats-tube {}"] * 3,
    ]


def test_a_name_that_is_a_command_is_not_asked_about() -> None:
    """What a server calls a tube never becomes a line of ours."""
    evil = block("---\n- a b\n- -x\n")
    found = settled(load(OPEN).with_reply(1, text=evil))

    assert found.holdings == (Holding(name="a b", kind="tube"), Holding(name="-x", kind="tube"))


@pytest.mark.parametrize("text", ["OK 0\r\n\r\n", "NOT_FOUND\r\n"])
def test_a_control_that_is_not_refused_proves_nothing(text: str) -> None:
    """A decoy that knows every command is not called open."""
    outcome = replay(PROBE, load(OPEN).with_reply(2, text=text))

    assert isinstance(outcome, Unknown)
    assert outcome.silence is Silence.HALF_PROOF


def test_a_listing_that_is_none_is_garbled() -> None:
    """One side alone proves nothing."""
    outcome = replay(PROBE, load(OPEN).with_reply(1, text="NOT_FOUND\r\n"))

    assert isinstance(outcome, Unknown)
    assert outcome.silence is Silence.GARBLED


@pytest.mark.parametrize("text", ["UNKNOWN_COMMAND\r\n", block("---\nuptime: 3\n"), block("")])
def test_another_service_is_not_recognised(text: str) -> None:
    """Statistics of something else."""
    outcome = replay(PROBE, load(OPEN).with_reply(0, text=text))

    assert isinstance(outcome, Unknown)
    assert outcome.silence is Silence.UNRECOGNISED
