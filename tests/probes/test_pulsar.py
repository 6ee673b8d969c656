"""What the Pulsar probe makes of its pages, and of half and false ones."""

import pytest

from probes.pulsar import Pulsar
from scanner.model import Access, Assessment, Holding, Service, Silence, Unknown
from tests.transcripts import Transcript, asked, load, replay

PROBE = Pulsar()
OPEN = "pulsar/3.0-open"


def settled(transcript: Transcript) -> Assessment:
    """Drive the probe to an assessment."""
    outcome = replay(PROBE, transcript)
    assert isinstance(outcome, Assessment)
    return outcome


def test_a_broker_without_authentication_is_open() -> None:
    """Namespaces by name; a tenant that has none stands for itself."""
    found = settled(load(OPEN))

    assert (found.access, found.service) == (Access.OPEN, Service("pulsar", "3.0.2"))
    assert [(one.name, one.kind) for one in found.holdings] == [
        ("public/default", "namespace"),
        ("public/faxes", "namespace"),
        ("pulsar", "tenant"),
    ]


@pytest.mark.parametrize(
    ("name", "asks"),
    [
        ("3.0-locked", ["GET /admin/v2/clusters"]),
        ("3.0-authorized", ["GET /admin/v2/clusters", "GET /admin/v2/tenants"]),
    ],
)
def test_a_refusal_is_a_lock_and_ends_the_conversation(name: str, asks: list[str]) -> None:
    """Nobody is let in, or nobody may administer."""
    transcript = load(f"pulsar/{name}")

    assert settled(transcript).access is Access.LOCKED
    assert asked(PROBE, transcript) == asks


def test_a_silence_after_the_proof_costs_only_detail() -> None:
    """Tenants stand for their namespaces, and the version is missing."""
    mute = load(OPEN)
    for place in (3, 4, 5):
        mute = mute.with_payload(place, b"").with_reply(place, silence=Silence.TIMEOUT)
    found = settled(mute)

    assert found.service == Service("pulsar", None)
    assert found.holdings == (
        Holding(name="public", kind="tenant"),
        Holding(name="pulsar", kind="tenant"),
    )


@pytest.mark.parametrize("change", [{"status": 200}, {"status": 500}])
def test_one_side_of_a_proof_is_none(change: dict[str, int]) -> None:
    """A decoy that has every cluster is not called open."""
    outcome = replay(PROBE, load(OPEN).with_reply(2, **change))

    assert isinstance(outcome, Unknown)
    assert outcome.silence is Silence.HALF_PROOF


def test_a_list_of_anybody_is_not_recognised() -> None:
    """A broker adds its header to every page."""
    assert replay(PROBE, load(OPEN).with_reply(0, headers={})) == Unknown(Silence.UNRECOGNISED, "")
