"""What the Riak probe makes of a node's replies, and of half and false ones."""

import pytest

from probes.riak import Riak
from scanner.model import Access, Assessment, Service, Silence, Unknown
from scanner.probe import Page
from tests.transcripts import Transcript, asked, load, replay

PROBE = Riak()
STATS, CONTROL = 1, 2  # places in the transcript of an open node


def settled(transcript: Transcript) -> Assessment:
    """Drive the probe to an assessment."""
    outcome = replay(PROBE, transcript)
    assert isinstance(outcome, Assessment)
    return outcome


def test_a_node_without_security_is_open() -> None:
    """Buckets are not listed: that would read every key of the cluster."""
    found = settled(load("riak/2.2-open"))

    assert (found.access, found.service) == (Access.OPEN, Service("riak", "2.2.3"))
    assert (found.holdings, found.holdings_total) == ((), None)


@pytest.mark.parametrize("name", ["2.2-locked", "2.2-locked-in-clear"])
def test_a_node_with_security_is_locked(name: str) -> None:
    """In TLS it asks for a user, in clear for TLS; nothing more is asked."""
    transcript = load(f"riak/{name}")

    assert settled(transcript).access is Access.LOCKED
    assert asked(PROBE, transcript) == ["GET /"]


def test_statistics_that_are_refused_are_locked() -> None:
    """A proxy may show the list of resources alone."""
    assert settled(load("riak/2.2-open").with_reply(STATS, status=403)).access is Access.LOCKED


@pytest.mark.parametrize(
    ("place", "status", "body"),
    [
        pytest.param(CONTROL, 200, b"Unknown bucket type: ronde-no-such-type", id="answered"),
        pytest.param(CONTROL, 404, b"not found", id="other words"),
        pytest.param(STATS, 200, b"{}", id="no statistics"),
        pytest.param(STATS, 404, b"", id="no page"),
    ],
)
def test_one_side_of_a_proof_is_none(place: int, status: int, body: bytes) -> None:
    """What says yes to everything, or nothing at all, is not called open."""
    spoilt = load("riak/2.2-open").with_payload(place, body)
    outcome = replay(PROBE, spoilt.with_reply(place, status=status))

    assert isinstance(outcome, Unknown)
    assert outcome.silence is Silence.HALF_PROOF


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (200, {}, b'{"riak_kv_wm_stats": "/stats"}'),
        (401, {"www-authenticate": 'Basic realm="Login"'}, b""),
        (426, {}, b"Upgrade Required"),
        (200, {}, b"<html>Riak</html>"),
    ],
)
def test_another_product_is_not_recognised(
    status: int, headers: dict[str, str], body: bytes
) -> None:
    """Each page has words that are Riak's alone."""
    assert PROBE.identify(Page(status=status, headers=headers, body=body)) is None
