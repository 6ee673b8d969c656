"""What a second worker is worth in conversations; what it is in sweeps, `sweeps` tells."""

import tempfile
from collections.abc import Iterator
from ipaddress import IPv4Network
from pathlib import Path

from tests.bench.answering import ELASTICSEARCH, Refuses, elasticsearch
from tests.bench.contender import Contender
from tests.bench.ground import Ground
from tests.bench.identification import EVERYWHERE
from tests.bench.lab import rooms
from tests.bench.race import Race, race, table
from tests.bench.result import Part, Target
from tests.bench.ronde import walk
from tests.bench.runs import Run

#: An eighth of the addresses that answer: ten seconds and more of one worker.
ANSWERING = "198.18.0.0/19"

TURNS = 3
LIMIT = 120

ALONE, TOGETHER = "1 worker", "2 workers"

TEXT = (
    "8,192 front pages of a busy cluster are named by one process, and by two that a third one "
    "deals shards to and takes visits from. The servers and the link's other side have the same "
    "cores, so two workers on two cores cannot be twice as fast; the ratio of CPU seconds says "
    "what working together costs."
)


def measure() -> Part:
    """Race one worker against two over open doors."""
    laps = _naming()
    return Part(
        name="workers",
        title="A second worker",
        text=TEXT,
        tables=(table("Front pages, to be named", laps, lambda run: run.found),),
        targets=(
            Target("naming with two workers, beside one", 1.7, _gain(laps)),
            Target("CPU of two workers for that of one", 1.15, _cost(laps), at_most=True),
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
            limit=LIMIT,
        )
        listed = ground.folder / "open"
        listed.write_text("".join(f"{one}\n" for one in sorted(listening)), encoding="ascii")
        return race([*_contenders("--open-from", str(listed))], ground, TURNS)


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
