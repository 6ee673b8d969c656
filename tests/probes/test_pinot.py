"""What the Pinot probe makes of replies as the source words them, and of half and false ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.pinot import MAX_HOLDINGS, Pinot
from scanner.model import Access, Assessment, Outcome, Proof, Service, Silence, Unknown
from scanner.probe import Page
from tests.transcripts import asked, load, replay

PROBE = Pinot()
OPEN = "pinot/1.3-open"


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that nothing could be told."""
    assert isinstance(outcome, Unknown)
    return outcome


def test_a_controller_as_it_ships_is_open() -> None:
    """Tables come with their columns and bytes; one without a schema has neither."""
    found = assessed(replay(PROBE, load(OPEN)))

    assert (found.access, found.service) == (Access.OPEN, Service("pinot", "1.3.0"))
    assert [(one.name, one.bytes, one.fields) for one in found.holdings] == [
        ("faxes", 9_000, ("pages", "received", "sender")),
        ("patients", None, ()),
    ]
    assert found.proof == Proof(
        "GET /tables",
        "2 tables listed",
        "GET /schemas/ronde-no-such-schema answered 404 with an error of its own",
    )


def test_a_controller_with_access_control_is_locked() -> None:
    """Its console is public and names it; the first refusal ends the conversation."""
    transcript = load("pinot/1.3-locked")

    assert assessed(replay(PROBE, transcript)).access is Access.LOCKED
    assert asked(PROBE, transcript) == ["GET /", "GET /tables"]


def test_a_permission_that_is_denied_is_a_refusal() -> None:
    """An access control of one's own may answer 403."""
    denied = load("pinot/1.3-locked").with_reply(1, status=403)

    assert assessed(replay(PROBE, denied)).access is Access.LOCKED


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (200, {"code": 404, "error": "Schema not found"}),
        (404, {"code": 404, "error": "HTTP 404 Not Found"}),
        (404, {"code": 200, "error": "Schema not found"}),
        (404, {}),
        (403, {"code": 403, "error": "Permission denied"}),
    ],
)
def test_a_control_in_other_words_proves_nothing(status: int, told: object) -> None:
    """What has every schema, or refuses in a proxy's words, is not called open."""
    half = load(OPEN).with_json(2, told).with_reply(2, status=status)

    assert unknown(replay(PROBE, half)).silence is Silence.HALF_PROOF


@pytest.mark.parametrize(
    ("status", "silence"),
    [(404, Silence.HALF_PROOF), (503, Silence.BUSY), (500, Silence.HALF_PROOF)],
)
def test_a_console_without_a_listing_is_no_proof(status: int, silence: Silence) -> None:
    """The console alone is public by design."""
    assert unknown(replay(PROBE, load(OPEN).with_reply(1, status=status))).silence is silence


def test_an_empty_controller_is_open() -> None:
    """A stranger could add the first table."""
    found = assessed(replay(PROBE, load(OPEN).with_json(1, {"tables": []})))

    assert (found.access, found.holdings_total) == (Access.OPEN, 0)


@pytest.mark.parametrize("body", [b"", b"{}", b'{"pinot-common": null}', b'{"other": "1.0"}'])
def test_a_version_that_is_none_costs_only_detail(body: bytes) -> None:
    """The proof stands already."""
    found = assessed(replay(PROBE, load(OPEN).with_payload(3, body)))

    assert (found.access, found.service.version) == (Access.OPEN, None)


@pytest.mark.parametrize("place", [4, 5])
def test_a_detail_that_stays_away_costs_no_more(place: int) -> None:
    """Sizes come from servers that may be down."""
    found = assessed(replay(PROBE, load(OPEN).with_reply(place, silence=Silence.TIMEOUT)))

    assert (found.access, found.holdings_total) == (Access.OPEN, 2)
    assert found.holdings[0].bytes is None


def test_a_long_list_is_capped_and_counted() -> None:
    """A report holds 2,000 names and says how many there are."""
    many = {"tables": [f"t{number}" for number in range(MAX_HOLDINGS + 1)]}
    found = assessed(replay(PROBE, load(OPEN).with_json(1, many), unrecorded_is_silence=True))

    assert (len(found.holdings), found.holdings_total) == (MAX_HOLDINGS, MAX_HOLDINGS + 1)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, b"<title>Apache Pinot</title>"),
        (200, b"<title>Apache Druid</title>"),
        (200, b"about Apache Pinot"),
    ],
)
def test_another_page_is_not_identified(status: int, body: bytes) -> None:
    """The whole title counts, on a page that is there."""
    assert PROBE.identify(Page(status=status, headers={}, body=body)) is None


@given(place=st.integers(1, 2), body=st.binary(max_size=60))
def test_garbage_is_never_open(place: int, body: bytes) -> None:
    """Listing and control are both needed, whole."""
    outcome = replay(PROBE, load(OPEN).with_payload(place, body))

    assert isinstance(outcome, Unknown)
