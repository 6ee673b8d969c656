"""What the probe of Kafka's REST proxy makes of written replies, and of half and false ones."""

import pytest

from probes.kafkarest import KafkaRest
from scanner.model import Access, Assessment, Outcome, Silence, Unknown
from tests.transcripts import Transcript, asked, load, replay

PROBE = KafkaRest()
OPEN = load("kafkarest/7.6-open")


def settled(transcript: Transcript) -> Outcome:
    """Drive the probe to its end."""
    return replay(PROBE, transcript)


def test_a_proxy_that_lists_the_topics_is_open() -> None:
    """The team's own topics, under the identity of the cluster."""
    found = settled(OPEN)

    assert isinstance(found, Assessment)
    assert (found.access, found.service.identity) == (Access.OPEN, "x1yGZzT3T6GgLHtMXGLHBA")
    assert [one.name for one in found.holdings] == ["faxes", "prescriptions"]


@pytest.mark.parametrize(("name", "asks"), [("7.6-locked", 1), ("7.6-topics-refused", 2)])
def test_a_proxy_that_refuses_is_locked(name: str, asks: int) -> None:
    """The first refusal ends the conversation."""
    found = settled(load(f"kafkarest/{name}"))

    assert isinstance(found, Assessment)
    assert found.access is Access.LOCKED
    assert len(asked(PROBE, load(f"kafkarest/{name}"))) == asks


@pytest.mark.parametrize(("status", "body"), [(200, b"{}"), (404, b"{}"), (404, b"<html>")])
def test_a_control_without_its_code_proves_nothing(status: int, body: bytes) -> None:
    """Every server has a 404."""
    found = settled(OPEN.with_payload(2, body).with_reply(2, status=status))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.HALF_PROOF


def test_no_topic_is_ever_named() -> None:
    """Naming one may create it."""
    assert [ask.name for ask in PROBE.about.asks if ask.name.endswith("/topics/{}")] == []


def test_another_product_is_not_identified() -> None:
    """Druid stands on the same port."""
    found = settled(load("kafkarest/druid"))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.UNRECOGNISED
