"""Rounds that are killed at random moments: a few of what `kills` does by the hundred."""

import random
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.ward import Ward, ward
from tests.faults.kills import differences, go_on, kill

#: Seconds from the first moment of a round's history to its end, about.
ROUND = 1.3

CHANCE = random.Random(4)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="needs all of 127.0.0.0/8"),
]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Ward]:
    """Run the ward."""
    with ward(tmp_path) as running:
        yield running


@pytest.mark.parametrize("after", [round(CHANCE.uniform(0, ROUND), 3) for _ in range(4)])
def test_a_round_that_was_killed_at_any_moment_comes_to_the_same(place: Ward, after: float) -> None:
    """Findings, changes, coverage and audit trail are those of an undisturbed round."""
    go_on(place, kill(place, after))

    assert list(differences(place)) == []
