"""What servers claim of their containers goes no further than it can be true."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from scanner.age import oldest_of, records_in
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.plausible import plausible
from scanner.wire.counts import MAX_COUNT

THAT_DAY = datetime(2018, 3, 1, tzinfo=UTC)


def told(*holdings: Holding, total: int | None = None) -> Assessment:
    """Build a verdict with what a server said."""
    return plausible(
        Assessment(
            access=Access.OPEN,
            service=Service("meilisearch"),
            because="lists its indexes",
            proof=Proof(
                "GET /indexes", "two indexes listed", "GET /indexes/ronde-none was refused"
            ),
            holdings=holdings,
            holdings_total=total,
        )
    )


def holding(
    *, records: int | None = None, size: int | None = None, created: datetime | None = None
) -> Holding:
    """Build one container."""
    return Holding(name="faxes", kind="index", records=records, bytes=size, created=created)


@pytest.mark.parametrize(
    "claimed", [-1, MAX_COUNT + 1, 10**4300], ids=["below none", "too many", "thousands of digits"]
)
def test_a_count_that_no_server_holds_is_none(claimed: int) -> None:
    """Neither of records nor of bytes nor of containers."""
    said = told(holding(records=claimed, size=claimed), total=claimed)

    assert said.holdings == (holding(),)
    assert said.holdings_total is None


def test_what_can_be_true_is_kept() -> None:
    """To the last record."""
    said = told(holding(records=MAX_COUNT, size=0, created=THAT_DAY), total=7)

    assert said.holdings == (holding(records=MAX_COUNT, size=0, created=THAT_DAY),)
    assert said.holdings_total == 7


def test_the_largest_counts_can_be_added_up() -> None:
    """Their sum is bounded as each of them is: it is written with the finding."""
    assert records_in(told(holding(records=MAX_COUNT), holding(records=MAX_COUNT))) == MAX_COUNT


@pytest.mark.parametrize(
    "claimed",
    [
        THAT_DAY.replace(tzinfo=None),
        datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
        datetime.max.replace(tzinfo=timezone(-timedelta(hours=12))),
    ],
    ids=["without a zone", "before all time", "after all time"],
)
def test_a_date_that_says_nothing_is_none(claimed: datetime) -> None:
    """It cannot be compared with others, or cannot be turned into UTC."""
    said = told(holding(created=claimed), holding(created=THAT_DAY))

    assert oldest_of(said.holdings) == THAT_DAY
