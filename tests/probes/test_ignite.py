"""What the Ignite probe makes of real replies, and of half and false ones."""

import pytest

from probes.ignite import Ignite
from scanner.model import Access, Assessment, Holding, Service, Silence, Unknown
from scanner.probe import Page
from tests.transcripts import Transcript, asked, load, replay

PROBE = Ignite()
LISTING, CONTROL = 1, 2  # places in the transcript of an open node


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


def test_a_node_that_lists_its_caches_is_open() -> None:
    """Names alone: a cache is counted by a request that would carry its name."""
    found = settled(load("ignite/2.17-open"))

    assert (found.access, found.service) == (Access.OPEN, Service("ignite", "2.17.0"))
    assert found.holdings == (
        Holding(name="faxes", kind="cache"),
        Holding(name="prescriptions", kind="cache"),
    )


def test_a_cache_of_two_nodes_is_one_cache() -> None:
    """Each node lists its share."""
    node = {"caches": [{"name": "faxes"}]}
    listing = {"successStatus": 0, "response": [node, node]}

    assert settled(load("ignite/2.17-open").with_json(LISTING, listing)).holdings_total == 1


@pytest.mark.parametrize("state", [2, 3])
def test_a_demand_for_a_user_is_locked(state: int) -> None:
    """The page says 200, and its envelope that there is no session, or no right."""
    transcript = load("ignite/2.17-locked").with_json(LISTING, {"successStatus": state})

    assert settled(load("ignite/2.17-locked")).access is Access.LOCKED
    assert settled(transcript).access is Access.LOCKED
    assert len(asked(PROBE, transcript)) == 2


def test_a_proxy_before_the_listing_is_locked() -> None:
    """A 401 needs no envelope."""
    assert settled(load("ignite/2.17-open").with_reply(LISTING, status=401)).access is Access.LOCKED


@pytest.mark.parametrize(
    ("place", "body"),
    [
        pytest.param(CONTROL, b'{"successStatus": 0, "response": 0}', id="a cache that is there"),
        pytest.param(CONTROL, b'{"successStatus": 1, "error": "oops"}', id="another failure"),
        pytest.param(CONTROL, b"<html>", id="no envelope"),
        pytest.param(LISTING, b'{"successStatus": 1}', id="the listing fails"),
        pytest.param(LISTING, b"<html>", id="no listing"),
    ],
)
def test_one_side_of_a_proof_is_none(place: int, body: bytes) -> None:
    """What says yes to everything, or nothing at all, is not called open."""
    assert unknown(load("ignite/2.17-open").with_payload(place, body)) is Silence.HALF_PROOF


@pytest.mark.parametrize(
    "body",
    [
        b"<html>2.17.0</html>",
        b'{"response": "2.17.0"}',
        b'{"successStatus": 0, "response": "2.17.0"}',
        b'{"successStatus": 0, "sessionToken": null, "response": "RONDE-CANARY"}',
        b'{"successStatus": 1, "sessionToken": null, "response": "2.17.0"}',
        b"[]",
    ],
)
def test_another_product_is_not_recognised(body: bytes) -> None:
    """The envelope has three members, and a version in it."""
    assert PROBE.identify(Page(status=200, headers={}, body=body)) is None
