"""A round that was killed and continued is the round that it would have been."""

import signal
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner.sweep import why_no_syns
from tests.fakes.ward import OPEN_HOSTS, SHARDS, WHOLE, Ward, ward

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="needs all of 127.0.0.0/8"),
]

#: Hosts of two shards: the one that is swept, and the one whose last conversations go on.
UNDER_WAY = 2 * 64 // SHARDS


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Ward]:
    """Run the ward."""
    with ward(tmp_path) as running:
        yield running


def stop_after(place: Ward, lines: int, how: signal.Signals, *arguments: str) -> None:
    """Stop a round as soon as it has told so many findings."""
    with place.round(*arguments) as walking:
        assert walking.stdout is not None
        told = [walking.stdout.readline() for _ in range(lines)]
        walking.send_signal(how)
        walking.stdout.read()
    assert all(told)


def test_an_undisturbed_round(place: Ward) -> None:
    """What the others are compared with."""
    found = place.findings()

    assert [(address, status) for address, _, status, _ in found] == [
        (address, "new") for address in sorted(OPEN_HOSTS)
    ]
    assert place.coverage() == WHOLE
    assert sorted(place.asked()) == sorted(OPEN_HOSTS)


@pytest.mark.parametrize("moment", [1, 4, 9, 15, 21])
def test_a_killed_round_goes_on(place: Ward, moment: int) -> None:
    """Same findings, each once; same coverage; no more repeated than was under way."""
    stop_after(place, moment, signal.SIGKILL)

    found = place.findings("--resume")

    assert [(address, status) for address, _, status, _ in found] == [
        (address, "new") for address in sorted(OPEN_HOSTS)
    ]
    assert place.coverage() == WHOLE
    times = Counter(place.asked())
    assert set(times) == set(OPEN_HOSTS)
    assert sum(times.values()) - len(times) <= UNDER_WAY


@pytest.mark.skipif(why_no_syns() is not None, reason=str(why_no_syns()))
@pytest.mark.parametrize("moment", [1, 12])
def test_a_killed_round_of_syns_goes_on(place: Ward, moment: int) -> None:
    """Shards are the same whichever way they are swept."""
    stop_after(place, moment, signal.SIGKILL, "--syn")

    found = place.findings("--resume", "--syn")

    assert [address for address, *_ in found] == sorted(OPEN_HOSTS)
    assert place.coverage() == WHOLE
    times = Counter(place.asked())
    assert sum(times.values()) - len(times) <= UNDER_WAY


def test_a_round_that_is_killed_again_and_again_ends(place: Ward) -> None:
    """Each process goes on where the one before was killed."""
    stop_after(place, 3, signal.SIGKILL)
    stop_after(place, 10, signal.SIGKILL, "--resume")
    stop_after(place, 16, signal.SIGKILL, "--resume")

    assert len(place.findings("--resume")) == len(OPEN_HOSTS)
    assert place.coverage() == WHOLE


def test_an_interrupted_round_goes_on(place: Ward) -> None:
    """What SIGINT left out is made up for, and the coverage is whole."""
    stop_after(place, 4, signal.SIGINT)
    assert place.coverage()["complete"] is False

    assert len(place.findings("--resume")) == len(OPEN_HOSTS)
    assert place.coverage() == WHOLE
