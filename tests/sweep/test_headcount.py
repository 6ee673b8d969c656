"""Thousands of endpoints counted at a time are the same endpoints counted one by one."""

from ipaddress import ip_address, ip_network

from hypothesis import given
from hypothesis import strategies as st

from scanner.areas import Areas, Ground
from scanner.census import Census
from scanner.course import Target
from scanner.sweep import State, Tally
from scanner.sweep.columns import Columns
from scanner.sweep.headcount import Headcount

NETWORKS = ("0.0.0.0/1", "192.0.2.0/25", "192.0.2.64/26", "192.0.2.127", "2001:db8::/64", "::/8")
NAMED = st.lists(st.sampled_from(NETWORKS), unique=True).map(
    lambda some: Areas.of((ip_network(one), one) for one in some)
)
NUMBERS = st.sampled_from([0, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF]) | st.integers(
    0xC000_0200, 0xC000_0300
)
ADDRESSES = NUMBERS.map(ip_address) | st.sampled_from(["::", "2001:db8::", "2001:db8:0:1::"])
TARGETS = st.lists(st.tuples(ADDRESSES.map(str), st.sampled_from([22, 80])), max_size=30)


@given(ranges=NAMED, owners=NAMED, targets=TARGETS)
def test_a_lot_is_counted_as_its_endpoints_would_be(
    ranges: Areas, owners: Areas, targets: list[Target]
) -> None:
    """Of both families, at every border, with and without areas."""
    ground = Ground(ranges, owners)
    one_by_one, at_once = Tally(census=Census(ground)), Tally(census=Census(ground))
    for target in targets:
        one_by_one.add(target, State.FILTERED)

    Headcount(at_once).add(Columns.of(targets), State.FILTERED)

    assert at_once.counts.total() == len(targets)
    assert at_once.census.apart() == one_by_one.census.apart()


def test_who_was_given_up_by_order_is_no_fate() -> None:
    """The round says so of the whole, from what was planned."""
    tally = Tally()

    Headcount(tally).add(Columns.of([("192.0.2.7", 80)]), State.STOPPED)

    assert tally.counts == {State.STOPPED: 1}
    assert not tally.census.ports
