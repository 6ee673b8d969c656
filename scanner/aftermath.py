"""Signs that dates and the last look give, beside a name that an extortion campaign leaves.

Without such a name nothing is said here: a store that keeps a month of logs loses an index a night,
and all that it holds is younger than itself. Pure rules.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from scanner.inferred import ADVICE, EXTORTION, Label, Mark
from scanner.model import Finding, Holding

VANISHED, YOUNGER = "vanished", "younger"

#: A server is filled within days of being set up; what is younger by more was made later.
SET_UP = timedelta(days=7)

GONE = (
    "data sets that were listed at the last look are gone, and a name used by known extortion "
    "campaigns has appeared since"
)
MADE_LATER = (
    "beside such a name, every data set was made long after the server's own: earlier ones may "
    "have been destroyed"
)


def looked_back(seen: Finding, before: Finding | None) -> Finding:
    """Add to a draft what its dates and the last look at its door are signs of."""
    if not _bears_a_name(seen):
        return seen
    later = [*_vanished(seen, before), *_younger(seen)]
    return replace(seen, signs=(*seen.signs, *later))


def _bears_a_name(seen: Finding) -> bool:
    return any(mark.what == EXTORTION for mark in seen.signs)


def _vanished(seen: Finding, before: Finding | None) -> Iterator[Mark]:
    """Compare two listings; once the name was there, what was said then is said again."""
    if before is None:
        return
    if _bears_a_name(before):
        yield from (mark for mark in before.signs if mark.what == VANISHED)
        return
    gone = Counter(one.name for one in before.holdings) - Counter(one.name for one in seen.holdings)
    if gone and _is_whole(seen):
        yield Mark(what=VANISHED, holdings=gone.total(), because=GONE, advice=ADVICE)


def _younger(seen: Finding) -> Iterator[Mark]:
    """Compare the data with what the server made for itself when it was set up."""
    own = _made([one for one in seen.holdings if one.label is Label.INTERNAL])
    data = [one for one in seen.holdings if one.label is not Label.INTERNAL]
    made = _made(data)
    if not own or not made or len(made) < len(data) or not _is_whole(seen):
        return
    if min(made) - min(own) > SET_UP:
        yield Mark(what=YOUNGER, holdings=len(data), because=MADE_LATER, advice=ADVICE)


def _made(holdings: Sequence[Holding]) -> list[datetime]:
    return [one.created for one in holdings if one.created]


def _is_whole(seen: Finding) -> bool:
    return len(seen.holdings) == seen.holdings_total
