"""How old a finding is, how it grows, and when it is due: pure rules. A start is never invented."""

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from scanner.judged import Growth
from scanner.model import Assessment, Finding, Holding
from scanner.wire.counts import MAX_COUNT


def records_in(assessment: Assessment) -> int | None:
    """Sum all that its holdings count; None unless every one is listed and was counted."""
    if assessment.holdings_total is None and not assessment.holdings:
        return None
    counts = [one.records for one in assessment.holdings if one.records is not None]
    total = max(assessment.holdings_total or 0, len(assessment.holdings))
    return min(sum(counts), MAX_COUNT) if len(counts) == total else None


def oldest_of(holdings: Sequence[Holding]) -> datetime | None:
    """Give when the first of them was made, as far as the server tells it."""
    return min((one.created for one in holdings if one.created), default=None)


def aged(seen: Finding, before: Finding | None, opened: datetime | None) -> Finding:
    """Place a draft in time: `before` is the last look at this door, `opened` the history's word.

    The draft is due as long after it was seen open as its severity allows; that term is kept. So
    is the case: a new certificate, or a name for its host, does not make it another problem.
    """
    since = opened or seen.first_seen
    term = seen.due - seen.open_since if seen.due and seen.open_since else None
    return replace(
        seen,
        open_since=since,
        due=since + term if term is not None else None,
        growth=_growth(before, seen),
        case=(before and before.case) or seen.case,
    )


def _growth(before: Finding | None, now: Finding) -> Growth | None:
    """Compare two looks; a second one of the same round keeps what the first one said."""
    if before is not None and before.round == now.round:
        return before.growth
    if before is None or before.records is None or now.records is None:
        return None
    return Growth(records=now.records - before.records, since=before.last_seen)
