"""What the Kafka Connect probe makes of real pages, and of half and false ones."""

import pytest

from probes.kafkaconnect import KafkaConnect
from scanner.model import Access, Assessment, Holding, Service, Silence, Unknown
from tests.transcripts import Transcript, asked, load, replay

PROBE = KafkaConnect()
OPEN = "kafkaconnect/3.9-open"


def settled(transcript: Transcript) -> Assessment:
    """Drive the probe to an assessment."""
    outcome = replay(PROBE, transcript)
    assert isinstance(outcome, Assessment)
    return outcome


def test_a_worker_lists_its_connectors() -> None:
    """By name alone: their settings hold passwords."""
    found = settled(load(OPEN))

    assert (found.access, found.service) == (Access.OPEN, Service("kafka-connect", "3.9.1"))
    assert found.holdings == (Holding(name="fax-files", kind="connector"),)
    assert asked(PROBE, load(OPEN)) == [
        "GET /",
        "GET /connectors",
        "GET /connectors/ronde-no-such-connector",
    ]


def test_a_worker_without_connectors_is_open_all_the_same() -> None:
    """Whoever finds it may create one."""
    found = settled(load(OPEN).with_json(1, []))

    assert (found.access, found.holdings_total) == (Access.OPEN, 0)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_listing_is_a_lock(status: int) -> None:
    """A proxy may let the front page through and nothing else."""
    assert settled(load(OPEN).with_reply(1, status=status)).access is Access.LOCKED


@pytest.mark.parametrize("change", [{"status": 200}, {"status": 500}])
def test_one_side_of_a_proof_is_none(change: dict[str, int]) -> None:
    """A decoy that has every connector is not called open."""
    outcome = replay(PROBE, load(OPEN).with_reply(2, **change))

    assert isinstance(outcome, Unknown)
    assert outcome.silence is Silence.HALF_PROOF


def test_a_control_that_is_missed_in_nobodys_words_proves_nothing() -> None:
    """Every web server has a 404."""
    outcome = replay(PROBE, load(OPEN).with_json(2, {"message": "HTTP 404 Not Found"}))

    assert isinstance(outcome, Unknown)
    assert outcome.silence is Silence.HALF_PROOF


@pytest.mark.parametrize("page", [{}, {"version": "3.9.1"}, {"version": 3, "commit": "a"}, []])
def test_another_front_page_is_not_recognised(page: object) -> None:
    """A version alone is anybody's."""
    assert replay(PROBE, load(OPEN).with_json(0, page)) == Unknown(Silence.UNRECOGNISED, "")
