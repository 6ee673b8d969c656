"""What the probe of NATS' monitor makes of real pages, and of half and false ones."""

from datetime import UTC, datetime

import pytest

from probes.natsmonitor import NatsMonitor
from scanner.model import Access, Assessment, Holding, Silence, Unknown
from tests.transcripts import Recorded, Transcript, load, replay

PROBE = NatsMonitor()
REAL = "natsmonitor/2.9-monitor"


def settled(transcript: Transcript) -> Assessment:
    """Drive the probe to an assessment."""
    outcome = replay(PROBE, transcript)
    assert isinstance(outcome, Assessment)
    return outcome


def test_a_monitor_tells_streams_although_its_server_demands_a_user() -> None:
    """Names, counts, bytes and when each was made; the messages stay where they are."""
    found = settled(load(REAL))

    assert (found.access, found.service.version) == (Access.PARTIAL, "2.9.10")
    assert found.holdings == (
        Holding(
            name="faxes",
            kind="stream",
            records=2,
            bytes=86,
            created=datetime(2026, 11, 22, 21, 17, 52, 311010, tzinfo=UTC),
        ),
    )


def test_a_server_without_jetstream_has_no_streams() -> None:
    """Its state and its clients are told all the same."""
    found = settled(load(REAL).with_json(1, {"server_id": "NA", "disabled": True}))

    assert (found.access, found.holdings_total) == (Access.PARTIAL, 0)


@pytest.mark.parametrize("created", ["soon", "2026-11-22T21:17:52"])
def test_a_date_that_is_none_costs_only_the_date(created: str) -> None:
    """Counts and names stand; without a zone it is no moment."""
    stream = {"name": "a", "created": created, "state": {"messages": 1, "bytes": 2}}
    page = {"server_id": "NA", "account_details": [{"stream_detail": [stream]}, {}]}

    assert settled(load(REAL).with_json(1, page)).holdings == (
        Holding(name="a", kind="stream", records=1, bytes=2),
    )


@pytest.mark.parametrize("status", [401, 403])
def test_a_guarded_listing_is_a_lock(status: int) -> None:
    """A proxy may let the state through and nothing else."""
    assert settled(load(REAL).with_reply(1, status=status)).access is Access.LOCKED


@pytest.mark.parametrize(
    ("status", "text"), [(200, "RONDE-NO-SUCH-ACCOUNT does not exist"), (400, "Bad Request")]
)
def test_one_side_of_a_proof_is_none(status: int, text: str) -> None:
    """The account that cannot exist is refused by its name."""
    liar = load(REAL).with_reply(2, status=status, text=text)
    outcome = replay(PROBE, liar)

    assert isinstance(outcome, Unknown)
    assert outcome.silence is Silence.HALF_PROOF


@pytest.mark.parametrize("text", ["{}", '{"max_payload":1}', "<html>", '{"server_id":"x"}'])
def test_another_page_of_state_is_not_recognised(text: str) -> None:
    """`/varz` is many products' name for it."""
    page = Transcript(server="x", exchanges=(Recorded(ask="GET /varz", text=text),))

    assert replay(PROBE, page) == Unknown(Silence.UNRECOGNISED, "")
