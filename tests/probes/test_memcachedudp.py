"""What the probe for memcached over UDP makes of real datagrams, and of half and false ones."""

import pytest

from probes.memcachedudp import CONTROL, VERSION, MemcachedUdp
from scanner.model import Access, Assessment, Holding, Service, Silence, Unknown
from scanner.probe import Answer
from scanner.wire import Garbled
from tests.transcripts import Transcript, asked, load, replay

PROBE = MemcachedUdp()
FRAME = b"RO\0\0\0\1\0\0"


def open_server() -> Transcript:
    """Give the recorded server."""
    return load("memcachedudp/1.6-open")


@pytest.mark.parametrize(("name", "version"), [("1.6-open", "1.6.18"), ("1.4-open", "1.4.25")])
def test_a_server_that_answers_over_udp_is_open(name: str, version: str) -> None:
    """With a password it would not have started; the cache is named and not counted."""
    found = replay(PROBE, load(f"memcachedudp/{name}"))

    assert isinstance(found, Assessment)
    assert (found.access, found.service) == (Access.OPEN, Service("memcached", version))
    assert found.holdings == (Holding(name="cache", kind="cache"),)


def test_two_datagrams_are_sent_and_neither_is_worth_forging() -> None:
    """The longest answer is no longer than the request and its 24 bytes."""
    assert asked(PROBE, open_server()) == [VERSION.name, CONTROL.name]
    assert max(len(one.payload) for one in open_server().exchanges) == 24


@pytest.mark.parametrize(
    "control",
    [
        pytest.param(FRAME + b"VERSION 1.6.18\r\n", id="the control is welcomed"),
        pytest.param(FRAME + b"ERROR go away\r\n", id="the control is refused otherwise"),
        pytest.param(FRAME + b"END\r\n", id="the control has statistics"),
    ],
)
def test_one_side_of_a_proof_is_none(control: bytes) -> None:
    """An echo and a decoy are not called open."""
    outcome = replay(PROBE, open_server().with_payload(1, control))

    assert isinstance(outcome, Unknown)
    assert outcome.silence is Silence.HALF_PROOF


def test_a_control_that_is_lost_proves_nothing() -> None:
    """Datagrams are lost; that is a time-out and no verdict."""
    outcome = replay(PROBE, open_server().with_reply(1, silence=Silence.TIMEOUT))

    assert isinstance(outcome, Unknown)
    assert outcome.silence is Silence.TIMEOUT


@pytest.mark.parametrize("data", [FRAME + b"ERROR\r\n", FRAME + b"STAT pid 7\r\nEND\r\n"])
def test_another_service_is_not_recognised(data: bytes) -> None:
    """Only a version names the product."""
    assert PROBE.identify(Answer(data=data)) is None


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"VERSION 1.6.18\r\n", id="no frame"),
        pytest.param(b"XX\0\0\0\1\0\0VERSION 1.6.18\r\n", id="another request"),
        pytest.param(b"RO\0\0\0\2\0\0VERSION 1.6.18\r\n", id="the first of two"),
        pytest.param(FRAME + b"VERSION 1.6.18\r\nEND\r\n", id="two replies"),
        pytest.param(FRAME + b"VERSION 1.6", id="cut short"),
    ],
)
def test_another_datagram_is_garbled(data: bytes) -> None:
    """The frame must name our request and be alone."""
    with pytest.raises(Garbled):
        PROBE.identify(Answer(data=data))
