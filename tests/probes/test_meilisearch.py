"""What the Meilisearch probe makes of what its sources say, and of half and false replies."""

import pytest

from probes.meilisearch import Meilisearch
from scanner.model import Access, Assessment, Outcome, Proof, Silence, Unknown
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = Meilisearch()


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that an outcome is the lack of one."""
    assert isinstance(outcome, Unknown)
    return outcome


def test_a_server_without_a_master_key_is_open() -> None:
    """Its statistics name indexes, documents and fields."""
    found = assessed(replay(PROBE, load("meilisearch/1.50-open")))

    assert (found.access, found.service.version) == (Access.OPEN, "1.50.0")
    assert [(one.name, one.records, one.fields) for one in found.holdings] == [
        ("faxes", 512, ("fax_number", "id", "patient_name")),
        ("letters", 0, ()),
    ]
    assert found.proof == Proof(
        "GET /stats",
        "2 indexes listed",
        "GET /indexes/ronde-no-such-index answered 404 with an error of its own",
    )


def test_a_server_with_a_master_key_is_locked() -> None:
    """The refusal of its version names it, and ends the conversation."""
    transcript = load("meilisearch/1.50-locked")

    assert assessed(replay(PROBE, transcript)).access is Access.LOCKED
    assert asked(PROBE, transcript) == ["GET /version"]


def test_a_proxy_that_guards_the_statistics_locks() -> None:
    """The version alone is no proof."""
    guarded = load("meilisearch/1.50-open").with_reply(1, status=401)

    assert assessed(replay(PROBE, guarded)).access is Access.LOCKED


@pytest.mark.parametrize(
    "document", [{"code": "index_not_found", "message": "no"}, {"message": "not found"}]
)
def test_a_control_in_other_words_proves_nothing(document: object) -> None:
    """The error must have the code, and name the index."""
    vague = load("meilisearch/1.50-open").with_json(2, document)

    assert unknown(replay(PROBE, vague)).silence is Silence.HALF_PROOF


def test_a_control_that_succeeds_proves_nothing() -> None:
    """What has every index that one asks for is not called open."""
    liar = load("meilisearch/1.50-open").with_reply(2, status=200)

    assert unknown(replay(PROBE, liar)).silence is Silence.HALF_PROOF


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (200, '{"version":"1.2.3"}'),
        (401, '{"code":"unauthorized"}'),
        (401, "<html>401</html>"),
        (404, "not found"),
    ],
)
def test_another_product_is_not_identified(status: int, text: str) -> None:
    """Many servers have a page of that name."""
    reply = Recorded(ask="GET /version", status=status, text=text)
    page = Transcript(server="written by hand", exchanges=(reply,))

    assert unknown(replay(PROBE, page)).silence is Silence.UNRECOGNISED
