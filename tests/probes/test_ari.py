"""What the probe for Asterisk's HTTP server makes of ARI, locked, open and absent."""

import pytest

from probes.ari import Ari
from scanner.model import Access, Assessment, Holding, Outcome, Service, Silence, Unknown
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = Ari()
OPEN = load("ari/20-open")


def settled(outcome: Outcome) -> Assessment:
    """Insist on an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def silence(outcome: Outcome) -> Silence:
    """Insist on the lack of one, and say why."""
    assert isinstance(outcome, Unknown)
    return outcome.silence


def test_an_interface_that_answers_a_stranger_is_open() -> None:
    """It tells what it is, and calls missing what cannot exist."""
    found = settled(replay(PROBE, OPEN))

    assert (found.access, found.service) == (Access.OPEN, Service("asterisk", "20.5.0"))
    assert found.holdings == (Holding(name="recordings", kind="folder"),)
    assert "02:00" not in repr(found)


def test_an_interface_that_demands_a_credential_is_locked() -> None:
    """It does so before it looks at what is asked for, so nothing else is."""
    found = settled(replay(PROBE, load("ari/20-locked")))

    assert found.access is Access.LOCKED
    assert asked(PROBE, load("ari/20-locked")) == ["GET /", "GET /ari/asterisk/info"]


@pytest.mark.parametrize(
    ("name", "because"),
    [
        (
            "20-status",
            "no REST interface is at /ari; its status page names where it listens",
        ),
        ("20-bare", "no REST interface is at /ari"),
    ],
)
def test_a_server_without_the_interface_is_locked(name: str, because: str) -> None:
    """There is nothing to be let into; its status page is public by design."""
    found = settled(replay(PROBE, load(f"ari/{name}")))

    assert (found.access, found.because) == (Access.LOCKED, because)


@pytest.mark.parametrize(
    ("place", "document"),
    [
        pytest.param(1, {"system": {"version": "20.5.0"}}, id="no build"),
        pytest.param(1, {"build": {}, "system": {"version": ""}}, id="no version"),
        pytest.param(2, {"message": "Nothing here"}, id="other words"),
        pytest.param(2, {"error": "Resource not found"}, id="other form"),
    ],
)
def test_one_side_of_a_proof_is_none(place: int, document: object) -> None:
    """Both in the words of the product."""
    assert silence(replay(PROBE, OPEN.with_json(place, document))) is Silence.HALF_PROOF


def test_a_control_that_is_found_proves_nothing() -> None:
    """A proxy that answers everything with success is not called open."""
    assert silence(replay(PROBE, OPEN.with_reply(2, status=200))) is Silence.HALF_PROOF


def test_a_server_that_is_starting_is_busy() -> None:
    """503 until Asterisk is fully booted."""
    assert silence(replay(PROBE, OPEN.with_reply(1, status=503))) is Silence.BUSY


@pytest.mark.parametrize("server", ["nginx", "AsteriskNOW/1", "My Asterisk", ""])
def test_another_server_is_not_identified(server: str) -> None:
    """A server whose name was changed or hidden is not looked behind."""
    page = Recorded(ask="GET /", status=404, headers={"server": server}, text="")

    assert silence(replay(PROBE, Transcript(server="x", exchanges=(page,)))) is Silence.UNRECOGNISED
