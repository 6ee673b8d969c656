"""What the Weaviate probe makes of real replies, and of half and false ones."""

import pytest

from probes.weaviate import Weaviate
from scanner.model import Access, Assessment, Outcome, Proof, Silence, Unknown
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = Weaviate()
NAMES = ("diagnosis", "fax_number", "patient_name")


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that an outcome is the lack of one."""
    assert isinstance(outcome, Unknown)
    return outcome


def test_a_server_without_authentication_is_open() -> None:
    """Classes come with their properties and the objects of their shards."""
    found = assessed(replay(PROBE, load("weaviate/1.25-open")))

    assert (found.access, found.service.version) == (Access.OPEN, "1.25.0")
    held = [(one.name, one.kind, one.records, one.fields) for one in found.holdings]
    assert held == [("Faxes", "class", 2, NAMES)]
    assert found.proof == Proof(
        "GET /v1/schema",
        "1 classes listed",
        "GET /v1/schema/RondeNoSuchClass/shards was refused by name",
    )


def test_a_later_release_reads_as_the_first() -> None:
    """1.31 words nothing differently that the verdict needs; its count was not flushed yet."""
    found = assessed(replay(PROBE, load("weaviate/1.31-open")))

    assert (found.access, found.service.version) == (Access.OPEN, "1.31.0")
    assert [(one.name, one.records) for one in found.holdings] == [("Faxes", 0)]


@pytest.mark.parametrize("name", ["weaviate/1.25-locked", "weaviate/1.31-locked"])
def test_a_server_with_keys_only_is_locked(name: str) -> None:
    """Its front page introduces it all the same; the first refusal ends the conversation."""
    transcript = load(name)

    assert assessed(replay(PROBE, transcript)).access is Access.LOCKED
    assert asked(PROBE, transcript) == ["GET /", "GET /v1/schema"]


def test_a_class_in_shards_on_several_nodes_is_added_up() -> None:
    """A shard that is not loaded counts what it says; a node that is down has none."""
    nodes = {
        "nodes": [
            {"name": "a", "shards": [{"class": "Faxes", "objectCount": 5}]},
            {"name": "b", "shards": [{"class": "Faxes", "objectCount": 7}]},
            {"name": "c", "shards": None},
        ]
    }
    found = assessed(replay(PROBE, load("weaviate/1.25-open").with_json(4, nodes)))

    assert [one.records for one in found.holdings] == [12]


def test_an_empty_schema_is_open() -> None:
    """A stranger could give it a class."""
    empty = load("weaviate/1.25-open").with_json(1, {"classes": []})
    found = assessed(replay(PROBE, empty))

    assert (found.access, found.holdings, found.holdings_total) == (Access.OPEN, (), 0)


@pytest.mark.parametrize("document", [{"error": []}, {"error": [{"message": "no"}]}, {}])
def test_a_control_that_does_not_name_the_class_proves_nothing(document: object) -> None:
    """A 404 that any server would give is not Weaviate's own."""
    vague = load("weaviate/1.25-open").with_json(2, document)

    assert unknown(replay(PROBE, vague)).silence is Silence.HALF_PROOF


def test_a_control_that_succeeds_proves_nothing() -> None:
    """What has every class that one asks for is not called open."""
    liar = load("weaviate/1.25-open").with_reply(2, status=200)

    assert unknown(replay(PROBE, liar)).silence is Silence.HALF_PROOF


def test_another_product_is_not_identified() -> None:
    """A redirect to /v1 is not enough: the links must be Weaviate's."""
    text = '{"links":{"href":"/v1","documentationHref":"https://example.org/"}}'
    page = Recorded(ask="GET /", status=301, headers={"location": "/v1"}, text=text)
    other = Transcript(server="written by hand", exchanges=(page,))

    assert unknown(replay(PROBE, other)).silence is Silence.UNRECOGNISED
