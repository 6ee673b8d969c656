"""What the memcached probe makes of real replies, and of half and false ones."""

import pytest

from probes.memcached import CONTROL, STATS, VERSION, Memcached
from scanner.model import Access, Assessment, Holding, Service, Silence, Unknown
from scanner.probe import Answer
from scanner.wire import Garbled
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = Memcached()


def talk(
    *,
    version: str = "VERSION 1.6.18\r\n",
    stats: str = "STAT curr_items 2\r\nSTAT bytes 140\r\nEND\r\n",
    control: str = "ERROR\r\n",
) -> Transcript:
    """Let an open server answer, but for what a test changes."""
    return Transcript(
        server="written by hand",
        exchanges=(
            Recorded(ask=VERSION.name, text=version),
            Recorded(ask=STATS.name, text=stats),
            Recorded(ask=CONTROL.name, text=control),
        ),
    )


def settled(transcript: Transcript) -> Assessment:
    """Drive the probe to an assessment."""
    outcome = replay(PROBE, transcript)
    assert isinstance(outcome, Assessment)
    return outcome


@pytest.mark.parametrize(
    ("name", "version", "items", "size"),
    [("1.6-open", "1.6.18", 1, 69), ("1.4-open", "1.4.25", 12, 4096)],
)
def test_an_open_server_counts_its_items(name: str, version: str, items: int, size: int) -> None:
    """One holding, with items and bytes; keys are data and never listed."""
    found = settled(load(f"memcached/{name}"))

    assert (found.access, found.service) == (Access.OPEN, Service("memcached", version))
    assert found.holdings == (Holding(name="cache", kind="cache", records=items, bytes=size),)


def test_a_demand_for_a_password_is_locked() -> None:
    """The first refusal ends the conversation."""
    transcript = load("memcached/1.6-locked")

    assert settled(transcript).access is Access.LOCKED
    assert asked(PROBE, transcript) == ["version"]


def test_a_guard_behind_the_version_is_locked() -> None:
    """A proxy may tell its version and refuse all else."""
    assert settled(talk(stats="CLIENT_ERROR unauthenticated\r\n")).access is Access.LOCKED


def test_a_full_server_is_busy() -> None:
    """Too many clients says nothing about the door."""
    outcome = replay(PROBE, load("memcached/1.6-full"))

    assert isinstance(outcome, Unknown)
    assert outcome.silence is Silence.BUSY


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("VERSION mcrouter 38.0.0\r\n", Service("mcrouter", "38.0.0")),
        ("VERSION Infinispan 9.4.0\r\n", Service("infinispan", "9.4.0")),
        ("VERSION RONDE-CANARY\r\n", Service("memcached")),
    ],
)
def test_the_product_is_named_by_its_own_word(text: str, service: Service) -> None:
    """A relative says who it is; a version that is none is not kept."""
    assert settled(talk(version=text)).service == service


@pytest.mark.parametrize(
    "half",
    [
        pytest.param(talk(stats="END\r\n"), id="no count"),
        pytest.param(talk(stats="STAT curr_items many\r\nEND\r\n"), id="a count that is none"),
        pytest.param(talk(stats="VERSION 1.6.18\r\n"), id="another reply"),
        pytest.param(talk(control="VERSION 1.6.18\r\n"), id="the control is welcomed"),
        pytest.param(talk(control="ERROR go away\r\n"), id="the control is refused otherwise"),
        pytest.param(talk(control="END\r\n"), id="the control has statistics"),
    ],
)
def test_one_side_of_a_proof_is_none(half: Transcript) -> None:
    """A decoy that answers everything, and a proxy that answers nothing, are not called open."""
    outcome = replay(PROBE, half)

    assert isinstance(outcome, Unknown)
    assert outcome.silence is Silence.HALF_PROOF


@pytest.mark.parametrize("data", [b"ERROR\r\n", b"STAT pid 7\r\nEND\r\n", b"SERVER_ERROR x\r\n"])
def test_another_service_is_not_recognised(data: bytes) -> None:
    """Many servers answer a word that they do not know with an error."""
    assert PROBE.identify(Answer(data=data)) is None


def test_another_protocol_is_garbled() -> None:
    """A mail server greets with a code."""
    with pytest.raises(Garbled):
        PROBE.identify(Answer(data=b"220 mail.example ESMTP\r\n"))
