"""What the Vault probe makes of real pages, and of half and false ones."""

import pytest

from probes.vault import Vault
from scanner.model import Access, Assessment, Holding, Silence, Unknown
from tests.transcripts import Transcript, asked, load, replay

PROBE = Vault()


def settled(transcript: Transcript) -> Assessment:
    """Drive the probe to an assessment."""
    outcome = replay(PROBE, transcript)
    assert isinstance(outcome, Assessment)
    return outcome


def test_a_server_that_nobody_initialised_is_unclaimed() -> None:
    """Its state is public; that it refuses a path in its own words makes it Vault's."""
    found = settled(load("vault/1.21-unclaimed"))

    assert (found.access, found.service.version) == (Access.UNCLAIMED, "1.21.4")
    assert found.proof is not None
    assert found.proof.control == "GET /v1/ronde-no-such-mount/ronde answered 503: sealed"


@pytest.mark.parametrize("name", ["1.21-sealed", "1.21-locked"])
def test_a_server_that_serves_nobody_is_locked(name: str) -> None:
    """Sealed, or a token is wanted: neither is a finding."""
    assert settled(load(f"vault/{name}")).access is Access.LOCKED


def test_a_sealed_server_is_asked_nothing_more() -> None:
    """Its state says it all."""
    assert len(asked(PROBE, load("vault/1.21-sealed"))) == 1


def test_an_agent_that_adds_its_own_token_is_open() -> None:
    """Mounts by name; no secret is asked for."""
    found = settled(load("vault/1.21-agent"))

    assert found.access is Access.OPEN
    assert found.holdings == (
        Holding(name="secret/", kind="mount"),
        Holding(name="sys/", kind="mount"),
    )


@pytest.mark.parametrize(
    ("name", "place", "status"),
    [
        pytest.param("1.21-unclaimed", 1, 200, id="a false path is answered"),
        pytest.param("1.21-unclaimed", 1, 404, id="refused, but not as sealed"),
        pytest.param("1.21-agent", 2, 200, id="a false mount is there"),
    ],
)
def test_one_side_of_a_proof_is_none(name: str, place: int, status: int) -> None:
    """A decoy that says yes to everything is not called open."""
    outcome = replay(PROBE, load(f"vault/{name}").with_reply(place, status=status))

    assert isinstance(outcome, Unknown)
    assert outcome.silence is Silence.HALF_PROOF


@pytest.mark.parametrize("page", [{}, {"initialized": True}, {"initialized": 1, "sealed": 0}, []])
def test_another_page_of_health_is_not_recognised(page: object) -> None:
    """Many products have one."""
    outcome = replay(PROBE, load("vault/1.21-sealed").with_json(0, page))

    assert outcome == Unknown(Silence.UNRECOGNISED, "")
