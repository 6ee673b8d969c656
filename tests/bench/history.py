"""How soon a grown history answers: a thousand rounds, ten thousand open findings."""

import tempfile
import time
from pathlib import Path

from scanner.model import Endpoint
from scanner.store import Store
from tests.bench.result import Part, Table, Target
from tests.exposures import NOON, SCOPE, VANTAGE, WAY, coverage, day, exposure

ROUNDS = 1_000
FINDINGS = 10_000
TURNS = 5

#: Findings committed together; a round takes as many as have come.
LOT = 100

#: CPU seconds to list what is open.
WANTED = 0.5

TEXT = (
    f"{ROUNDS:,} rounds, the last of which saw {FINDINGS:,} findings exposed. CPU time of the best "
    f"of {TURNS} turns of what `ronde findings` asks."
)


def measure() -> Part:
    """Fill a history and list what is open, some times over."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "history.sqlite"
        with Store.open(path, create=NOON) as store:
            _fill(store)
            best = min(_listed(store) for _ in range(TURNS))
        size = path.stat().st_size
    row = (f"{ROUNDS:,}", f"{FINDINGS:,}", f"{size / 1e6:.1f}", f"{best:.3f}")
    return Part(
        name="history",
        title="A grown history",
        text=TEXT,
        tables=(Table("What is open", ("rounds", "findings", "MB", "CPU s"), (row,)),),
        targets=(Target("open findings listed", WANTED, best, at_most=True, unit=" s"),),
    )


def _fill(store: Store) -> None:
    for number in range(1, ROUNDS):
        name, at = f"r{number}", day(number)
        with store.begin_round(name, scope=SCOPE, vantage=VANTAGE, at=at, way=WAY) as one:
            one.end(coverage(round=name, ended=at))
    with store.begin_round("last", scope=SCOPE, vantage=VANTAGE, at=NOON, way=WAY) as last:
        for first in range(0, FINDINGS, LOT):
            with last.together():
                for number in range(first, first + LOT):
                    place = Endpoint(address=f"10.0.{number >> 8}.{number & 255}", port=9200)
                    name = f"{number:032x}"
                    last.record(exposure(fingerprint=name, endpoint=place, round="last"))


def _listed(store: Store) -> float:
    start = time.process_time()
    if len(store.open_findings(NOON)) != FINDINGS:
        raise AssertionError("the history lost findings")
    return time.process_time() - start
