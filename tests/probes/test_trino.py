"""What the Trino probe makes of coordinators, and of half, false and broken replies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.trino import Trino
from scanner.model import Access, Assessment, Outcome, Service, Silence, Unknown
from scanner.probe import Page
from tests.transcripts import asked, load, replay

PROBE = Trino()


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that nothing could be told."""
    assert isinstance(outcome, Unknown)
    return outcome


@pytest.mark.parametrize(
    ("name", "access", "service"),
    [
        ("476-any-name", Access.IDENTIFIED, Service("trino")),
        ("476-locked", Access.LOCKED, Service("trino")),
        ("presto-0.287-open", Access.OPEN, Service("presto", "0.287-abc1234")),
    ],
)
def test_a_coordinator_is_judged_by_what_it_wants_of_a_caller(
    name: str, access: Access, service: Service
) -> None:
    """A name that nobody checks, a proof, or nothing at all."""
    found = assessed(replay(PROBE, load(f"trino/{name}")))

    assert (found.access, found.service) == (access, service)


def test_no_name_is_given_and_no_query_is_sent() -> None:
    """To give a name would be to claim to be somebody."""
    expected = ["GET /", "GET /v1/info", "GET /v1/query/ronde-no-such-query"]

    assert asked(PROBE, load("trino/476-any-name")) == expected


def test_a_presto_that_refuses_its_counts_is_locked() -> None:
    """A proxy may let the rest through."""
    refused = load("trino/presto-0.287-open").with_reply(3, status=403)

    assert assessed(replay(PROBE, refused)).access is Access.LOCKED


@pytest.mark.parametrize("status", [200, 404, 500])
def test_a_query_that_cannot_exist_and_does_proves_nothing(status: int) -> None:
    """What knows every query is not called open."""
    half = load("trino/presto-0.287-open").with_reply(2, status=status)

    assert unknown(replay(PROBE, half)).silence is Silence.HALF_PROOF


def test_another_server_with_a_page_below_ui_is_left_alone() -> None:
    """Consul, Nomad and Vault send browsers to the same place."""
    found = unknown(replay(PROBE, load("trino/476-locked").with_reply(1, status=404)))

    assert (found.silence, found.service) == (Silence.UNRECOGNISED, None)


@pytest.mark.parametrize(
    ("status", "to"), [(200, "/ui/"), (303, "/login"), (303, "/ui"), (401, "/ui/")]
)
def test_another_page_is_not_identified(status: int, to: str) -> None:
    """Only the place to which a coordinator sends browsers is a hint."""
    assert PROBE.identify(Page(status=status, headers={"location": to}, body=b"")) is None


@given(place=st.sampled_from([1, 3]), body=st.binary(max_size=60))
def test_garbage_is_never_open(place: int, body: bytes) -> None:
    """Introduction and counts are both needed, whole."""
    outcome = replay(PROBE, load("trino/presto-0.287-open").with_payload(place, body))

    assert isinstance(outcome, Unknown)
