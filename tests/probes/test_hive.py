"""What the Hive probe makes of answers: it identifies, and claims no more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.hive import START, Hive
from scanner.model import Access, Assessment, Service, Silence, Unknown
from tests.transcripts import asked, load, replay

PROBE = Hive()


def test_a_server_is_identified_by_one_ask() -> None:
    """Never more than `identified`: nobody is named."""
    transcript = load("hive/3.1")
    found = replay(PROBE, transcript)

    assert isinstance(found, Assessment)
    assert (found.access, found.service) == (Access.IDENTIFIED, Service("hive"))
    assert found.because == "every way in names a user, and whether it asks for more cannot be told"
    assert asked(PROBE, transcript) == ["SASL START RONDE-NO-SUCH"]


def test_the_ask_names_a_mechanism_that_nobody_has() -> None:
    """`PLAIN` or `ANONYMOUS` would begin a log-in."""
    assert START.payload == b"\x01\0\0\0\x0dRONDE-NO-SUCH"


@pytest.mark.parametrize(
    ("payload", "silence"),
    [
        (b"\x03\0\0\0\x02no", Silence.UNRECOGNISED),
        (b"\x03\0\0\0\x20Unsupported mechanism type PLAIN", Silence.UNRECOGNISED),
        (b"\x05\0\0\0\0", Silence.GARBLED),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", Silence.GARBLED),
    ],
)
def test_another_server_is_not_recognised(payload: bytes, silence: Silence) -> None:
    """Another refusal, a consent, another protocol."""
    outcome = replay(PROBE, load("hive/3.1").with_payload(0, payload))

    assert isinstance(outcome, Unknown)
    assert (outcome.silence, outcome.service) == (silence, None)


def test_silence_is_no_verdict() -> None:
    """A server without SASL waits for more."""
    outcome = replay(PROBE, load("hive/3.1").with_reply(0, silence=Silence.TIMEOUT))

    assert isinstance(outcome, Unknown)
    assert outcome.silence is Silence.TIMEOUT


@given(body=st.binary(max_size=60))
def test_garbage_is_never_identified(body: bytes) -> None:
    """Only the whole sentence is."""
    assert isinstance(replay(PROBE, load("hive/3.1").with_payload(0, body)), Unknown)
