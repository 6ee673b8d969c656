"""What the Couchbase probe makes of a server's replies, and of half and false ones."""

import pytest

from probes.couchbase import Couchbase
from scanner.model import Access, Assessment, Holding, Service, Silence, Unknown
from scanner.probe import Page
from tests.transcripts import Transcript, asked, load, replay

PROBE = Couchbase()


def settled(transcript: Transcript) -> Assessment:
    """Drive the probe to an assessment."""
    outcome = replay(PROBE, transcript)
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(transcript: Transcript) -> Silence:
    """Drive the probe to where it cannot tell."""
    outcome = replay(PROBE, transcript)
    assert isinstance(outcome, Unknown)
    return outcome.silence


def test_buckets_without_passwords_are_open() -> None:
    """Names, items and bytes; the cluster's UUID is its identity."""
    found = settled(load("couchbase/4.1-open"))

    assert found.access is Access.OPEN
    assert found.service == Service("couchbase", "4.1.0-5005", "4" * 32)
    assert found.holdings == (
        Holding(name="default", kind="bucket", records=512, bytes=73860),
        Holding(name="sessions", kind="bucket", records=7),
    )


def test_a_cluster_without_an_administrator_is_unclaimed() -> None:
    """No pool, and the pool that there will be is unknown."""
    found = settled(load("couchbase/7.2-unclaimed"))

    assert (found.access, found.service) == (
        Access.UNCLAIMED,
        Service("couchbase", "7.2.0-5325"),
    )


@pytest.mark.parametrize(("name", "asks"), [("7.2-locked", 2), ("4.1-passwords", 3)])
def test_a_cluster_that_shows_strangers_no_bucket_is_locked(name: str, asks: int) -> None:
    """A 401 since 5.0, an empty list before."""
    transcript = load(f"couchbase/{name}")

    assert settled(transcript).access is Access.LOCKED
    assert len(asked(PROBE, transcript)) == asks


def test_a_hidden_header_hides_no_cluster() -> None:
    """The way to the console is a hint, and the realm names the product."""
    front = {"location": "http://192.0.2.7:8091/ui/index.html"}
    transcript = load("couchbase/7.2-locked").with_reply(0, headers=front)

    assert settled(transcript).access is Access.LOCKED


def test_a_way_to_another_console_is_left_to_others() -> None:
    """Many products have a page of that name."""
    front = {"location": "/ui/index.html"}
    other = load("couchbase/7.2-locked").with_reply(0, headers=front)

    assert unknown(other.with_reply(1, headers={}, status=404)) is Silence.UNRECOGNISED
    assert unknown(other.with_reply(1, headers={}, status=401)) is Silence.GUARDED


@pytest.mark.parametrize(
    ("name", "place", "status", "body"),
    [
        pytest.param("7.2-unclaimed", 2, 200, b'"unknown pool"', id="a pool that is there"),
        pytest.param("7.2-unclaimed", 2, 404, b"<html>", id="no words of its own"),
        pytest.param("4.1-open", 3, 200, b"Requested resource not found", id="a bucket that is"),
        pytest.param("4.1-open", 3, 404, b"nothing here", id="other words"),
    ],
)
def test_one_side_of_a_proof_is_none(name: str, place: int, status: int, body: bytes) -> None:
    """What says yes to everything, or no in nobody's words, is not called open."""
    spoilt = load(f"couchbase/{name}").with_payload(place, body)

    assert unknown(spoilt.with_reply(place, status=status)) is Silence.HALF_PROOF


def test_a_busy_cluster_is_busy() -> None:
    """Starting up says nothing about the door."""
    assert unknown(load("couchbase/7.2-locked").with_reply(1, status=503)) is Silence.BUSY


@pytest.mark.parametrize(
    "headers", [{}, {"server": "nginx"}, {"location": "https://example.com/ui/index.html/x"}]
)
def test_another_product_is_not_recognised(headers: dict[str, str]) -> None:
    """A page without the header and the way is nobody's."""
    assert PROBE.identify(Page(status=200, headers=headers, body=b"Couchbase Server")) is None
