"""The labelled schemas beside this file, as `schemas/README.md` says them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scanner.inferred import Category

FOLDER = Path(__file__).parent / "schemas"

#: What a file says it belongs to; the vocabulary may be tuned on the first of them only.
TUNING, HELD_OUT, SECOND = PARTS = ("tuning", "held-out", "second held-out")

#: The truth of a table that holds nothing of anybody.
NONE = "none"


@dataclass(frozen=True, slots=True)
class Table:
    """One table: what it is for, what it holds, and its names."""

    name: str
    label: str
    categories: frozenset[Category]
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Schema:
    """One product's tables, where they were read and under which licence."""

    product: str
    part: str
    source: str
    version: str
    licence: str
    tables: tuple[Table, ...]

    @property
    def speaks_of_health(self) -> bool:
        """Tell whether any of its tables does."""
        return any(table.label == "health" for table in self.tables)


def schemas() -> Iterator[Schema]:
    """Read every schema, by the name of its file."""
    for path in sorted(FOLDER.glob("*.tsv")):
        lines = path.read_text(encoding="utf-8").splitlines()
        head = [line[2:].split(": ", 1)[1] for line in lines if line.startswith("# ")]
        tables = tuple(_table(line) for line in lines if not line.startswith("#"))
        product, part, source, version, licence = head
        yield Schema(product, part, source, version, licence, tables)


def _table(line: str) -> Table:
    name, label, categories, fields = line.split("\t")
    held = frozenset(Category(one) for one in categories.split(",") if one != "-")
    return Table(name, label, held, tuple(fields.split(",")))
