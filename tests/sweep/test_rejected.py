"""A firewall that rejects a whole network at once, and what each sweep makes of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.bench.ground import Ground
from tests.bench.lab import FENCED, UNREACHABLE, Rooms, rooms, why_not
from tests.bench.ronde import walk

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(why_not() is not None, reason=str(why_not())),
]


#: With the probe's own four, so many ports that 1,280 hosts are worth a ring.
EXTRA_PORTS = tuple(range(9300, 9312))


@pytest.fixture(scope="module")
def room() -> Iterator[Rooms]:
    """Build the laboratory once."""
    with rooms() as both:
        yield both


def coverage(room: Rooms, folder: Path, sweep: str) -> dict[str, Any]:
    """Walk a round over two networks that a firewall rejects, each in its own words."""
    ground = Ground(
        here=tuple(room.here),
        folder=folder,
        networks=(UNREACHABLE, FENCED),
        ports=(9200, 9201, 9202, 9243),
        probes=("elasticsearch",),
        listening=frozenset(),
        limit=60,
        extra_ports={"elasticsearch": EXTRA_PORTS},
    )
    walk(ground, "--sweep", sweep)
    said: dict[str, Any] = msgspec.json.decode((folder / "round.jsonl").read_bytes())
    return said


@pytest.mark.parametrize("sweep", ["connect", "syn"])
def test_what_is_rejected_is_unreachable(room: Rooms, tmp_path: Path, sweep: str) -> None:
    """Each of 20,480 endpoints, however fast the errors come; none of them seems to drop."""
    said = coverage(room, tmp_path, sweep)

    states = {name: said[name] for name in ("reached", "closed", "filtered", "unreachable")}
    assert states == {"reached": 0, "closed": 0, "filtered": 0, "unreachable": 20_480}
    assert said["complete"] is True
