"""`docs/performance.md`, written from what the parts of the bench came to."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.bench.plot import plot
from tests.bench.result import Part, Table, Target

DOCS = Path(__file__).parent.parent.parent / "docs"

HEAD = (
    "# Performance",
    "",
    "This page is written by `make bench`; edit the bench, not the page.",
    '`make bench PARTS="sweep memory"` takes these parts anew; the others stay as they were.',
    "",
    "The laboratory is two network namespaces joined by a virtual link, built for the run.",
    "One of them answers for every address of a /16; no packet leaves the machine.",
    "Scanner, kernel and servers share its cores: the figures compare what stands in one table.",
    "Contenders run in turn and the best run counts: what else the machine does only slows one.",
    "Wall time is the whole command's, from start to exit.",
    "CPU time is user and system time, of the command and of all that it started.",
    "",
    "![Bars of the tables below, ronde beside its peers](performance.svg)",
    "",
    "## Targets",
    "",
)

TARGETS = ("target", "wanted", "seen", "verdict")


def write(parts: Sequence[Part]) -> None:
    """Write the page and its plot."""
    bars = [group for part in parts for group in part.bars if group.bars]
    (DOCS / "performance.svg").write_text(plot(bars), encoding="utf-8")
    (DOCS / "performance.md").write_text("\n".join(lines(parts)) + "\n", encoding="utf-8")


def lines(parts: Sequence[Part]) -> Iterator[str]:
    """Lay the page out, a line at a time."""
    yield from HEAD
    yield from table(targets(parts))
    for part in parts:
        yield from _part(part)


def table(one: Table) -> Iterator[str]:
    """Write a table."""
    yield f"| {' | '.join(one.columns)} |"
    yield f"|{'---|' * len(one.columns)}"
    yield from (f"| {' | '.join(row)} |" for row in one.rows)


def targets(parts: Sequence[Part]) -> Table:
    """Gather what was aimed at, met or not."""
    return Table("Targets", TARGETS, tuple(_row(one) for part in parts for one in part.targets))


def _part(part: Part) -> Iterator[str]:
    yield from ("", f"## {part.title}", "", part.text, "")
    yield f"Taken on {part.machine}."
    for one in part.tables:
        yield from ("", f"### {one.title}", "")
        yield from table(one)
    for note in part.notes:
        yield from ("", note)


def _row(target: Target) -> tuple[str, ...]:
    sign = "≤" if target.at_most else "≥"
    seen = "" if target.seen is None else f"{target.seen:.2f}{target.unit}"
    return target.what, f"{sign} {target.wanted:g}{target.unit}", seen, target.verdict
