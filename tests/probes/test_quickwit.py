"""What the Quickwit probe makes of what its sources say, and of half and false replies."""

import pytest

from probes.quickwit import Quickwit
from scanner.model import Access, Assessment, Outcome, Proof, Silence, Unknown
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = Quickwit()


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that an outcome is the lack of one."""
    assert isinstance(outcome, Unknown)
    return outcome


def test_a_node_is_open() -> None:
    """Its indexes come with their documents, the largest first."""
    found = assessed(replay(PROBE, load("quickwit/0.8-open")))

    assert (found.access, found.service.version) == (Access.OPEN, "0.8.2")
    assert [(one.name, one.kind, one.records) for one in found.holdings] == [
        ("faxes", "index", 512),
        ("letters", "index", 3),
    ]
    assert found.proof == Proof(
        "GET /api/v1/_elastic/_cat/indices",
        "2 indexes listed",
        "GET /api/v1/indexes/ronde-no-such-index answered 404 with an error of its own",
    )


def test_a_node_whose_api_a_proxy_guards_is_locked() -> None:
    """It has no lock of its own."""
    transcript = load("quickwit/0.8-behind-basic-auth")

    assert assessed(replay(PROBE, transcript)).access is Access.LOCKED
    assert len(asked(PROBE, transcript)) == 2


def test_an_older_node_without_the_listing_proves_nothing() -> None:
    """Before the listing of names there was one that brings sources: it is not asked."""
    old = load("quickwit/0.8-open").with_reply(1, status=404)

    assert unknown(replay(PROBE, old)).silence is Silence.HALF_PROOF


def test_a_control_that_succeeds_proves_nothing() -> None:
    """What has everything that one asks for is not called open."""
    first = load("quickwit/0.8-open").exchanges[1].payload
    liar = load("quickwit/0.8-open").with_payload(2, first).with_reply(2, status=200)

    assert unknown(replay(PROBE, liar)).silence is Silence.HALF_PROOF


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (200, '{"build":{"version":"1"}}'),
        (200, '{"version":"1.2.3"}'),
        (401, "no"),
    ],
)
def test_another_product_is_not_identified(status: int, text: str) -> None:
    """Many servers have a page of their version."""
    reply = Recorded(ask="GET /api/v1/version", status=status, text=text)
    page = Transcript(server="written by hand", exchanges=(reply,))

    assert unknown(replay(PROBE, page)).silence is Silence.UNRECOGNISED
