"""What the Azurite probe makes of real replies, and of others."""

import pytest

from probes.azurite import Azurite
from scanner.model import Access, Assessment, Outcome, Service, Silence, Unknown
from tests.transcripts import Recorded, Transcript, load, replay

PROBE = Azurite()
BLOBS = load("azurite/3.35-blobs")


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


@pytest.mark.parametrize("name", ["3.35-blobs", "3.35-queues", "3.35-tables"])
def test_the_account_of_the_manual_is_identified(name: str) -> None:
    """Its key is a credential, so nothing more can be told."""
    found = assessed(replay(PROBE, load(f"azurite/{name}")))

    assert (found.access, found.service) == (Access.IDENTIFIED, Service("azurite", "3.35.0"))


def test_a_server_with_accounts_of_its_own_is_locked() -> None:
    """It does not know the account that everybody knows."""
    assert assessed(replay(PROBE, load("azurite/3.35-own-account"))).access is Access.LOCKED


@pytest.mark.parametrize("status", [200, 404, 500])
def test_another_answer_settles_nothing(status: int) -> None:
    """Status and code have to go together."""
    found = replay(PROBE, BLOBS.with_reply(1, status=status))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.HALF_PROOF


@pytest.mark.parametrize("signed", ["Windows-Azure-Blob/1.0", "Azurite", "x Azurite-Blob/3.35.0"])
def test_another_product_is_not_identified(signed: str) -> None:
    """Azure itself signs in another way."""
    page = Recorded(ask="GET /", status=400, headers={"server": signed})
    found = replay(PROBE, Transcript(server="written by hand", exchanges=(page,)))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.UNRECOGNISED
