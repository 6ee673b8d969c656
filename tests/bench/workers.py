"""What a second worker is worth: `python -m tests.bench.workers`, on two cores or more.

The servers and the other side of the link take their share of the same cores, so two workers on
two cores cannot be twice as fast. The ratio of CPU seconds says what working together costs.
"""

import sys
import tempfile
from collections.abc import Iterator
from ipaddress import IPv4Network
from pathlib import Path

from tests.bench.answering import ELASTICSEARCH, REDIS, Refuses, elasticsearch
from tests.bench.contender import Contender
from tests.bench.ground import Ground
from tests.bench.identification import EVERYWHERE
from tests.bench.lab import REFUSING, rooms, why_not
from tests.bench.page import lines
from tests.bench.race import Race, race, table
from tests.bench.result import Part, Target
from tests.bench.ronde import walk
from tests.bench.runs import Run

#: An eighth of the addresses that answer: ten seconds and more of one worker.
ANSWERING = "198.18.0.0/19"

#: Beside the port of Redis; a quarter of a million endpoints are ten seconds of one worker.
MORE_PORTS = (6380, 6381, 6382)

TURNS = 3

ALONE, TOGETHER = "1 worker", "2 workers"


def measure() -> Part:
    """Race one worker against two, over open doors and over shut ones."""
    named, swept = _naming(), _sweeping()
    return Part(
        name="workers",
        title="A second worker",
        text="",
        tables=(
            table("Front pages, to be named", named, lambda run: run.found),
            table("Ports that refuse, by connects", swept, lambda run: run.planned),
        ),
        targets=(
            Target("naming front pages, wall time", 1.7, _gain(named)),
            Target("sweeping by connects, wall time", 1.8, _gain(swept)),
            Target(
                "naming front pages, CPU of two workers for that of one",
                1.15,
                _cost(named),
                at_most=True,
            ),
            Target("sweeping by connects, the same", 1.1, _cost(swept), at_most=True),
        ),
    )


def _naming() -> Race:
    with (
        rooms() as room,
        elasticsearch(room.there, EVERYWHERE, Refuses.BUSY),
        tempfile.TemporaryDirectory() as folder,
    ):
        listening = frozenset(f"{one}:{ELASTICSEARCH}" for one in IPv4Network(ANSWERING))
        ground = Ground(
            here=tuple(room.here),
            folder=Path(folder),
            networks=(ANSWERING,),
            ports=(ELASTICSEARCH,),
            probes=("elasticsearch",),
            listening=listening,
            limit=120,
        )
        listed = ground.folder / "open"
        listed.write_text("".join(f"{one}\n" for one in sorted(listening)), encoding="ascii")
        return race([*_contenders("--open-from", str(listed))], ground, TURNS)


def _sweeping() -> Race:
    with rooms() as room, tempfile.TemporaryDirectory() as folder:
        ground = Ground(
            here=tuple(room.here),
            folder=Path(folder),
            networks=(REFUSING,),
            ports=(REDIS, *MORE_PORTS),
            probes=("redis",),
            listening=frozenset(),
            limit=120,
            extra_ports={"redis": MORE_PORTS},
        )
        return race([*_contenders("--sweep", "connect")], ground, TURNS)


def _contenders(*options: str) -> Iterator[Contender]:
    for name, workers in ((ALONE, "1"), (TOGETHER, "2")):

        def run(ground: Ground, workers: str = workers) -> Run:
            return walk(ground, "--workers", workers, *options)

        yield Contender(name, run)


def _gain(laps: Race) -> float | None:
    """Say how many times the wall time of two workers one takes."""
    one, two = laps[ALONE].best, laps[TOGETHER].best
    return one.seconds / two.seconds if one and two else None


def _cost(laps: Race) -> float | None:
    """Say how much CPU time two workers take for the work of one, each at its best."""
    ones, twos = ([run.cpu for run in laps[name].runs] for name in (ALONE, TOGETHER))
    return min(twos) / min(ones) if ones and twos else None


if __name__ == "__main__":
    if outside := why_not():
        sys.exit(f"not run: {outside}")
    sys.stdout.write("\n".join(lines([measure()])) + "\n")
