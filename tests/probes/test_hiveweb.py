"""What the probe of HiveServer2's web page makes of replies, and of half and false ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.hiveweb import HiveWeb
from scanner.model import Access, Assessment, Outcome, Service, Silence, Unknown
from scanner.probe import Page
from tests.transcripts import asked, load, replay

PROBE = HiveWeb()
OPEN = "hiveweb/3.1-open"


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that nothing could be told."""
    assert isinstance(outcome, Unknown)
    return outcome


def test_a_page_as_it_ships_is_a_partial_door() -> None:
    """It tells much and takes no statement; nothing is listed."""
    found = assessed(replay(PROBE, load(OPEN)))

    assert (found.access, found.service) == (Access.PARTIAL, Service("hive"))
    assert found.holdings == ()


def test_nobodys_statement_is_asked_for() -> None:
    """The page itself shows users and what they ask: it is not fetched."""
    assert asked(PROBE, load(OPEN)) == [
        "GET /",
        "GET /jmx?get=java.lang:type=Runtime::StartTime",
        "GET /jmx?get=java.lang:type=Runtime::RondeNoSuchAttribute",
    ]


def test_measurements_for_administrators_lock_no_door() -> None:
    """The page beside them was shown all the same: what it tells is not known."""
    assert unknown(replay(PROBE, load("hiveweb/3.1-admins"))).silence is Silence.HALF_PROOF


def test_a_refusal_that_was_already_on_its_way_counts() -> None:
    """The servlet sets its status after it has written: the words decide."""
    assert assessed(replay(PROBE, load(OPEN).with_reply(2, status=200))).access is Access.PARTIAL


@pytest.mark.parametrize(
    "told",
    [
        {"beans": []},
        {"beans": [{"name": "java.lang:type=Runtime", "StartTime": 1}]},
        {"beans": [{"name": "java.lang:type=Runtime", "message": "not found"}]},
    ],
)
def test_a_control_in_other_words_proves_nothing(told: object) -> None:
    """What has every measurement is not called a door."""
    half = load(OPEN).with_json(2, told)

    assert unknown(replay(PROBE, half)).silence is Silence.HALF_PROOF


def test_a_measurement_of_something_else_is_garbled() -> None:
    """One side alone proves nothing."""
    other = {"beans": [{"name": "java.lang:type=Memory", "StartTime": 1}]}

    assert unknown(replay(PROBE, load(OPEN).with_json(1, other))).silence is Silence.GARBLED


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, b'<meta HTTP-EQUIV="REFRESH" content="0;url=/hiveserver2.jsp"/>'),
        (200, b'<meta HTTP-EQUIV="REFRESH" content="0;url=/index.jsp"/>'),
        (200, b"see /hiveserver2.jsp"),
    ],
)
def test_another_page_is_not_identified(status: int, body: bytes) -> None:
    """Only the whole way to the page counts."""
    assert PROBE.identify(Page(status=status, headers={}, body=body)) is None


@given(place=st.integers(1, 2), body=st.binary(max_size=60))
def test_garbage_is_never_a_door(place: int, body: bytes) -> None:
    """Measurement and control are both needed, whole."""
    assert isinstance(replay(PROBE, load(OPEN).with_payload(place, body)), Unknown)
