"""What the InfluxDB probe makes of three generations, and of half, false and broken replies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.influxdb import DATABASES, PING, Influxdb
from scanner.model import Access, Assessment, Outcome, Service, Silence, Unknown
from scanner.probe import Page
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = Influxdb()


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that nothing could be told."""
    assert isinstance(outcome, Unknown)
    return outcome


@pytest.mark.parametrize(
    ("name", "version", "series"),
    [
        ("1.6-open", "1.6.7~rc0", [("faxes", 1), ("_internal", 18)]),
        ("3.3-open", "3.3.0", [("_internal", None), ("faxes", None)]),
    ],
)
def test_a_server_without_accounts_is_open(
    name: str, version: str, series: list[tuple[str, int | None]]
) -> None:
    """Its databases are listed; 1.x counts their series, and its own database comes last."""
    found = assessed(replay(PROBE, load(f"influxdb/{name}")))

    assert (found.access, found.service) == (Access.OPEN, Service("influxdb", version))
    assert [(one.name, one.records) for one in found.holdings] == series


@pytest.mark.parametrize(
    ("name", "asks"), [("1.6-locked", 2), ("2.7-locked", 3), ("3.3-locked", 1)]
)
def test_a_server_that_demands_a_credential_is_locked(name: str, asks: int) -> None:
    """The version may be public; nothing else is."""
    transcript = load(f"influxdb/{name}")

    assert assessed(replay(PROBE, transcript)).access is Access.LOCKED
    assert len(asked(PROBE, transcript)) == asks


@pytest.mark.parametrize("name", ["1.6-unclaimed", "2.7-unclaimed"])
def test_a_server_that_waits_for_its_first_user_is_unclaimed(name: str) -> None:
    """Whoever comes first owns it; and what it refuses is refused in its own words."""
    assert assessed(replay(PROBE, load(f"influxdb/{name}"))).access is Access.UNCLAIMED


@pytest.mark.parametrize("name", ["1.6-open", "1.6-unclaimed", "2.7-unclaimed", "3.3-open"])
def test_a_control_that_succeeds_proves_nothing(name: str) -> None:
    """What says yes to everything is not called open."""
    transcript = load(f"influxdb/{name}").with_reply(2, status=200)

    assert unknown(replay(PROBE, transcript)).silence is Silence.HALF_PROOF


def test_a_proxy_that_guards_the_ping_guards_nothing() -> None:
    """What a stranger wants stands elsewhere."""
    whole = load("influxdb/1.6-open")
    transcript = whole.with_reply(0, status=401, headers={})
    again = Transcript(server="twice", exchanges=(*transcript.exchanges, whole.exchanges[1]))

    found = assessed(replay(PROBE, again))

    assert (found.access, found.service.version) == (Access.OPEN, "1.6.7~rc0")


@pytest.mark.parametrize(
    ("status", "silence"), [(401, Silence.GUARDED), (403, Silence.UNRECOGNISED)]
)
def test_a_bare_refusal_names_nobody(status: int, silence: Silence) -> None:
    """It may be anything; a demanded password is a shut door, a 403 may be for us alone."""
    refusals = tuple(Recorded(ask=ask.name, status=status) for ask in (PING, DATABASES))

    found = unknown(replay(PROBE, Transcript(server="a proxy", exchanges=refusals)))

    assert (found.silence, found.service) == (silence, None)


@pytest.mark.parametrize("status", [200, 204, 404])
def test_a_page_without_the_header_is_not_identified(status: int) -> None:
    """A `/ping` has many servers."""
    assert PROBE.identify(Page(status=status, headers={}, body=b"pong")) is None


def test_a_second_generation_that_lists_its_buckets_is_none() -> None:
    """It has no mode without tokens: what answers is something else."""
    transcript = load("influxdb/2.7-locked").with_reply(2, status=200)

    assert unknown(replay(PROBE, transcript)).silence is Silence.HALF_PROOF


def test_a_silence_after_the_proof_costs_only_the_counts() -> None:
    """The databases were listed, whatever becomes of their sizes."""
    found = assessed(replay(PROBE, load("influxdb/1.6-open").with_reply(3, silence="timeout")))

    assert [one.records for one in found.holdings] == [None, None]


@given(place=st.integers(1, 2), body=st.binary(max_size=60))
def test_garbage_is_never_open(place: int, body: bytes) -> None:
    """Listing and control are both needed, whole."""
    outcome = replay(PROBE, load("influxdb/1.6-open").with_payload(place, body))

    assert isinstance(outcome, Unknown)
