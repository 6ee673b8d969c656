"""What the ICTFax probe makes of counts that are told, and of refusals."""

import pytest

from probes.ictfax import Ictfax
from scanner.model import Access, Assessment, Outcome, Service, Silence, Unknown
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = Ictfax()
OPEN = load("ictfax/4-open")


def silence(outcome: Outcome) -> Silence:
    """Insist on the lack of an assessment, and say why."""
    assert isinstance(outcome, Unknown)
    return outcome.silence


def test_counts_that_are_told_to_a_stranger_are_open() -> None:
    """Each is a holding of its own; what is not known is not kept."""
    found = replay(PROBE, OPEN)

    assert isinstance(found, Assessment)
    assert (found.access, found.service) == (Access.OPEN, Service("ictfax"))
    assert [(one.name, one.records) for one in found.holdings] == [
        ("users", 4),
        ("contacts", 310),
        ("faxes and calls received", 512),
        ("faxes and calls sent", 128),
    ]


@pytest.mark.parametrize("name", ["4-locked", "4-forbidden"])
def test_a_refusal_is_locked_and_ends_the_conversation(name: str) -> None:
    """Without a credential 401, without the permission 403."""
    found = replay(PROBE, load(f"ictfax/{name}"))

    assert isinstance(found, Assessment)
    assert found.access is Access.LOCKED
    assert asked(PROBE, load(f"ictfax/{name}")) == ["GET /", "GET /api/statistics"]


@pytest.mark.parametrize(
    ("place", "document"),
    [
        pytest.param(1, {"status": 1}, id="nothing known is counted"),
        pytest.param(2, {"message": "Not Found"}, id="another error"),
        pytest.param(2, {"error": {"code": 500}}, id="another code"),
    ],
)
def test_one_side_of_a_proof_is_none(place: int, document: object) -> None:
    """Counts and a refusal, both in the words of the product."""
    assert silence(replay(PROBE, OPEN.with_json(place, document))) is Silence.HALF_PROOF


def test_a_control_that_is_found_proves_nothing() -> None:
    """A server that has every resource is not called open."""
    assert silence(replay(PROBE, OPEN.with_reply(2, status=200))) is Silence.HALF_PROOF


def test_counts_may_be_written_as_text() -> None:
    """The versions before 2023 do so; a number that is true is none."""
    found = replay(PROBE, OPEN.with_json(1, {"transmission_total": "640", "user_total": True}))

    assert isinstance(found, Assessment)
    assert [(one.name, one.records) for one in found.holdings] == [("faxes and calls", 640)]


def test_a_list_is_garbled() -> None:
    """The counts stand in an object."""
    assert silence(replay(PROBE, OPEN.with_json(1, [1, 2]))) is Silence.GARBLED


def test_nothing_but_the_statistics_is_ever_asked_for() -> None:
    """Some of its resources start a campaign when they are looked at."""
    asks = {ask.name for ask in PROBE.about.asks}

    assert asks == {"GET /", "GET /api/statistics", "GET /api/ronde-no-such-resource"}


def test_another_page_is_not_identified() -> None:
    """Its title is its name, and nothing else."""
    page = Recorded(ask="GET /", text="<title>Compare ICTFax and others</title>")

    assert silence(replay(PROBE, Transcript(server="x", exchanges=(page,)))) is Silence.UNRECOGNISED
