"""Counts of servers: numbers and their digits, and what is neither."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.jsonview import Json
from scanner.wire import counts
from scanner.wire.counts import MAX_COUNT


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, 0),
        (512, 512),
        ("512", 512),
        (MAX_COUNT, MAX_COUNT),
        (str(MAX_COUNT), MAX_COUNT),
        (MAX_COUNT + 1, None),
        (str(MAX_COUNT + 1), None),
        (-1, None),
        ("-1", None),
        (True, None),
        (1.5, None),
        ("", None),
        ("1e3", None),
        ("\u0663", None),
        (None, None),
        ([1], None),
    ],
)
def test_a_count_is_a_number_that_a_history_can_hold(value: object, expected: int | None) -> None:
    """Written as a number or as its digits; all else is no count."""
    assert counts.read(Json(value)) == expected


def test_what_is_not_there_is_no_count() -> None:
    """A member that is absent counts nothing, which is not zero."""
    assert counts.read(None) is None


@given(st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text()))
def test_whatever_stands_there_is_a_count_or_none(value: object) -> None:
    """Never another number, and never an exception."""
    found = counts.read(Json(value))
    assert found is None or 0 <= found <= MAX_COUNT
