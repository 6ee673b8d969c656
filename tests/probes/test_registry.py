"""What the registry probe makes of real replies, and of half and false ones."""

import pytest

from probes.registry import MAX_COUNTED, Registry
from scanner.model import Access, Assessment, Holding, Outcome, Silence, Unknown
from tests.transcripts import Transcript, asked, load, replay

PROBE = Registry()
OPEN = load("registry/2.8-open")


def settled(transcript: Transcript) -> Outcome:
    """Drive the probe to its end."""
    return replay(PROBE, transcript, unrecorded_is_silence=True)


def access(transcript: Transcript) -> Access:
    """Drive the probe to an access."""
    found = settled(transcript)
    assert isinstance(found, Assessment)
    return found.access


def test_a_registry_that_lists_its_repositories_is_open() -> None:
    """With the number of tags of those whose name is one path segment."""
    found = settled(OPEN)

    assert isinstance(found, Assessment)
    assert found.access is Access.OPEN
    assert found.holdings == (
        Holding(name="faxes", kind="repository", records=1),
        Holding(name="practice/letters", kind="repository"),
    )
    assert found.holdings_total == 2


def test_a_registry_that_demands_a_login_is_locked_after_one_ask() -> None:
    """Its base page says so already."""
    locked = load("registry/2.8-locked")

    assert access(locked) is Access.LOCKED
    assert asked(PROBE, locked) == ["GET /v2/"]


def test_a_registry_that_hides_its_catalogue_is_partial() -> None:
    """Strangers come in; what they may pull cannot be told without names."""
    assert access(load("registry/harbor-2.10-catalogue-refused")) is Access.PARTIAL


@pytest.mark.parametrize("status", [200, 404])
def test_a_control_that_is_not_unknown_proves_nothing(status: int) -> None:
    """A page for everything is no registry."""
    found = settled(OPEN.with_payload(2, b"{}").with_reply(2, status=status))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.HALF_PROOF


def test_a_repository_without_tags_is_counted_as_empty() -> None:
    """Its tags were deleted, and the registry says null."""
    found = settled(OPEN.with_json(3, {"name": "faxes", "tags": None}))

    assert isinstance(found, Assessment)
    assert found.holdings[0].records == 0


def test_only_some_repositories_are_counted() -> None:
    """The listing tells how many there are; a large registry is not asked for each."""
    names = [f"image-{number}" for number in range(100)]
    many = OPEN.with_json(1, {"repositories": names})
    tags = OPEN.exchanges[3]
    exchanges = tuple(
        type(tags)(ask=tags.ask, arguments=(name,), headers=tags.headers, json=tags.json)
        for name in names
    )
    found = settled(Transcript(server="many", exchanges=(*many.exchanges[:3], *exchanges)))

    assert isinstance(found, Assessment)
    assert found.holdings_total == 100
    assert sum(one.records is not None for one in found.holdings) == MAX_COUNTED


def test_another_product_is_not_identified() -> None:
    """A web server on the same port signs with another header."""
    found = settled(load("registry/flask"))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.UNRECOGNISED
