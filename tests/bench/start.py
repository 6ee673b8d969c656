"""How soon `ronde --help` is there, what it imports for that, and what the least round costs."""

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.ground import Ground
from tests.bench.result import Part, Table, Target
from tests.bench.ronde import RONDE, walk
from tests.bench.runs import Run, output

TURNS = 5
LIMIT_SECONDS = 0.25

#: Libraries that cost a tenth of a second or more each; none is needed to print a help page.
HEAVY = ("alembic", "cryptography", "elasticsearch", "httpx", "pymongo", "rich", "sqlalchemy")

TEXT = (
    "The best of five starts each. A help page imports no library that costs a tenth of a second. "
    "The least round is over one address of loopback: what every round costs before it has met "
    "anybody, on one core and on the cores of its workers."
)


def measure() -> Part:
    """Time the help page beside a bare interpreter, and name what it imports."""
    python, *words = RONDE
    said = output([python, "-X", "importtime", *words, "--help"])
    imported = {line.rpartition("|")[2].strip() for line in said.splitlines() if "|" in line}
    heavy = sorted(imported & set(HEAVY))
    ours, bare = _seconds([*RONDE, "--help"]), _seconds([sys.executable, "-c", "pass"])
    return Part(
        name="start",
        title="The start of the command",
        text=TEXT,
        tables=(
            Table(
                "`ronde --help`",
                ("wall s", "a bare interpreter, s", "modules", "heavy ones"),
                ((f"{ours:.3f}", f"{bare:.3f}", str(len(imported)), ", ".join(heavy) or "none"),),
            ),
            Table("The least round", ("workers", "wall s", "CPU s", "MB"), tuple(_rounds())),
        ),
        targets=(Target("`ronde --help`", LIMIT_SECONDS, ours, at_most=True, unit=" s"),),
    )


def _rounds() -> Iterator[tuple[str, ...]]:
    with tempfile.TemporaryDirectory() as folder:
        ground = Ground(
            here=(),
            folder=Path(folder),
            networks=("127.0.0.1/32",),
            ports=(6379,),
            probes=("redis",),
            listening=frozenset(),
            limit=30,
        )
        for workers in ("1", "2"):
            run = min((_round(ground, workers) for _ in range(TURNS)), key=lambda run: run.cpu)
            yield workers, f"{run.seconds:.2f}", f"{run.cpu:.2f}", f"{run.megabytes:.0f}"


def _round(ground: Ground, workers: str) -> Run:
    return walk(ground, "--sweep", "connect", "--workers", workers)


def _seconds(words: list[str]) -> float:
    return min(_once(words) for _ in range(TURNS))


def _once(words: list[str]) -> float:
    start = time.perf_counter()
    output(words)
    return time.perf_counter() - start
