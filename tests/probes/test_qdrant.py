"""What the Qdrant probe makes of replies as its sources word them, and of half and false ones."""

import pytest

from probes.qdrant import Qdrant
from scanner.model import Access, Assessment, Outcome, Proof, Silence, Unknown
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = Qdrant()


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that an outcome is the lack of one."""
    assert isinstance(outcome, Unknown)
    return outcome


def test_a_server_as_it_ships_is_open() -> None:
    """Collections come with their points and the names of indexed fields."""
    found = assessed(replay(PROBE, load("qdrant/1.16-open")))

    assert (found.access, found.service.version) == (Access.OPEN, "1.16.0")
    assert [(one.name, one.records, one.fields) for one in found.holdings] == [
        ("faxes", 512, ("fax_number", "patient_name")),
        ("letters", None, ()),
    ]
    assert found.proof == Proof(
        "GET /collections",
        "2 collections listed",
        "GET /collections/ronde-no-such-collection answered 404 with an error of its own",
    )


def test_a_release_before_1_0_counts_vectors() -> None:
    """It had no count of points yet."""
    found = assessed(replay(PROBE, load("qdrant/0.11-open")))

    assert (found.access, found.service.version) == (Access.OPEN, "0.11.7")
    assert [(one.name, one.records) for one in found.holdings] == [("faxes", 90)]


def test_a_server_with_a_key_is_locked() -> None:
    """Its front page introduces it all the same; the first refusal ends the conversation."""
    transcript = load("qdrant/1.16-locked")
    found = assessed(replay(PROBE, transcript))

    assert (found.access, found.service.version) == (Access.LOCKED, "1.16.0")
    assert asked(PROBE, transcript) == ["GET /", "GET /collections"]


def test_a_403_of_older_releases_is_a_refusal() -> None:
    """They answered so where no key came."""
    old = load("qdrant/1.16-locked").with_reply(1, status=403, text="Must provide an API key")

    assert assessed(replay(PROBE, old)).access is Access.LOCKED


def test_an_empty_server_is_open() -> None:
    """A stranger could create the first collection."""
    empty = {"result": {"collections": []}, "status": "ok", "time": 0}
    found = assessed(replay(PROBE, load("qdrant/1.16-open").with_json(1, empty)))

    assert (found.access, found.holdings_total) == (Access.OPEN, 0)


@pytest.mark.parametrize("status", [200, 400, 401])
def test_a_control_with_another_status_proves_nothing(status: int) -> None:
    """What has every collection that one asks for is not called open."""
    liar = load("qdrant/1.16-open").with_reply(2, status=status)

    assert unknown(replay(PROBE, liar)).silence is Silence.HALF_PROOF


def test_a_control_in_other_words_proves_nothing() -> None:
    """Any server has a 404."""
    vague = load("qdrant/1.16-open").with_json(2, {"status": {"error": "Not found"}})

    assert unknown(replay(PROBE, vague)).silence is Silence.HALF_PROOF


@pytest.mark.parametrize("text", ['{"title":"other","version":"1.0"}', "<title>qdrant</title>"])
def test_another_product_is_not_identified(text: str) -> None:
    """Only the whole title of the JSON page is believed."""
    page = Transcript(server="written by hand", exchanges=(Recorded(ask="GET /", text=text),))

    assert unknown(replay(PROBE, page)).silence is Silence.UNRECOGNISED
