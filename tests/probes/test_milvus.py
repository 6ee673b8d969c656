"""What the Milvus probe makes of what its sources say, and of half and false replies."""

import pytest

from probes.milvus import Milvus
from scanner.model import Access, Assessment, Outcome, Proof, Silence, Unknown
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = Milvus()


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that an outcome is the lack of one."""
    assert isinstance(outcome, Unknown)
    return outcome


def test_a_server_as_it_ships_is_open() -> None:
    """Its collections are named; the API tells no counts by GET."""
    found = assessed(replay(PROBE, load("milvus/2.4-open")))

    assert found.access is Access.OPEN
    assert [(one.name, one.kind, one.records) for one in found.holdings] == [
        ("faxes", "collection", None),
        ("letters", "collection", None),
    ]
    assert found.proof == Proof(
        "GET /v1/vector/collections",
        "2 collections listed",
        "a collection that cannot exist was refused by name",
    )


def test_a_server_with_authorization_is_locked() -> None:
    """Its code names it, and ends the conversation."""
    transcript = load("milvus/2.4-locked")

    assert assessed(replay(PROBE, transcript)).access is Access.LOCKED
    assert asked(PROBE, transcript) == ["GET /v1/vector/collections"]


def test_an_empty_server_is_open() -> None:
    """A stranger could create the first collection."""
    empty = load("milvus/2.4-open").with_json(0, {"code": 200, "data": []})

    assert assessed(replay(PROBE, empty)).holdings_total == 0


@pytest.mark.parametrize("code", [0, 200])
def test_a_control_with_the_code_of_success_proves_nothing(code: int) -> None:
    """Most of its answers have the status 200: only the code tells a refusal."""
    said = {"code": code, "message": "ronde_no_such_collection"}
    liar = load("milvus/2.4-open").with_json(1, said)

    assert unknown(replay(PROBE, liar)).silence is Silence.HALF_PROOF


def test_a_control_that_does_not_name_the_collection_proves_nothing() -> None:
    """Any code may be anybody's."""
    vague = load("milvus/2.4-open").with_json(1, {"code": 100, "message": "not found"})

    assert unknown(replay(PROBE, vague)).silence is Silence.HALF_PROOF


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (200, '{"code":0,"data":[]}'),
        (200, '{"code":200}'),
        (401, '{"code":401,"message":"no"}'),
        (404, "404 page not found"),
    ],
)
def test_another_product_is_not_identified(status: int, text: str) -> None:
    """Many servers answer with a code."""
    reply = Recorded(ask="GET /v1/vector/collections", status=status, text=text)
    page = Transcript(server="written by hand", exchanges=(reply,))

    assert unknown(replay(PROBE, page)).silence is Silence.UNRECOGNISED
