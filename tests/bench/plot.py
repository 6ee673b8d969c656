"""Bars as SVG: text that a browser and a diff can read, without a plotting library."""

from collections.abc import Iterator, Sequence
from html import escape

from tests.bench.result import Bars

WIDTH, ROW, GAP, NAMES, FIGURES = 760, 22, 46, 220, 90

#: Ours is told from a peer by more than its colour: its name begins with the project's.
OURS, PEER = "#1f6f8b", "#b8c4cc"

STYLE = "font-family: system-ui, sans-serif; font-size: 13px; fill: #24292f"


def plot(groups: Sequence[Bars]) -> str:
    """Draw groups of horizontal bars, each group on a scale of its own from zero."""
    height = sum(GAP + ROW * len(group.bars) for group in groups) + 10
    lines: list[str] = []
    top = 0
    for group in groups:
        lines += _group(group, top)
        top += GAP + ROW * len(group.bars)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">'
    ground = f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>'
    return "\n".join([head, ground, f'<g style="{STYLE}">', *lines, "</g>", "</svg>", ""])


def _group(group: Bars, top: int) -> Iterator[str]:
    most = max((bar.value for bar in group.bars), default=0) or 1
    yield f'<text x="8" y="{top + 28}" font-weight="bold">{escape(group.title)}</text>'
    for place, bar in enumerate(group.bars):
        y = top + GAP - 6 + place * ROW
        wide = (WIDTH - NAMES - FIGURES) * bar.value / most
        colour = OURS if bar.name.startswith("ronde") else PEER
        yield f'<text x="{NAMES - 8}" y="{y + 13}" text-anchor="end">{escape(bar.name)}</text>'
        yield f'<rect x="{NAMES}" y="{y}" width="{wide:.1f}" height="{ROW - 5}" fill="{colour}"/>'
        yield f'<text x="{NAMES + wide + 6:.1f}" y="{y + 13}">{bar.value:,.0f}</text>'
