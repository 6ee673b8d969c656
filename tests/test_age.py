"""Age and growth: what two looks tell, and nothing that they do not."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.age import aged, oldest_of, records_in
from scanner.judged import Growth
from scanner.model import Access, Assessment, Finding, Holding, Proof, Service
from scanner.store import Store
from tests.exposures import NOON, SCOPE, VANTAGE, WAY, day, endpoint, exposure

WEEK = timedelta(days=7)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Open a new history."""
    with Store.open(tmp_path / "history.db", create=NOON) as opened:
        yield opened


def seen(number: int, records: int | None = 100, **changes: object) -> Finding:
    """Give the draft of one day, due in a week."""
    at = day(number)
    values = {"first_seen": at, "last_seen": at, "open_since": at, "due": at + WEEK}
    return exposure(**{**values, "round": f"r{number}", "records": records, **changes})


def recorded(store: Store, number: int, *drafts: Finding, shut: bool = False) -> list[Finding]:
    """Walk the round of one day, to its end."""
    with store.begin_round(
        f"r{number}", scope=SCOPE, vantage=VANTAGE, at=day(number), way=WAY
    ) as round_:
        found = [round_.record(draft) for draft in drafts]
        if shut:
            round_.observe_shut(endpoint(), probe=None, because="refused", at=day(number))
        round_.settle(day(number))
    return found


class TestOneLook:
    """What a single sight of holdings tells."""

    def test_the_oldest_holding_is_no_start(self) -> None:
        """It is the earliest date that the server tells; without one there is none."""
        holdings = (
            Holding(name="a", kind="index", created=day(5)),
            Holding(name="b", kind="index", created=day(2)),
            Holding(name="c", kind="index"),
        )

        assert oldest_of(holdings) == day(2)
        assert oldest_of(holdings[2:]) is None

    @pytest.mark.parametrize(
        ("counts", "total", "expected"),
        [
            ((3, 4), None, 7),
            ((), 0, 0),
            ((), None, None),
            ((3, None), None, None),
            ((3, 4), 3, None),
            ((), 5, None),
        ],
    )
    def test_only_a_whole_count_is_a_sum(
        self, counts: tuple[int | None, ...], total: int | None, expected: int | None
    ) -> None:
        """A part of the records is never given as all of them."""
        assessment = Assessment(
            access=Access.OPEN,
            service=Service("redis"),
            because="",
            proof=Proof("", "", ""),
            holdings=tuple(Holding(name="a", kind="index", records=one) for one in counts),
            holdings_total=total,
        )

        assert records_in(assessment) == expected


class TestTwoLooks:
    """What the second adds."""

    def test_growth_is_the_difference_of_whole_counts(self) -> None:
        """And it says since when."""
        now = aged(seen(1, 140), seen(0, 100), day(0))

        assert now.growth == Growth(records=40, since=day(0))

    @pytest.mark.parametrize(("before", "after"), [(None, 140), (100, None), (None, None)])
    def test_what_was_not_counted_did_not_grow(self, before: int | None, after: int | None) -> None:
        """Nothing is compared with a part."""
        assert aged(seen(1, after), seen(0, before), day(0)).growth is None

    def test_a_second_look_of_the_same_round_keeps_what_the_first_said(self) -> None:
        """A shard that is walked again compares with the round before, not with itself."""
        first = seen(1, 140, growth=Growth(records=40, since=day(0)))

        assert aged(seen(1, 141), first, day(0)).growth == first.growth

    @given(
        opened=st.none()
        | st.datetimes(min_value=datetime(2000, 1, 1)).map(  # noqa: DTZ001 - given its zone next
            lambda at: at.replace(tzinfo=NOON.tzinfo)
        )
    )
    def test_a_start_is_never_invented(self, opened: datetime | None) -> None:
        """It is a moment at which somebody looked, and the term stays as long as it was."""
        now = aged(seen(3), None, opened)

        assert now.open_since == (opened or day(3))
        assert now.due is not None
        assert now.due - now.open_since == WEEK


class TestInTheHistory:
    """The store tells each finding its age."""

    def test_two_rounds_show_growth(self, store: Store) -> None:
        """The first has nothing to compare with."""
        (first,) = recorded(store, 0, seen(0, 100))
        (second,) = recorded(store, 1, seen(1, 125))

        assert first.growth is None
        assert second.growth == Growth(records=25, since=day(0))
        assert store.open_findings(NOON)[0].growth == second.growth

    def test_it_is_due_a_term_after_it_was_first_seen(self, store: Store) -> None:
        """Seeing it again gives nobody more time."""
        recorded(store, 0, seen(0))
        (again,) = recorded(store, 3, seen(3))

        assert (again.open_since, again.due) == (day(0), day(7))

    def test_a_worse_severity_is_due_sooner(self, store: Store) -> None:
        """The term is that of what was seen last."""
        recorded(store, 0, seen(0))
        (worse,) = recorded(store, 3, seen(3, due=day(4)))

        assert worse.due == day(1)

    def test_what_came_back_is_as_old_as_its_return(self, store: Store) -> None:
        """It was first seen before; it is open since it was seen open again."""
        recorded(store, 0, seen(0))
        recorded(store, 1, shut=True)
        recorded(store, 2, shut=True)
        (back,) = recorded(store, 5, seen(5))

        assert (back.first_seen, back.open_since, back.due) == (day(0), day(5), day(12))

    def test_another_node_of_it_is_as_old_as_the_finding(self, store: Store) -> None:
        """Its own door has no growth yet."""
        recorded(store, 0, seen(0))
        (node,) = recorded(store, 2, seen(2, endpoint=endpoint(8)))

        assert (node.open_since, node.growth) == (day(0), None)
