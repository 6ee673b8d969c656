"""How much memory stays resident while a million endpoints are planned and swept, and sixteen.

Each run is a process of its own that goes through every endpoint with our planning, pacing and
counting, and with a dialler that has no kernel behind it: it refuses at once. One more run is a
whole round of a million real endpoints, with history, audit trail and output.
"""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from errno import ECONNREFUSED
from ipaddress import ip_network
from pathlib import Path

from scanner.addresses import AddressSet
from scanner.course import Block, Course
from scanner.course import Target as Endpoint
from scanner.scope import Rates
from scanner.sweep import ConnectSweep, Pace
from tests.bench.contender import Contender
from tests.bench.ground import Ground
from tests.bench.lab import REFUSING, rooms, why_not
from tests.bench.result import Part, Table, Target
from tests.bench.ronde import contender
from tests.bench.runs import Failed, output

LIMIT_MB = 150

#: What the allocator makes of the same work differs by a few megabytes from run to run.
FLAT = 1.1
RATES = Rates(connections_per_second=1e9, per_host_per_second=5, timeout=3, attempts=2)

#: By the bits of the network that is swept on four ports: one million endpoints, and sixteen.
BITS = (14, 10)
PORTS = (4559, 6379, 9200, 9300)

#: Sixteen ports on every address of the laboratory: a million endpoints.
MORE_PORTS = tuple(range(9300, 9312))

COLUMNS = ("run", "endpoints", "wall s", "MB at most")

TEXT = (
    "The largest resident size of the process. Endpoints are computed, never listed, and a "
    "sweep remembers only what is in flight. The runs without a kernel go through every endpoint "
    "of the plan with a dialler that refuses at once; the others are whole rounds in the "
    "laboratory."
)


class Refusing:
    """A dialler whose every connection is refused before the call returns."""

    def begin(self, target: Endpoint) -> tuple[int, int]:  # noqa: ARG002 - whoever it is
        """Refuse."""
        return 0, ECONNREFUSED

    def settled(self, seconds: float, most: int) -> list[int]:  # noqa: ARG002 - nothing flies
        """Wait; nothing is in flight."""
        time.sleep(seconds)
        return []

    def land(self, fd: int, target: Endpoint) -> int:
        """Never reached."""
        raise NotImplementedError

    def abandon(self, fd: int) -> int:
        """Never reached."""
        raise NotImplementedError

    def close(self) -> None:
        """Close nothing."""


def measure() -> Part:
    """Go through one million and sixteen, and walk what the laboratory has."""
    bare = [_bare(bits) for bits in BITS]
    rows = [(f"no kernel, a /{bits}", *row) for bits, row in zip(BITS, bare, strict=True)]
    rows += [] if why_not() else _rounds()
    small, large = (float(megabytes) for _, _, megabytes in bare)
    return Part(
        name="memory",
        title="Memory",
        text=TEXT,
        tables=(Table("Resident memory", COLUMNS, tuple(rows)),),
        targets=(
            Target("memory of 16 million endpoints", LIMIT_MB, large, at_most=True, unit=" MB"),
            Target("that beside one million's", FLAT, large / small, at_most=True),
        ),
    )


def _bare(bits: int) -> tuple[str, str, str]:
    seen = json.loads(output([sys.executable, "-m", "tests.bench.memory", str(bits)], seconds=400))
    return f"{seen['planned']:,}", f"{seen['seconds']:.1f}", f"{seen['rss'] / 1e6:.0f}"


def _rounds() -> Iterator[tuple[str, str, str, str]]:
    """Walk whole rounds of a million endpoints; say why where it cannot be done."""
    for one in (
        contender("a whole round by connects", sweep="connect"),
        contender("a whole round by SYNs", sweep="syn"),
    ):
        with rooms() as room, tempfile.TemporaryDirectory() as folder:
            yield _round(one, tuple(room.here), Path(folder))


def _round(one: Contender, here: tuple[str, ...], folder: Path) -> tuple[str, str, str, str]:
    ground = Ground(
        here=here,
        folder=folder,
        networks=(REFUSING,),
        ports=(9200, 9201, 9202, 9243, *MORE_PORTS),
        probes=("elasticsearch",),
        listening=frozenset(),
        limit=200,
        extra_ports={"elasticsearch": MORE_PORTS},
    )
    try:
        run = one.run(ground)
    except Failed as failure:
        return one.name, f"not run: {failure}", "", ""
    return one.name, f"{run.planned:,}", f"{run.seconds:.1f}", f"{run.megabytes:.0f}"


def main(bits: str) -> None:
    """Sweep a network of so many bits, and print figures as JSON."""
    block = Block(AddressSet.of([ip_network(f"10.0.0.0/{bits}")]), PORTS)
    sweep = ConnectSweep(pace=Pace(RATES), width=4096, timeout=3, attempts=2, dialler=Refusing)
    start = time.perf_counter()
    tally = sweep.run(Course.over(block, seed=1), lambda _: None)
    print(  # noqa: T201 - its output is read by the parent
        json.dumps(
            {
                "planned": tally.planned,
                "seconds": time.perf_counter() - start,
                "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
