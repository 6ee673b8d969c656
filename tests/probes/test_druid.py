"""What the Druid probe makes of open and locked clusters, and of half and false replies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.druid import MAX_HOLDINGS, Druid
from scanner.model import Access, Assessment, Outcome, Service, Silence, Unknown
from scanner.probe import Page
from tests.transcripts import asked, load, replay

PROBE = Druid()


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that nothing could be told."""
    assert isinstance(outcome, Unknown)
    return outcome


def test_a_cluster_without_authentication_is_open() -> None:
    """Its datasources are named and weighed, the largest first."""
    found = assessed(replay(PROBE, load("druid/30-open")))

    assert (found.access, found.service) == (Access.OPEN, Service("druid", "30.0.0"))
    assert [(one.name, one.bytes) for one in found.holdings] == [("faxes", 900), ("visits", 120)]


def test_a_cluster_with_authentication_is_locked() -> None:
    """Its own realm names it; nothing more is asked."""
    transcript = load("druid/30-locked")

    assert assessed(replay(PROBE, transcript)).access is Access.LOCKED
    assert asked(PROBE, transcript) == ["GET /", "GET /status"]


def test_a_listing_that_is_refused_shuts_the_door() -> None:
    """Whoever may see the status need not see the data."""
    refused = load("druid/30-open").with_reply(2, status=403)

    assert assessed(replay(PROBE, refused)).access is Access.LOCKED


@pytest.mark.parametrize(("status", "text"), [(200, "{}"), (404, ""), (204, "something")])
def test_a_control_that_has_content_proves_nothing(status: int, text: str) -> None:
    """What has every datasource is not called open."""
    half = load("druid/30-open").with_reply(3, status=status, text=text)

    assert unknown(replay(PROBE, half)).silence is Silence.HALF_PROOF


def test_another_console_is_left_to_the_next_probe() -> None:
    """A redirect is a hint."""
    found = unknown(replay(PROBE, load("druid/30-open").with_reply(1, status=404)))

    assert (found.silence, found.service) == (Silence.UNRECOGNISED, None)


def test_a_router_without_its_proxy_is_half_a_proof() -> None:
    """It has no listing of the coordinator's."""
    half = load("druid/30-open").with_reply(2, status=404)

    assert unknown(replay(PROBE, half)).silence is Silence.HALF_PROOF


def test_a_long_list_is_capped_and_counted() -> None:
    """A report holds 2,000 names and says how many there are."""
    many = [{"name": f"d{number}", "properties": {}} for number in range(MAX_HOLDINGS + 1)]

    found = assessed(replay(PROBE, load("druid/30-open").with_json(2, many)))

    assert (len(found.holdings), found.holdings_total) == (MAX_HOLDINGS, MAX_HOLDINGS + 1)


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (200, {}, b"<title>Druid Stat Index</title>"),
        (302, {"location": "/console.html"}, b""),
        (200, {"location": "/unified-console.html"}, b""),
        (404, {}, b"<title>Apache Druid</title>"),
    ],
)
def test_another_page_is_not_identified(status: int, headers: dict[str, str], body: bytes) -> None:
    """A connection pool of the same name has pages, too."""
    assert PROBE.identify(Page(status=status, headers=headers, body=body)) is None


@given(place=st.integers(1, 2), body=st.binary(max_size=60))
def test_garbage_is_never_open(place: int, body: bytes) -> None:
    """Status and listing are both needed, whole."""
    outcome = replay(PROBE, load("druid/30-open").with_payload(place, body))

    assert isinstance(outcome, Unknown)
