"""How far a round is: endpoints are counted once, traffic as often as it was sent."""

from collections import Counter
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.account import Account, Leg
from scanner.addresses import AddressSet, parse_address
from scanner.course import Block
from scanner.gate import Traffic
from scanner.model import Access, Severity, Silence
from scanner.plan import Plan, Shard
from scanner.sweep import State, Tally
from scanner.way import ShardTally

ONE = AddressSet.of([parse_address("192.0.2.7")])
SHARD = Shard(Plan((Block(ONE, (80, 443)),)), 0, 1)
COUNT = st.integers(0, 1 << 40)
TALLIES = st.builds(
    ShardTally,
    states=st.dictionaries(st.sampled_from([state.value for state in State]), COUNT),
    access=st.dictionaries(st.sampled_from(Access), COUNT),
    unknown=st.dictionaries(st.sampled_from(Silence), COUNT),
    findings=st.dictionaries(st.sampled_from(Severity), COUNT),
    asks=COUNT,
    sent=COUNT,
    received=COUNT,
)


def swept(leg: Leg, **states: int) -> Leg:
    """Let the sweep of a shard find so much."""
    leg.sweep.planned = sum(states.values())
    leg.sweep.counts.update({State(name): number for name, number in states.items()})
    return leg


class Growing(Counter[Severity]):
    """Another thread adds to it while Python walks over it, and cannot while it is copied."""

    def items(self) -> Any:
        """Grow at each step."""
        for item in super().items():
            self[Severity.LOW] += 1
            yield item

    def copy(self) -> Any:
        """Copy in one go."""
        return Counter(dict(self))


class TestAccount:
    """The sum over shards done before, done now and under way."""

    def test_what_is_under_way_counts_too(self) -> None:
        """The coverage of an interrupted round, and the progress of a running one."""
        account = Account(Traffic(), ShardTally(states={"open": 1, "closed": 9}))
        swept(account.begin(SHARD), open=1)

        assert account.total().states == {"open": 2, "closed": 9}

    def test_a_shard_that_is_done_stays_counted(self) -> None:
        """Closing it moves its sums; none is lost or counted twice."""
        account = Account(Traffic())
        leg = swept(account.begin(SHARD), open=1, closed=1)
        leg.counts.access[Access.OPEN] += 1
        before = account.total()

        assert account.close(leg).access == {Access.OPEN: 1}
        assert account.total() == before

    def test_a_shard_is_charged_with_the_traffic_since_the_one_before(self) -> None:
        """All traffic is charged once, whichever shard caused it."""
        traffic = Traffic(asks=3, sent=30, received=300)
        account = Account(traffic)
        first = account.close(swept(account.begin(SHARD), open=2))
        traffic.asks, traffic.sent, traffic.received = 5, 70, 900
        second = account.close(swept(account.begin(SHARD), open=2))

        assert [(one.asks, one.sent, one.received) for one in (first, second)] == [
            (3, 30, 300),
            (2, 40, 600),
        ]
        assert (account.total().asks, account.total().received) == (5, 900)

    def test_what_is_accepted_is_copied_before_it_is_read(self) -> None:
        """Another thread may count an acceptance of a new severity meanwhile."""
        account = Account(Traffic())
        leg = swept(account.begin(SHARD))
        leg.counts.accepted = Growing({Severity.HIGH: 1})

        assert account.total().accepted == {Severity.HIGH: 1}


class TestLeg:
    """When a shard is done, and when it has to be walked again."""

    def test_a_whole_shard_is_complete(self) -> None:
        """Whatever its endpoints said; silence is an answer to the sweep."""
        assert swept(Leg(SHARD), open=1, filtered=1).complete

    @pytest.mark.parametrize(
        "leg",
        [
            Leg(SHARD, sweep=Tally(planned=1, counts=Counter({State.OPEN: 1}))),
            Leg(SHARD, sweep=Tally(planned=2, counts=Counter({State.STOPPED: 1}))),
            Leg(SHARD, sweep=Tally(planned=2, counts=Counter({State.OPEN: 2})), passed_by=1),
        ],
        ids=["not all drawn", "stopped", "passed by"],
    )
    def test_a_shard_that_was_cut_short_is_not(self, leg: Leg) -> None:
        """An endpoint that an interruption left out has to be visited."""
        assert not leg.complete


class TestTally:
    """What the history keeps of a shard."""

    @given(tallies=st.lists(TALLIES, max_size=4))
    def test_a_sum_adds_up(self, tallies: list[ShardTally]) -> None:
        """Each number is the sum of its kind."""
        total = ShardTally.sum(tallies)

        assert total.asks == sum(one.asks for one in tallies)
        assert sum(total.states.values()) == sum(sum(one.states.values()) for one in tallies)
        assert total.access.get(Access.OPEN, 0) == sum(
            one.access.get(Access.OPEN, 0) for one in tallies
        )

    @given(tally=TALLIES)
    def test_it_is_read_as_it_was_written(self, tally: ShardTally) -> None:
        """The history gives back what it was given."""
        assert msgspec.json.decode(msgspec.json.encode(tally), type=ShardTally) == tally
