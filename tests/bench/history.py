"""How soon a grown history answers: a thousand rounds, ten thousand open findings."""

import tempfile
import time
from contextlib import closing
from pathlib import Path

from sqlalchemy import insert

from scanner.model import Endpoint, Transport
from scanner.store import Store
from scanner.store.database import Database
from scanner.store.entries import Change
from scanner.store.retention import forget
from scanner.store.tables import event
from tests.bench.result import Part, Table, Target
from tests.exposures import NOON, SCOPE, VANTAGE, WAY, coverage, day, exposure

ROUNDS = 1_000
FINDINGS = 10_000
TURNS = 5

#: Findings committed together; a round takes as many as have come.
LOT = 100

#: CPU seconds to list what is open.
WANTED = 0.5

#: Findings that change each night: one in a hundred.
CHANGES = FINDINGS // 100

TEXT = (
    f"{ROUNDS:,} rounds, in each of which {CHANGES} findings changed; the last saw {FINDINGS:,} "
    f"exposed. CPU time of the best of {TURNS} turns of what `ronde findings` asks, and of what "
    "the end of a round adds to forget the oldest of these rounds."
)


def measure() -> Part:
    """Fill a history and list what is open, some times over."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "history.sqlite"
        with Store.open(path, create=NOON) as store:
            _fill(store)
        _change(path)
        size = path.stat().st_size
        with Store.open(path) as store:
            best = min(_listed(store) for _ in range(TURNS))
        forgotten = _forgotten(path)
    counts = (f"{ROUNDS:,}", f"{ROUNDS * CHANGES:,}", f"{FINDINGS:,}")
    row = (*counts, f"{size / 1e6:.1f}", f"{best:.3f}", f"{forgotten:.3f}")
    columns = ("rounds", "changes", "findings", "MB", "CPU s to list", "CPU s to forget one")
    return Part(
        name="history",
        title="A grown history",
        text=TEXT,
        tables=(Table("What is open", columns, (row,)),),
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


def _change(path: Path) -> None:
    """Write down what happened in the nights before, as rounds would have."""
    happened = [
        {
            "round": f"r{number}",
            "fingerprint": f"{(number * CHANGES + one) % FINDINGS:032x}",
            "what": Change.CHANGED.value,
            "address": "10.0.0.1",
            "port": 9200,
            "transport": Transport.TCP,
            "because": "version",
            "at": day(number),
        }
        for number in range(1, ROUNDS)
        for one in range(CHANGES)
    ]
    with closing(Database.open(path, create=None)) as database, database.writing() as transaction:
        transaction.execute(insert(event), happened)


def _forgotten(path: Path) -> float:
    with closing(Database.open(path, create=None)) as database, database.writing() as transaction:
        start = time.process_time()
        forget(transaction, ROUNDS - 1, NOON)
        return time.process_time() - start


def _listed(store: Store) -> float:
    start = time.process_time()
    if len(store.open_findings(NOON)) != FINDINGS:
        raise AssertionError("the history lost findings")
    return time.process_time() - start
