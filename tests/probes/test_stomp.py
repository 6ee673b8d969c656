"""What the STOMP probe makes of real answers, and of half and false ones."""

import pytest

from probes.stomp import CONNECT, Stomp
from scanner.model import Access, Assessment, Holding, Service, Silence, Unknown
from tests.transcripts import Transcript, asked, load, replay

PROBE = Stomp()
OPEN = "stomp/activemq-5.18-open"


def settled(transcript: Transcript) -> Assessment:
    """Drive the probe to an assessment."""
    outcome = replay(PROBE, transcript)
    assert isinstance(outcome, Assessment)
    return outcome


@pytest.mark.parametrize(
    ("name", "service"),
    [
        ("activemq-5.18-open", Service("activemq", "5.18.6")),
        ("artemis-2.40-open", Service("artemis", "2.40.0")),
    ],
)
def test_a_broker_that_connects_strangers_is_open(name: str, service: Service) -> None:
    """What waits is not counted: nobody subscribes."""
    found = settled(load(f"stomp/{name}"))

    assert (found.access, found.service) == (Access.OPEN, service)
    assert found.holdings == (Holding(name="destinations", kind="messages"),)


@pytest.mark.parametrize("name", ["activemq-5.18-locked", "artemis-2.40-locked"])
def test_a_broker_that_wants_a_login_is_locked(name: str) -> None:
    """It does not say its product then, and is asked nothing more."""
    transcript = load(f"stomp/{name}")

    assert settled(transcript).access is Access.LOCKED
    assert asked(PROBE, transcript) == ["CONNECT"]


def test_no_login_is_offered() -> None:
    """Neither a name nor a password is in the frame."""
    assert CONNECT.payload == b"CONNECT\naccept-version:1.0,1.1,1.2\nhost:/\n\n\0"


@pytest.mark.parametrize(
    ("message", "access"),
    [("Bad CONNECT", Access.LOCKED), ("Authentication failed.", Access.LOCKED)],
)
def test_brokers_refuse_in_words_of_their_own(message: str, access: Access) -> None:
    """RabbitMQ's, Apollo's."""
    refused = f"ERROR\nmessage:{message}\n\nwhy\0"

    assert settled(load(OPEN).with_reply(0, hex=None, text=refused)).access is access


@pytest.mark.parametrize(
    ("place", "text"),
    [
        pytest.param(0, "ERROR\nmessage:too many connections\n\n\0", id="another refusal"),
        pytest.param(0, "CONNECTED\n\n\0", id="nobody in particular"),
        pytest.param(1, "CONNECTED\nversion:1.2\n\n\0", id="a false command is welcomed"),
    ],
)
def test_one_side_of_a_proof_is_none(place: int, text: str) -> None:
    """A decoy that connects everything is not called open."""
    outcome = replay(PROBE, load(OPEN).with_reply(place, hex=None, text=text))

    assert isinstance(outcome, Unknown)
    assert outcome.silence is Silence.HALF_PROOF


def test_an_error_without_a_message_is_nobody() -> None:
    """The word alone is many protocols'."""
    outcome = replay(PROBE, load(OPEN).with_reply(0, hex=None, text="ERROR\n\n\0"))

    assert outcome == Unknown(Silence.UNRECOGNISED, "")
