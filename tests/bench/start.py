"""How soon `ronde --help` is there, and what it imports for that."""

import sys
import time

from tests.bench.result import Part, Table, Target
from tests.bench.ronde import RONDE
from tests.bench.runs import output

TURNS = 5
LIMIT_SECONDS = 0.25

#: Libraries that cost a tenth of a second or more each; none is needed to print a help page.
HEAVY = ("alembic", "cryptography", "elasticsearch", "httpx", "pymongo", "rich", "sqlalchemy")

TEXT = (
    "The best of five starts each. A help page imports no library that costs a tenth of a second."
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
        ),
        targets=(Target("`ronde --help`", LIMIT_SECONDS, ours, at_most=True, unit=" s"),),
    )


def _seconds(words: list[str]) -> float:
    return min(_once(words) for _ in range(TURNS))


def _once(words: list[str]) -> float:
    start = time.perf_counter()
    output(words)
    return time.perf_counter() - start
