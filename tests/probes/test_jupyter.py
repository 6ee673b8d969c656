"""What the Jupyter probe makes of real replies, and of half and false ones."""

import pytest

from probes.jupyter import Jupyter
from scanner.model import Access, Assessment, Holding, Outcome, Service, Silence, Unknown
from tests.transcripts import Transcript, asked, load, replay

PROBE = Jupyter()
OPEN = load("jupyter/2.21-open")


def settled(transcript: Transcript) -> Outcome:
    """Drive the probe to its end."""
    return replay(PROBE, transcript)


def test_a_server_without_a_token_is_open() -> None:
    """How many kernels run is told; no notebook is named."""
    found = settled(OPEN)

    assert isinstance(found, Assessment)
    assert (found.access, found.service) == (Access.OPEN, Service("jupyter", "2.21.1"))
    assert found.holdings == (Holding(name="kernels", kind="session", records=2),)


def test_a_server_with_its_token_is_locked() -> None:
    """It tells its version to anyone, and no more."""
    locked = load("jupyter/2.21-locked")
    found = settled(locked)

    assert isinstance(found, Assessment)
    assert (found.access, found.service.version) == (Access.LOCKED, "2.21.1")
    assert asked(PROBE, locked) == ["GET /api", "GET /api/status"]


@pytest.mark.parametrize("body", [b"{}", b'{"message": "Not Found"}', b"<html>"])
def test_a_kernel_that_is_missing_in_nobodys_words_proves_nothing(body: bytes) -> None:
    """Every server has a 404."""
    found = settled(OPEN.with_payload(2, body))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.HALF_PROOF


@pytest.mark.parametrize(
    "front",
    [
        load("jupyter/hub-4"),
        OPEN.with_reply(0, headers={"server": "nginx"}),
        OPEN.with_json(0, {"version": "2.21.1", "name": "some other API"}),
        OPEN.with_json(0, {"version": "latest"}),
    ],
    ids=["hub", "unsigned", "more members", "no number"],
)
def test_another_api_that_tells_a_version_is_not_identified(front: Transcript) -> None:
    """Version pages are common; this one is signed, and says one thing."""
    found = settled(front)

    assert isinstance(found, Unknown)
    assert found.silence is Silence.UNRECOGNISED
