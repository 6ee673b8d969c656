"""What the Manticore probe makes of what its sources say, and of half and false replies."""

import pytest

from probes.manticore import Manticore
from scanner.model import Access, Assessment, Outcome, Proof, Silence, Unknown
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = Manticore()


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that an outcome is the lack of one."""
    assert isinstance(outcome, Unknown)
    return outcome


@pytest.mark.parametrize(
    ("name", "version", "tables"),
    [
        ("manticore/6.3-open", "6.3.2", ["faxes", "letters"]),
        ("manticore/3.5-open", "3.5.4", ["faxes"]),
    ],
)
def test_a_server_as_it_ships_is_open(name: str, version: str, tables: list[str]) -> None:
    """Before 5.0 a result stands alone; before 6.3 a table is called an index."""
    found = assessed(replay(PROBE, load(name)))

    assert (found.access, found.service.version) == (Access.OPEN, version)
    assert [one.name for one in found.holdings] == tables
    assert {one.kind for one in found.holdings} == {"table"}


def test_both_sides_of_the_proof_are_named() -> None:
    """What was answered and what was refused, in our own words."""
    assert assessed(replay(PROBE, load("manticore/6.3-open"))).proof == Proof(
        "GET /sql (SHOW TABLES)",
        "2 tables listed",
        "DESC of a table that cannot exist was refused by name",
    )


def test_a_server_that_demands_a_login_is_locked() -> None:
    """Its realm names it, and ends the conversation."""
    transcript = load("manticore/auth-locked")
    found = assessed(replay(PROBE, transcript))

    assert (found.access, found.service.version) == (Access.LOCKED, "19.0.2")
    assert asked(PROBE, transcript) == ["GET /"]


def test_the_mask_of_elasticsearch_is_recognised() -> None:
    """Every server that wears it tells the same cluster and the same build."""
    mask = {
        "cluster_uuid": "Z7igA6xDRDKCVwnMuyXCOQ",
        "version": {"number": "7.4.1", "build_hash": "fc0eeb6e2c25915d63d871d344e3d0b45ea0ea1e"},
        "tagline": "You Know, for Search",
    }
    masked = load("manticore/6.3-open").with_json(0, mask)

    assert assessed(replay(PROBE, masked)).service.product == "manticore"


@pytest.mark.parametrize(
    "row", [{"Type": "rt"}, {"Table": 1, "Type": "rt"}], ids=["unnamed", "a number"]
)
def test_a_listing_of_another_shape_is_garbled(row: object) -> None:
    """A row that names no table is none of SHOW TABLES."""
    odd = load("manticore/6.3-open").with_json(1, [{"data": [row], "error": ""}])

    assert unknown(replay(PROBE, odd)).silence is Silence.GARBLED


def test_a_control_that_succeeds_proves_nothing() -> None:
    """What has everything that one asks for is not called open."""
    first = load("manticore/6.3-open").exchanges[1].payload
    liar = load("manticore/6.3-open").with_payload(2, first).with_reply(2, status=200)

    assert unknown(replay(PROBE, liar)).silence is Silence.HALF_PROOF


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (200, "<title>Manticore Games</title>"),
        (200, '{"cluster_uuid":"N8jUudrORCSCIvsdnKZNHA","version":{"build_hash":"747e1cc7"}}'),
        (401, "no"),
    ],
)
def test_another_product_is_not_identified(status: int, text: str) -> None:
    """A real Elasticsearch has a cluster of its own."""
    reply = Recorded(ask="GET /", status=status, text=text)
    page = Transcript(server="written by hand", exchanges=(reply,))

    assert unknown(replay(PROBE, page)).silence is Silence.UNRECOGNISED
