"""What the AMQP probe makes of real greetings, and of false ones."""

import pytest

from probes.amqp import Amqp
from scanner.model import Access, Assessment, Service, Silence, Unknown
from scanner.probe import Answer
from tests.transcripts import Transcript, asked, load, replay

PROBE = Amqp()
REAL = "amqp/rabbitmq-3.10-locked"


def settled(transcript: Transcript) -> Assessment:
    """Drive the probe to an assessment."""
    outcome = replay(PROBE, transcript)
    assert isinstance(outcome, Assessment)
    return outcome


def test_a_broker_whose_logins_all_want_a_credential_is_locked() -> None:
    """It says its product and version to anybody; no login is begun."""
    found = settled(load(REAL))

    assert (found.access, found.service) == (Access.LOCKED, Service("rabbitmq", "3.10.8"))
    assert asked(PROBE, load(REAL)) == ["AMQP 0-9-1"]


def test_a_login_without_a_name_is_told_and_not_tried() -> None:
    """RabbitMQ 4 offers it as it ships, and maps it to one of its users."""
    found = settled(load("amqp/rabbitmq-4.0-anonymous"))

    assert (found.access, found.service) == (Access.IDENTIFIED, Service("rabbitmq", "4.0.2"))
    assert found.because == "offers a login without a name, which was not tried"


def test_another_version_of_the_protocol_is_identified() -> None:
    """Who does not speak ours answers with the header of his own."""
    found = settled(load(REAL).with_reply(0, hex=b"AMQP\0\1\0\0".hex()))

    assert (found.access, found.service) == (Access.IDENTIFIED, Service("amqp"))


@pytest.mark.parametrize("end", range(0, 500, 50))
def test_a_greeting_that_is_cut_short_is_unknown(end: int) -> None:
    """Half a table is none."""
    whole = load(REAL)
    outcome = replay(PROBE, whole.with_payload(0, whole.exchanges[0].payload[:end]))

    assert isinstance(outcome, Unknown)
    assert outcome.silence is Silence.CLOSED


@pytest.mark.parametrize(
    "data", [b"\1\0\0\0\0\0\4\0\x0a\0\x0b\xce", b"\1\0\0\0\0\0\4\0\x0a\0\x0a\0", b"\1\0\0"]
)
def test_another_frame_is_not_recognised(data: bytes) -> None:
    """Another method, another end, no frame at all."""
    assert PROBE.identify(Answer(data=data)) is None
