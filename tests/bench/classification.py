"""How many names a second are told apart: all names of the labelled schemas, on one core."""

import time

from scanner.classify import Classifier, load_vocabulary
from tests.bench.result import Part, Table, Target
from tests.classify.schemas import schemas

TURNS = 5
WANTED = 100_000

TEXT = (
    "Every table of the labelled public schemas, one after another, in one process. CPU time of "
    "the best of five turns; reading the vocabulary is apart."
)


def measure() -> Part:
    """Classify every labelled table, some times over."""
    started = time.process_time()
    classifier = Classifier(load_vocabulary())
    reading = time.process_time() - started
    tables = [table for schema in schemas() for table in schema.tables]
    names = sum(1 + len(table.fields) for table in tables)
    best = min(_once(classifier, [(one.name, one.fields) for one in tables]) for _ in range(TURNS))
    rate = names / best
    row = (f"{len(tables):,}", f"{names:,}", f"{best:.3f}", f"{rate:,.0f}", f"{reading:.3f}")
    return Part(
        name="classification",
        title="Data categories from names",
        text=TEXT,
        tables=(
            Table(
                "Names told apart",
                ("data sets", "names", "CPU s", "names/s", "reading the vocabulary, CPU s"),
                (row,),
            ),
        ),
        targets=(Target("names told apart a second", WANTED, rate, unit=""),),
    )


def _once(classifier: Classifier, listed: list[tuple[str, tuple[str, ...]]]) -> float:
    start = time.process_time()
    for name, fields in listed:
        classifier.classify(name, fields)
    return time.process_time() - start
