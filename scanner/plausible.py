"""What a server says of its containers, as far as it can be true.

A count of a thousand digits, or a date without a zone, is a probe's to refuse; here it ends, since
what is added up, compared and written later must not depend on every probe's care.
"""

from dataclasses import replace
from datetime import UTC, datetime

from msgspec import structs

from scanner.model import Assessment, Holding
from scanner.wire.counts import MAX_COUNT

#: No container that answers was made before computers counted time, or after this century.
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def plausible(assessment: Assessment) -> Assessment:
    """Leave out counts that no server can hold and dates that say nothing; keep all else."""
    total = assessment.holdings_total
    return replace(
        assessment,
        holdings=tuple(map(_holding, assessment.holdings)),
        holdings_total=None if total is None else _count(total),
    )


def _holding(said: Holding) -> Holding:
    return structs.replace(
        said, records=_count(said.records), bytes=_count(said.bytes), created=_moment(said.created)
    )


def _count(said: int | None) -> int | None:
    return said if said is not None and 0 <= said <= MAX_COUNT else None


def _moment(said: datetime | None) -> datetime | None:
    """Keep a moment that has a zone: without one it would be ours, and invented."""
    if said is None or said.tzinfo is None:
        return None
    return said if EARLIEST <= said < LATEST else None
