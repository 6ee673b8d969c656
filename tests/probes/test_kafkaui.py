"""What the probe of Kafka's console makes of written replies, and of half and false ones."""

import pytest

from probes.kafkaui import KafkaUi
from scanner.model import Access, Assessment, Holding, Outcome, Silence, Unknown
from tests.transcripts import Transcript, load, replay

PROBE = KafkaUi()
OPEN = load("kafkaui/0.7-open")


def settled(transcript: Transcript) -> Outcome:
    """Drive the probe to its end."""
    return replay(PROBE, transcript)


def test_a_console_that_counts_topics_is_open() -> None:
    """A cluster each, with the number of its topics."""
    found = settled(OPEN)

    assert isinstance(found, Assessment)
    assert found.access is Access.OPEN
    assert found.holdings == (
        Holding(name="practice", kind="cluster", records=12),
        Holding(name="archive", kind="cluster", records=0),
    )


def test_a_console_behind_a_proxy_that_passes_one_page_is_locked() -> None:
    """The second page is refused."""
    found = settled(load("kafkaui/0.7-proxy"))

    assert isinstance(found, Assessment)
    assert found.access is Access.LOCKED


@pytest.mark.parametrize("name", ["0.7-login", "other"])
def test_what_shows_no_clusters_of_this_console_is_not_identified(name: str) -> None:
    """A console with a login sends everybody there, and tells nothing."""
    found = settled(load(f"kafkaui/{name}"))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.UNRECOGNISED


@pytest.mark.parametrize(("status", "body"), [(200, b"{}"), (404, b'{"code": 404}')])
def test_a_control_without_its_code_proves_nothing(status: int, body: bytes) -> None:
    """Every server has a 404."""
    found = settled(OPEN.with_payload(1, body).with_reply(1, status=status))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.HALF_PROOF
