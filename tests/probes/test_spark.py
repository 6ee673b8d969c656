"""What the Spark probe makes of masters, histories and drivers, and of half and false replies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.spark import Spark
from scanner.model import Access, Assessment, Outcome, Service, Silence, Unknown
from scanner.probe import Page
from tests.transcripts import load, replay

PROBE = Spark()


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that nothing could be told."""
    assert isinstance(outcome, Unknown)
    return outcome


@pytest.mark.parametrize(
    ("name", "product", "applications"),
    [
        ("3.5-master", "spark-master", 0),
        ("3.5-history", "spark-history", 0),
        ("3.5-driver", "spark-driver", None),
    ],
)
def test_a_page_without_a_filter_is_open(name: str, product: str, applications: int | None) -> None:
    """Applications are counted where that is told, and none is named."""
    found = assessed(replay(PROBE, load(f"spark/{name}")))

    assert (found.access, found.service) == (Access.OPEN, Service(product, "3.5.5"))
    assert [(one.name, one.records) for one in found.holdings] == [("applications", applications)]


@pytest.mark.parametrize(("name", "place"), [("3.5-master", 1), ("3.5-history", 2)])
@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_state_shuts_the_door(name: str, place: int, status: int) -> None:
    """A filter may let the front page through."""
    refused = load(f"spark/{name}").with_reply(place, status=status)

    assert assessed(replay(PROBE, refused)).access is Access.LOCKED


@pytest.mark.parametrize(("name", "place"), [("3.5-master", 2), ("3.5-driver", 3)])
def test_a_control_that_succeeds_proves_nothing(name: str, place: int) -> None:
    """What knows every application is not called open."""
    half = load(f"spark/{name}").with_payload(place, b"here it is").with_reply(place, status=200)

    assert unknown(replay(PROBE, half)).silence is Silence.HALF_PROOF


def test_another_application_that_sends_browsers_to_jobs_is_left_alone() -> None:
    """A redirect is a hint; the next probe is asked."""
    found = unknown(replay(PROBE, load("spark/3.5-driver").with_reply(1, status=404)))

    assert (found.silence, found.service) == (Silence.UNRECOGNISED, None)


def test_a_master_at_no_address_of_spark_is_garbled() -> None:
    """A page may have its title and nothing else."""
    false = load("spark/3.5-master").with_json(1, {"url": "http://x", "workers": []})

    assert unknown(replay(PROBE, false)).silence is Silence.GARBLED


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (200, {}, b"<title>Spark Worker at 10.0.0.1:7078</title>"),
        (200, {}, b"<title>Job History Server</title>"),
        (401, {}, b"<title>History Server</title>"),
        (302, {"location": "/jobs/list"}, b""),
        (200, {"location": "/jobs/"}, b""),
    ],
)
def test_another_page_is_not_identified(status: int, headers: dict[str, str], body: bytes) -> None:
    """Only the product's own title, or where a driver sends browsers."""
    assert PROBE.identify(Page(status=status, headers=headers, body=body)) is None


@given(place=st.integers(0, 3), body=st.binary(max_size=60))
def test_garbage_is_never_open(place: int, body: bytes) -> None:
    """Version, list and control are all needed, whole."""
    outcome = replay(PROBE, load("spark/3.5-history").with_payload(place, body))

    assert isinstance(outcome, Unknown)
