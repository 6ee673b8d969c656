"""Contenders side by side on one ground: in turn, so that all meet the same weather."""

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.bench.contender import Contender
from tests.bench.ground import Ground
from tests.bench.result import Table
from tests.bench.runs import Failed, Run

COLUMNS = (
    "contender",
    "wall s: best",
    "every run",
    "per wall second",
    "per CPU second",
    "CPU s",
    "of it kernel",
    "MB",
    "recall",
    "wrong",
)


@dataclass(slots=True)
class Laps:
    """The runs of one contender, or why there are none."""

    runs: list[Run] = field(default_factory=list)
    why_not: str = ""

    @property
    def best(self) -> Run | None:
        """The quickest run: other people's work can only slow one down."""
        return min(self.runs, key=lambda run: run.seconds, default=None)

    @property
    def recall(self) -> float:
        """The share of the listeners that the worst run found."""
        return min((run.found / max(run.there, 1) for run in self.runs), default=0.0)


Race = Mapping[str, Laps]


def race(contenders: Sequence[Contender], ground: Ground, turns: int) -> Race:
    """Let each run once a turn. One that fails is not asked again."""
    laps = {one.name: Laps() for one in contenders}
    for turn in range(turns):
        for one in contenders:
            if not laps[one.name].why_not:
                _lap(one, ground, laps[one.name])
                said = laps[one.name].why_not or f"{laps[one.name].runs[-1].seconds:.2f} s"
                sys.stderr.write(f"  turn {turn + 1}, {one.name}: {said}\n")
    return laps


def table(title: str, laps: Race, what: Callable[[Run], int]) -> Table:
    """Lay the race out; `what` is counted per second: endpoints, or what was found."""
    return Table(title, COLUMNS, tuple(_row(name, one, what) for name, one in laps.items()))


def most_thorough(laps: Race, family: str) -> str | None:
    """Name the contender of a family that missed least; of several, the quickest."""
    ran = {name: one for name, one in laps.items() if name.startswith(family) and one.best}
    return max(ran, key=lambda name: (ran[name].recall, -_wall(ran[name])), default=None)


def times_faster(laps: Race, ours: str, theirs: str | None) -> float | None:
    """Say how many times the wall time of ours theirs takes.

    None where one did not run, or ours left a listener unfound: speed without recall is no speed.
    """
    mine = laps[ours].best
    other = laps[theirs].best if theirs else None
    return other.seconds / mine.seconds if mine and other and laps[ours].recall == 1 else None


def _lap(one: Contender, ground: Ground, laps: Laps) -> None:
    try:
        laps.runs.append(one.run(ground))
    except Failed as failure:
        laps.why_not = str(failure)


def _wall(laps: Laps) -> float:
    return laps.best.seconds if laps.best else math.inf


def _row(name: str, laps: Laps, what: Callable[[Run], int]) -> tuple[str, ...]:
    run = laps.best
    if run is None:
        return (name, f"not run: {laps.why_not}", *("",) * (len(COLUMNS) - 2))
    every = " ".join(f"{one.seconds:.1f}" for one in laps.runs)
    return (
        name,
        f"{run.seconds:.2f}",
        f"{every} then {laps.why_not}" if laps.why_not else every,
        f"{what(run) / run.seconds:,.0f}",
        f"{what(run) / run.cpu:,.0f}",
        f"{run.cpu:.2f}",
        f"{run.kernel:.2f}",
        f"{max(one.megabytes for one in laps.runs):.0f}",
        f"{laps.recall:.2%}",
        str(max(one.wrong for one in laps.runs)),
    )
