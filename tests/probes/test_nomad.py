"""What the Nomad probe makes of its pages, and of half and false ones."""

import pytest

from probes.nomad import Nomad
from scanner.model import Access, Assessment, Holding, Service, Silence, Unknown
from tests.transcripts import Transcript, asked, load, replay

PROBE = Nomad()


def settled(transcript: Transcript) -> Assessment:
    """Drive the probe to an assessment."""
    outcome = replay(PROBE, transcript)
    assert isinstance(outcome, Assessment)
    return outcome


def test_an_agent_without_access_lists_is_open() -> None:
    """Jobs by name; what they are made of is not asked for."""
    found = settled(load("nomad/1.9-open"))

    assert (found.access, found.service) == (Access.OPEN, Service("nomad", "1.9.3"))
    assert found.holdings == (Holding(name="fax-gateway", kind="job"),)


def test_an_agent_without_jobs_is_open_all_the_same() -> None:
    """Whoever finds it may start one."""
    found = settled(load("nomad/1.9-open").with_json(1, []))

    assert (found.access, found.holdings_total) == (Access.OPEN, 0)


def test_a_denial_is_told_from_consuls_by_its_regions() -> None:
    """Both say the same two words."""
    transcript = load("nomad/1.9-locked")

    assert settled(transcript).access is Access.LOCKED
    assert asked(PROBE, transcript) == ["GET /v1/agent/self", "GET /v1/regions"]


@pytest.mark.parametrize("status", [403, 404])
def test_a_denial_of_somebody_else_is_left_to_the_next(status: int) -> None:
    """Nothing names Nomad, so it is not called so."""
    outcome = replay(PROBE, load("nomad/1.9-locked").with_reply(1, status=status))

    assert isinstance(outcome, Unknown)
    assert (outcome.silence, outcome.service) == (Silence.UNRECOGNISED, None)


def test_jobs_that_are_refused_are_a_lock() -> None:
    """An anonymous policy may let the agent be read and nothing else."""
    assert settled(load("nomad/1.9-open").with_reply(1, status=403)).access is Access.LOCKED


@pytest.mark.parametrize(("status", "text"), [(200, "{}"), (404, "404 page not found")])
def test_one_side_of_a_proof_is_none(status: int, text: str) -> None:
    """A decoy that has every job is not called open."""
    outcome = replay(PROBE, load("nomad/1.9-open").with_reply(2, status=status, text=text))

    assert isinstance(outcome, Unknown)
    assert outcome.silence is Silence.HALF_PROOF


def test_consuls_page_of_the_same_name_is_not_recognised() -> None:
    """It describes itself in other words."""
    page = load("consul/1.20-open").exchanges[0]

    assert replay(PROBE, Transcript(server="x", exchanges=(page,))) == Unknown(
        Silence.UNRECOGNISED, ""
    )
