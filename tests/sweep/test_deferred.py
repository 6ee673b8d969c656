"""Endpoints that wait come back when they are due, each once."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scanner.sweep.deferred import Deferred

WAITS = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 3)), max_size=60)


def drained(waiting: Deferred, most: int, now: float) -> list[tuple[int, int]]:
    """Take everybody who is due, so many at a time; give numbers and attempts."""
    taken: list[tuple[int, int]] = []
    while waiting.due(now):
        numbers, attempt = waiting.take(most, now)
        assert 0 < len(numbers) <= most
        taken += [(number, attempt) for number in numbers.tolist()]
    return taken


@given(waits=WAITS, most=st.integers(1, 9), now=st.integers(0, 50))
def test_who_is_due_comes_back_once_and_the_others_stay(
    waits: list[tuple[int, int]], most: int, now: int
) -> None:
    """However the lots fall, at whichever attempts."""
    waiting = Deferred()
    for attempt in (1, 2, 3):
        chosen = [place for place, (_, at) in enumerate(waits) if at == attempt]
        until = np.array([float(waits[place][0]) for place in chosen])
        waiting.add_each(np.array(chosen, np.int64), attempt, until)

    due = [(place, attempt) for place, (when, attempt) in enumerate(waits) if when <= now]
    later = {place for place, (when, _) in enumerate(waits) if when > now}

    assert sorted(drained(waiting, most, float(now))) == due
    assert len(waiting) == len(later)
    assert {number for lot in waiting.clear() for number in lot.tolist()} == later
    assert len(waiting) == 0
