"""What the RavenDB probe makes of a server's replies, and of half and false ones."""

import pytest

from probes.ravendb import MAX_COUNTED, RavenDb
from scanner.model import Access, Assessment, Holding, Service, Silence, Unknown
from scanner.probe import Page
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = RavenDb()
LISTING, CONTROL = 1, 2  # places in the transcript of an open server


def settled(transcript: Transcript) -> Assessment:
    """Drive the probe to an assessment."""
    outcome = replay(PROBE, transcript)
    assert isinstance(outcome, Assessment)
    return outcome


def test_a_server_without_a_certificate_is_open() -> None:
    """A database that is switched off is listed only."""
    found = settled(load("ravendb/5.4-open"))

    assert (found.access, found.service) == (Access.OPEN, Service("ravendb", "5.4.101"))
    assert found.holdings == (
        Holding(name="faxes", kind="database", records=512, bytes=73860),
        Holding(name="practice", kind="database"),
    )


def test_a_demand_for_a_certificate_is_locked() -> None:
    """The first refusal ends the conversation."""
    transcript = load("ravendb/5.4-locked")

    assert settled(transcript).access is Access.LOCKED
    assert len(asked(PROBE, transcript)) == 2


def test_the_unsafe_mode_is_shielded() -> None:
    """It knows no users: whoever speaks to it from its own host is administrator."""
    assert settled(load("ravendb/4.0-unsafe")).access is Access.SHIELDED


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b'{"Type": "Raven.Client.Exceptions.Database.DatabaseDoesNotExistException"}'),
        (404, b'{"Type": "System.InvalidOperationException"}'),
        (404, b"<html>"),
    ],
)
def test_a_control_that_is_not_missing_proves_nothing(status: int, body: bytes) -> None:
    """What says yes to everything, or no in nobody's words, is not called open."""
    spoilt = load("ravendb/5.4-open").with_payload(CONTROL, body)
    outcome = replay(PROBE, spoilt.with_reply(CONTROL, status=status))

    assert isinstance(outcome, Unknown)
    assert outcome.silence is Silence.HALF_PROOF


def test_few_of_many_databases_are_counted() -> None:
    """All are listed, and the largest cost is bounded."""
    names = [f"fax{number:03}" for number in range(100)]
    many = load("ravendb/5.4-open").with_json(LISTING, {"Databases": names})
    refused = tuple(
        Recorded(ask="GET /databases/{}/stats", arguments=(name,), status=403) for name in names
    )
    transcript = Transcript(server="many", exchanges=(*many.exchanges[: CONTROL + 1], *refused))

    assert len(asked(PROBE, transcript)) == CONTROL + 1 + MAX_COUNTED
    assert settled(transcript).holdings_total == 100


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b'{"FullVersion": "5.4.101"}'),
        (200, b'{"ProductVersion": "5", "BuildVersion": "1", "CommitHash": "", "FullVersion": ""}'),
        (503, b'{"Message": "Down for maintenance"}'),
        (200, b"<html>RavenDB</html>"),
    ],
)
def test_another_product_is_not_recognised(status: int, body: bytes) -> None:
    """The page has four members, one of them a number."""
    assert PROBE.identify(Page(status=status, headers={}, body=body)) is None
