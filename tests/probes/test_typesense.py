"""What the Typesense probe makes of what its sources say, and of half and false replies."""

import pytest

from probes.typesense import Typesense
from scanner.model import Access, Assessment, Outcome, Proof, Silence, Unknown
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = Typesense()


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that an outcome is the lack of one."""
    assert isinstance(outcome, Unknown)
    return outcome


def test_a_server_that_demands_its_key_is_locked() -> None:
    """The refusal names the header that it wants, and ends the conversation."""
    transcript = load("typesense/29-locked")

    assert assessed(replay(PROBE, transcript)).access is Access.LOCKED
    assert asked(PROBE, transcript) == ["GET /collections"]


def test_a_server_whose_key_a_proxy_sends_is_open() -> None:
    """Its collections come with documents, fields and the day of their making."""
    found = assessed(replay(PROBE, load("typesense/29-behind-generous-proxy")))

    assert found.access is Access.OPEN
    (one,) = found.holdings
    assert (one.name, one.records, one.fields) == ("faxes", 512, ("fax_number", "patient_name"))
    assert one.created is not None
    assert one.created.isoformat() == "2024-03-01T00:00:00+00:00"
    assert found.proof == Proof(
        "GET /collections",
        "1 collections listed",
        "GET /collections/ronde-no-such-collection answered 404 with an error of its own",
    )


def test_an_older_release_words_the_control_differently() -> None:
    """It says "Not Found" of whatever it has not."""
    old = load("typesense/29-behind-generous-proxy").with_json(1, {"message": "Not Found"})

    assert assessed(replay(PROBE, old)).access is Access.OPEN


def test_a_control_that_succeeds_proves_nothing() -> None:
    """What has every collection that one asks for is not called open."""
    liar = load("typesense/29-behind-generous-proxy").with_reply(1, status=200)

    assert unknown(replay(PROBE, liar)).silence is Silence.HALF_PROOF


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (200, "[]"),
        (200, '[{"name":"faxes"}]'),
        (401, '{"message":"Unauthorized"}'),
        (404, '{"message":"Not Found"}'),
    ],
)
def test_another_product_is_not_identified(status: int, text: str) -> None:
    """An empty list is anybody's, and so is a refusal that names no header."""
    reply = Recorded(ask="GET /collections", status=status, text=text)
    page = Transcript(server="written by hand", exchanges=(reply,))

    assert unknown(replay(PROBE, page)).silence is Silence.UNRECOGNISED
