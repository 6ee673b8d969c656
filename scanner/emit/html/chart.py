"""Charts as numbers: where each bar of the trend and of the coverage stands. The template draws."""

from collections.abc import Sequence
from dataclasses import dataclass

from scanner.model import Coverage, Severity

#: A month of nights; more bars than that are thinner than a printed line.
MAX_ROUNDS = 30

#: Units of the drawing; the page scales it.
WIDTH = 720
HEIGHT = 160

#: Height of the strip below the bars, and its distance from them.
STRIP = 14
GAP = 6


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of a chart: what it stands for, and where."""

    what: str
    count: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One round of the trend: its boxes, worst at the foot, and its share that answered."""

    coverage: Coverage
    boxes: tuple[Box, ...]
    strip: Box
    outline: Box
    total: int


@dataclass(frozen=True, slots=True)
class Trend:
    """The bars of the rounds, oldest first; `top` is the count at the upper edge."""

    bars: tuple[Bar, ...]
    top: int


def trend(rounds: Sequence[Coverage]) -> Trend:
    """Draw the last rounds, each to the scale of the fullest."""
    shown = rounds[-MAX_ROUNDS:]
    top = max((sum(coverage.findings.values()) for coverage in shown), default=0)
    width = WIDTH / max(len(shown), 8)  # a few rounds make bars, not walls
    return Trend(
        tuple(
            _bar(coverage, at * width, width * 0.8, top or 1) for at, coverage in enumerate(shown)
        ),
        top,
    )


def covered(coverage: Coverage) -> tuple[Box, ...]:
    """Draw what came of the planned endpoints as one line, `WIDTH` long."""
    counts = outcomes(coverage)
    whole = sum(counts.values()) or 1
    boxes, x = [], 0.0
    for what, count in counts.items():
        width = count / whole * WIDTH
        boxes.append(Box(what, count, x, 0, width, STRIP))
        x += width
    return tuple(boxes)


def outcomes(coverage: Coverage) -> dict[str, int]:
    """Sort the planned endpoints by what came of them; the rest was not visited."""
    counts = {
        "reached": coverage.reached,
        "closed": coverage.closed,
        "filtered": coverage.filtered,
        "unreachable": coverage.unreachable,
        "skipped": sum(coverage.skipped.values()),
    }
    return {**counts, "unvisited": max(coverage.planned - sum(counts.values()), 0)}


def answered(coverage: Coverage) -> int:
    """Count the endpoints of which something was seen, open or closed."""
    return coverage.reached + coverage.closed


def _bar(coverage: Coverage, x: float, width: float, top: int) -> Bar:
    boxes, y = [], float(HEIGHT)
    for severity in Severity:
        count = coverage.findings.get(severity, 0)
        height = count / top * HEIGHT
        y -= height
        boxes.append(Box(severity, count, x, y, width, height))
    share = answered(coverage) / coverage.planned if coverage.planned else 0.0
    strip = Box("answered", answered(coverage), x, HEIGHT + GAP, width * share, STRIP)
    outline = Box("outline", 0, x, HEIGHT + GAP, width, STRIP)
    return Bar(coverage, tuple(boxes), strip, outline, sum(coverage.findings.values()))
