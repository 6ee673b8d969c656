"""What the YARN probe makes of resource managers, and of half, false and broken replies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.yarn import Yarn
from scanner.model import Access, Assessment, Holding, Outcome, Service, Silence, Unknown
from scanner.probe import Page
from tests.transcripts import asked, load, replay

PROBE = Yarn()


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that nothing could be told."""
    assert isinstance(outcome, Unknown)
    return outcome


@pytest.mark.parametrize(
    ("name", "version", "applications"), [("3.3-open", "3.3.6", 41), ("3.4-open", "3.4.1", 0)]
)
def test_a_resource_manager_without_kerberos_is_open(
    name: str, version: str, applications: int
) -> None:
    """Applications are counted, and none is named; some builds wrap their answers."""
    found = assessed(replay(PROBE, load(f"yarn/{name}")))

    assert (found.access, found.service) == (Access.OPEN, Service("yarn", version))
    assert found.holdings == (
        Holding(name="applications", kind="application", records=applications),
    )


def test_kerberos_shuts_the_door() -> None:
    """Hadoop's own cookie names the product; nothing more is asked."""
    transcript = load("yarn/3.3-locked")

    assert assessed(replay(PROBE, transcript)).access is Access.LOCKED
    assert len(asked(PROBE, transcript)) == 1


def test_metrics_that_are_refused_shut_the_door() -> None:
    """A proxy may let the description through."""
    refused = load("yarn/3.3-open").with_reply(1, status=401)

    assert assessed(replay(PROBE, refused)).access is Access.LOCKED


@pytest.mark.parametrize(
    ("status", "silence"), [(401, Silence.GUARDED), (403, Silence.UNRECOGNISED)]
)
def test_a_bare_refusal_names_nobody(status: int, silence: Silence) -> None:
    """It may be anything; a demanded password is a shut door, a 403 may be for us alone."""
    refused = load("yarn/3.3-locked").with_reply(0, status=status, headers={}, text="no")

    found = unknown(replay(PROBE, refused))

    assert (found.silence, found.service) == (silence, None)


@pytest.mark.parametrize("status", [200, 400, 500])
def test_a_control_that_is_not_refused_by_name_proves_nothing(status: int) -> None:
    """What knows every application is not called open."""
    half = load("yarn/3.3-open").with_reply(2, status=status)

    assert unknown(replay(PROBE, half)).silence is Silence.HALF_PROOF


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, b"<html>"), (200, b'{"clusterInfo":{}}'), (200, b'{"startedOn":1}'), (404, b"{}")],
)
def test_another_page_is_not_identified(status: int, body: bytes) -> None:
    """Only the typed description or a refusal makes a candidate."""
    assert PROBE.identify(Page(status=status, headers={}, body=body)) is None


@given(place=st.integers(0, 2), body=st.binary(max_size=60))
def test_garbage_is_never_open(place: int, body: bytes) -> None:
    """Description, count and control are all needed, whole."""
    outcome = replay(PROBE, load("yarn/3.3-open").with_payload(place, body))

    assert isinstance(outcome, Unknown)
