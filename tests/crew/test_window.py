"""A window that closes on a round with workers holds all of them up, and loses nothing."""

import json
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from scanner.rounds import utc_now
from tests.fakes.ward import OPEN_HOSTS, Ward, ward

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="needs all of 127.0.0.0/8"),
]

#: Seconds in which anything here happens, on a machine that is busy with other things.
PATIENCE = 30

#: How long the window stays closed, in seconds, once everybody knows.
PAUSE = 1.5

#: In which what was in flight when it closed has ended.
IN_FLIGHT = timedelta(seconds=0.5)

#: The round's own process, and two workers.
PROCESSES = 3


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Ward]:
    """Run the ward."""
    with ward(tmp_path) as running:
        yield running


def close(shutter: Path) -> datetime:
    """Close the window, and wait until every process has seen it; give when that was."""
    shutter.touch()
    until = time.monotonic() + PATIENCE
    while len(list(shutter.parent.glob(f"{shutter.name}.*"))) < PROCESSES:
        assert time.monotonic() < until
        time.sleep(0.05)
    return utc_now()


def asked_between(place: Ward, start: datetime, end: datetime) -> list[str]:
    """Give whom the audit trail says to have been asked in a span of time."""
    acts = [json.loads(line) for line in (place.folder / "audit.jsonl").read_bytes().splitlines()]
    asks = [act for act in acts if act["act"] == "ask"]
    return [act["to"] for act in asks if start < datetime.fromisoformat(act["when"]) < end]


def test_nobody_is_asked_until_the_window_opens_again(place: Ward) -> None:
    """Then the round goes on, asks each host once, is whole, and accounts for the pause."""
    shutter = place.folder / "closed"
    with place.round("--workers=2", f"--shutter={shutter}") as walking:
        assert walking.stdout is not None
        assert walking.stdout.readline()
        closed = close(shutter)
        before = len(place.asked())
        time.sleep(PAUSE)
        opened = utc_now()
        shutter.unlink()
        walking.stdout.read()
        assert walking.wait(PATIENCE) == 0

    assert before < len(OPEN_HOSTS)
    assert asked_between(place, closed + IN_FLIGHT, opened) == []
    assert sorted(place.asked()) == sorted(OPEN_HOSTS)
    coverage = json.loads((place.folder / "coverage.json").read_bytes())
    assert (coverage["complete"], coverage["reached"]) == (True, len(OPEN_HOSTS))
    assert coverage["paused"] >= PAUSE
