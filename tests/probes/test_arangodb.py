"""What the ArangoDB probe makes of a server's replies, and of half and false ones."""

import pytest

from probes.arangodb import MAX_COUNTED, ArangoDb
from scanner.model import Access, Assessment, Holding, Service, Silence, Unknown
from scanner.probe import Page
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = ArangoDb()
VERSION, LISTING, CONTROL, COLLECTIONS = 1, 2, 3, 4  # places in every transcript of an open server


def settled(transcript: Transcript) -> Assessment:
    """Drive the probe to an assessment."""
    outcome = replay(PROBE, transcript, unrecorded_is_silence=True)
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(transcript: Transcript) -> Silence:
    """Drive the probe to where it cannot tell."""
    outcome = replay(PROBE, transcript)
    assert isinstance(outcome, Unknown)
    return outcome.silence


@pytest.mark.parametrize(("name", "version"), [("3.3-open", "3.3.23"), ("3.11-open", "3.11.5")])
def test_a_server_without_authentication_is_open(name: str, version: str) -> None:
    """Collections are named with their database, and counted."""
    found = settled(load(f"arangodb/{name}"))

    assert (found.access, found.service) == (Access.OPEN, Service("arangodb", version))
    assert found.holdings == (
        Holding(name="practice.faxes", kind="collection", records=512),
        Holding(name="practice.prescriptions", kind="collection", records=7),
    )


def test_a_demand_for_a_user_is_locked() -> None:
    """The first refusal ends the conversation."""
    transcript = load("arangodb/3.11-locked")

    assert settled(transcript).access is Access.LOCKED
    assert asked(PROBE, transcript) == ["GET /", "GET /_api/version"]


def test_a_listing_that_is_refused_is_locked() -> None:
    """A version alone opens nothing."""
    refused = load("arangodb/3.11-open").with_reply(LISTING, status=401)

    assert settled(refused).access is Access.LOCKED


def test_a_guarded_front_page_hides_no_open_server() -> None:
    """A proxy that guards `/` alone leaves the databases to everybody."""
    guarded = load("arangodb/3.11-open").with_reply(0, status=401, headers={"server": "nginx"})

    assert settled(guarded).access is Access.OPEN


@pytest.mark.parametrize(
    ("status", "silence"), [(401, Silence.GUARDED), (404, Silence.UNRECOGNISED)]
)
def test_a_guarded_page_with_nothing_behind_is_left_to_others(
    status: int, silence: Silence
) -> None:
    """Whatever demands a password on this port need not be an ArangoDB."""
    door = (Recorded(ask="GET /", status=401), Recorded(ask="GET /_api/version", status=status))

    assert unknown(Transcript(server="nginx", exchanges=door)) is silence


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, b'{"errorNum": 1228}'), (404, b'{"errorNum": 11}'), (404, b"<html>")],
)
def test_a_control_that_is_not_missing_proves_nothing(status: int, body: bytes) -> None:
    """What says yes to everything, or no in nobody's words, is not called open."""
    spoilt = load("arangodb/3.11-open").with_payload(CONTROL, body)

    assert unknown(spoilt.with_reply(CONTROL, status=status)) is Silence.HALF_PROOF


def test_a_database_that_shows_no_collection_is_named_itself() -> None:
    """A silence after the proof costs only detail."""
    found = settled(load("arangodb/3.11-open").with_reply(COLLECTIONS, status=401))

    assert found.holdings == (Holding(name="practice", kind="database"),)


def test_few_of_many_collections_are_counted() -> None:
    """All are listed, and the largest cost is bounded."""
    whole = load("arangodb/3.11-open")
    result = [{"name": f"fax{number}"} for number in range(100)]
    many = whole.with_json(COLLECTIONS, {"result": result})
    refused = tuple(
        Recorded(
            ask="GET /_db/{}/_api/collection/{}/count",
            arguments=("practice", one["name"]),
            status=403,
        )
        for one in result
    )
    transcript = Transcript(server="many", exchanges=(*many.exchanges[:6], *refused))

    assert len(asked(PROBE, transcript)) == 6 + MAX_COUNTED
    assert settled(transcript).holdings_total == 100


@pytest.mark.parametrize("headers", [{}, {"server": "nginx"}, {"location": "/aardvark/index.html"}])
def test_another_product_is_not_recognised(headers: dict[str, str]) -> None:
    """A page without the header and the way is nobody's."""
    assert PROBE.identify(Page(status=200, headers=headers, body=b"ArangoDB")) is None
