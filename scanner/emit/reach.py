"""Which parts of a round answered least: said in words, for people."""

from collections.abc import Iterator, Mapping

from scanner.model import Coverage
from scanner.plaintext import printable
from scanner.reach import Reach

#: Enough to see where to look; all of it is in the coverage.
MAX_PARTS = 10

#: What becomes of an endpoint.
STATES = ("reached", "closed", "filtered", "unreachable", "skipped")


def darkest_first(parts: Mapping[str, Reach]) -> list[tuple[str, Reach]]:
    """Sort by the share that answered of what was to be visited, then by how much that is."""
    due = [(name, reach) for name, reach in parts.items() if reach.due]
    return sorted(due, key=lambda one: (one[1].answered / one[1].due, -one[1].due))


def dark(parts: Mapping[str, Reach]) -> list[tuple[str, Reach]]:
    """Give the parts of which nothing answered at all."""
    return [(name, reach) for name, reach in darkest_first(parts) if not reach.answered]


def lines(coverage: Coverage) -> Iterator[str]:
    """Say where nothing answered, and how much did in each range, if there are several."""
    if unseen := dark(coverage.by_range):
        yield f"NOTHING ANSWERED in {_shown(unseen)}."
    if unseen := [one for one in dark(coverage.by_owner) if one[0]]:
        yield f"NOTHING ANSWERED of what belongs to {_shown(unseen)}."
    if len(coverage.by_range) > 1:
        shares = darkest_first(coverage.by_range)
        said = ", ".join(
            f"{printable(name, 60)} {reach.answered:,} of {reach.due:,}"
            for name, reach in shares[:MAX_PARTS]
        )
        yield f"Answered by range: {said}{_more(shares)}."


def newly_dark(now: Coverage, before: Coverage | None) -> Iterator[str]:
    """Say where nothing answers any more, or from the first round on."""
    fallen = [
        (name, reach)
        for name, reach in dark(now.by_range)
        if before is None or name not in dict(dark(before.by_range))
    ]
    if fallen:
        yield f"NOTHING ANSWERED in {_shown(fallen)}."


def counts(whole: Coverage | Reach) -> dict[str, int]:
    """Count endpoints by what became of them."""
    states = (whole.reached, whole.closed, whole.filtered, whole.unreachable)
    return dict(zip(STATES, (*states, sum(whole.skipped.values())), strict=True))


def _shown(parts: list[tuple[str, Reach]]) -> str:
    listed = (f"{printable(name, 60)} ({reach.due:,} endpoints)" for name, reach in parts)
    return ", ".join(list(listed)[:MAX_PARTS]) + _more(parts)


def _more(parts: list[tuple[str, Reach]]) -> str:
    rest = len(parts) - MAX_PARTS
    return f", and {rest:,} more" if rest > 0 else ""
