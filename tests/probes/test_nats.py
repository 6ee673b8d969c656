"""What the NATS probe makes of real greetings, and of half and false ones."""

import pytest

from probes.nats import CONTROL, GREETING, HELLO, Nats
from scanner.model import Access, Assessment, Holding, Service, Silence, Unknown
from scanner.probe import Answer
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = Nats()


def settled(transcript: Transcript) -> Assessment:
    """Drive the probe to an assessment."""
    outcome = replay(PROBE, transcript)
    assert isinstance(outcome, Assessment)
    return outcome


def greeting(more: str) -> Transcript:
    """Write a greeting with more members, and what an open server says then."""
    told = f'INFO {{"server_id":"NA","version":"2.10.1","max_payload":1048576{more}}}\r\n'
    return Transcript(
        server="written by hand",
        exchanges=(
            Recorded(ask=GREETING.name, text=told),
            Recorded(ask=HELLO.name, text="PONG\r\n"),
            Recorded(ask=CONTROL.name, text="-ERR 'Unknown Protocol Operation'\r\n"),
        ),
    )


def test_a_server_without_users_is_open() -> None:
    """What JetStream keeps cannot be counted without a subscription."""
    found = settled(load("nats/2.9-open"))

    assert (found.access, found.service) == (Access.OPEN, Service("nats", "2.9.10"))
    assert found.holdings == (Holding(name="jetstream", kind="messages"),)


def test_a_server_with_users_is_believed() -> None:
    """Its greeting says so; it is sent nothing."""
    transcript = load("nats/2.9-locked")

    assert settled(transcript).access is Access.LOCKED
    assert asked(PROBE, transcript) == ["INFO"]


@pytest.mark.parametrize(
    ("more", "access"),
    [
        ("", Access.OPEN),
        (',"auth_required":true', Access.LOCKED),
        (',"tls_required":true,"tls_verify":true', Access.CLIENT_CERT),
        (',"auth_required":false,"jetstream":false', Access.OPEN),
    ],
)
def test_the_greeting_says_what_is_demanded(more: str, access: Access) -> None:
    """A demand is a member that is true."""
    assert settled(greeting(more)).access is access


def test_a_server_that_goes_on_in_tls_is_unknown() -> None:
    """It wants no user, but nothing proves it."""
    outcome = replay(PROBE, greeting(',"tls_required":true'))

    assert isinstance(outcome, Unknown)
    assert outcome.silence is Silence.HALF_PROOF


def test_a_server_may_speak_in_between() -> None:
    """It pings its clients, and tells them of its cluster."""
    aside = 'INFO {"cluster":"x"}\r\nPONG\r\n'
    found = settled(greeting("").with_reply(1, text=aside))

    assert found.access is Access.OPEN
    pinged = "PING\r\n-ERR 'Unknown Protocol Operation'\r\n"
    assert settled(greeting("").with_reply(2, text=pinged)).access is Access.OPEN


def test_a_refusal_after_the_greeting_is_a_lock() -> None:
    """A callout may decide later than the greeting."""
    refused = greeting("").with_reply(1, text="-ERR 'Authorization Violation'\r\n")

    assert settled(refused).access is Access.LOCKED


@pytest.mark.parametrize(
    ("place", "text"),
    [
        pytest.param(1, "-ERR 'maximum connections exceeded'\r\n", id="full"),
        pytest.param(2, "PONG\r\n", id="a false operation is welcomed"),
        pytest.param(2, "-ERR 'Parser Error'\r\n", id="refused in other words"),
    ],
)
def test_one_side_of_a_proof_is_none(place: int, text: str) -> None:
    """A decoy that says yes to everything is not called open."""
    outcome = replay(PROBE, greeting("").with_reply(place, text=text))

    assert isinstance(outcome, Unknown)
    assert outcome.silence is Silence.HALF_PROOF


@pytest.mark.parametrize("said", ["INFO {}\r\n", "INFO hello\r\n", 'INFO {"server_id":1}\r\n'])
def test_another_greeting_is_not_recognised(said: str) -> None:
    """The word alone is nobody's."""
    assert PROBE.identify(Answer(data=said.encode())) is None
