"""What the MQTT probe makes of real answers, and of half and false ones."""

import pytest

from probes.mqtt import CONNECT, CONTROL, NAMED, Mqtt
from scanner.model import Access, Assessment, Holding, Service, Silence, Unknown
from scanner.probe import Answer
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = Mqtt()
OPEN = "mqtt/mosquitto-2.0-open"


def settled(transcript: Transcript) -> Assessment:
    """Drive the probe to an assessment."""
    outcome = replay(PROBE, transcript)
    assert isinstance(outcome, Assessment)
    return outcome


def test_a_broker_that_lets_strangers_in_is_open() -> None:
    """What it keeps for subscribers is not counted: nobody subscribes."""
    found = settled(load(OPEN))

    assert (found.access, found.service) == (Access.OPEN, Service("mqtt"))
    assert found.holdings == (Holding(name="topics", kind="messages"),)


def test_nothing_is_subscribed_to() -> None:
    """A connection, a goodbye, and one that cannot be."""
    assert asked(PROBE, load(OPEN)) == ["CONNECT", "DISCONNECT", "CONNECT at level 99"]


def test_a_broker_that_wants_a_user_is_locked() -> None:
    """The refusal ends the conversation."""
    transcript = load("mqtt/mosquitto-2.0-locked")

    assert settled(transcript).access is Access.LOCKED
    assert asked(PROBE, transcript) == ["CONNECT"]


def test_a_name_is_left_to_the_broker() -> None:
    """No client of anybody's can be thrown out by ours."""
    assert CONNECT.payload == b"\x10\x0c\0\4MQTT\4\2\0\x0a\0\0"


def test_a_broker_that_wants_a_name_gets_one_that_nobody_had() -> None:
    """Never the same twice."""
    named = load(OPEN).with_reply(0, hex="20020002")
    second = (named.exchanges[0], Recorded(ask=NAMED.name, hex="20020000"), *named.exchanges[1:])
    found = settled(Transcript(server="written by hand", exchanges=second))

    assert found.access is Access.OPEN
    assert NAMED.payload != NAMED.payload
    assert b"ronde-" in NAMED.payload


@pytest.mark.parametrize(
    ("code", "access"),
    [("20020004", Access.LOCKED), ("20020005", Access.LOCKED), ("2003008700", Access.LOCKED)],
)
def test_the_codes_of_a_refusal(code: str, access: Access) -> None:
    """Bad user and not authorised, in both generations."""
    assert settled(load(OPEN).with_reply(0, hex=code)).access is access


@pytest.mark.parametrize(
    ("code", "silence"),
    [
        pytest.param("20020003", Silence.BUSY, id="unavailable"),
        pytest.param("20020001", Silence.HALF_PROOF, id="does not speak 3.1.1"),
    ],
)
def test_a_broker_that_cannot_tell_is_unknown(code: str, silence: Silence) -> None:
    """Neither open nor locked."""
    outcome = replay(PROBE, load(OPEN).with_reply(0, hex=code))

    assert isinstance(outcome, Unknown)
    assert outcome.silence is silence


def test_a_broker_that_speaks_any_level_proves_nothing() -> None:
    """Who accepts a version that does not exist accepts everything."""
    outcome = replay(PROBE, load(OPEN).with_reply(2, hex="20020000"))

    assert isinstance(outcome, Unknown)
    assert outcome.silence is Silence.HALF_PROOF


def test_a_connection_that_ends_late_is_asked_again() -> None:
    """The goodbye may still be under way when we come back."""
    late = load(OPEN)
    cut = Recorded(ask=CONTROL.name, silence=Silence.RESET)
    again = Transcript(server="x", exchanges=(*late.exchanges[:2], cut, late.exchanges[2]))

    assert settled(again).access is Access.OPEN


@pytest.mark.parametrize("data", [b"\x20\x02\x00\x09", b"\x20\x02\x01\x06"])
def test_a_code_that_does_not_exist_is_nobody(data: bytes) -> None:
    """Two bytes are easily alike."""
    assert PROBE.identify(Answer(data=data)) is None
