"""Endpoints as columns: the same endpoints in the same order, and the same scope."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from scanner.addresses import AddressSet, unmapped
from scanner.course import Block, Course, Target
from scanner.sweep.columns import Columns, Drawing, Membership

V4 = st.builds(
    lambda start, prefix: ip_network((start, prefix), strict=False),
    st.integers(0, (1 << 32) - 1),
    st.integers(24, 32),
)
V6 = st.builds(
    lambda start, prefix: ip_network((start, prefix), strict=False),
    st.integers(1 << 64, (1 << 128) - 1),
    st.integers(122, 128),
)
BLOCKS = st.builds(
    lambda networks, ports: Block(AddressSet.of(networks), tuple(sorted(ports))),
    st.lists(V4 | V6, max_size=4),
    st.sets(st.integers(1, 65_535), max_size=3),
)
ADDRESSES = st.ip_addresses().filter(lambda address: unmapped(address) == address)
TARGETS = st.tuples(ADDRESSES.map(str), st.integers(1, 65_535))


def drawn(drawing: Drawing, most: int) -> list[Target]:
    """Draw everything, so many at a time."""
    seen: list[Target] = []
    while not drawing.exhausted:
        seen += drawing.draw(most).targets()
    return seen


class TestDrawing:
    """A course drawn in columns is the course walked one by one."""

    @given(
        blocks=st.lists(BLOCKS, max_size=3),
        cuts=st.tuples(st.integers(0, 300), st.integers(0, 300)),
        seed=st.integers(min_value=0),
        most=st.integers(1, 700),
    )
    def test_the_same_endpoints_come_in_the_same_order(
        self, blocks: list[Block], cuts: tuple[int, int], seed: int, most: int
    ) -> None:
        """For any part of any ranges of both IP versions, ports, seed, and lots of any size."""
        course = Course(tuple((block, slice(*sorted(cuts))) for block in blocks), seed)
        drawing = Drawing(course)

        assert drawn(drawing, most) == list(course)
        assert drawing.drawn == len(list(course))

    def test_a_large_network_is_drawn_without_overflow(self) -> None:
        """All of IPv4: products of places come close to 2^64."""
        course = Course.over(
            Block(AddressSet.of([ip_network("0.0.0.0/0")]), (80,)), seed=(1 << 40) - 1
        )
        drawing = Drawing(course)

        assert [t for _ in range(4) for t in drawing.draw(1000).targets()] == [
            *islice(course, 4000)
        ]

    def test_what_no_arithmetic_of_64_bits_can_walk_is_walked_one_by_one(self) -> None:
        """An IPv6 /64 begins at once."""
        course = Course.over(Block(AddressSet.of([ip_network("2001:db8::/64")]), (80,)), seed=3)

        assert [*Drawing(course).draw(100).targets()] == [*islice(course, 100)]

    def test_anything_else_is_taken_one_by_one(self) -> None:
        """A list of endpoints keeps its order."""
        targets = [("192.0.2.1", 80), ("2001:db8::1", 443), ("192.0.2.1", 22)]

        assert drawn(Drawing(iter(targets)), 2) == targets


class TestColumns:
    """To numbers and back."""

    @given(st.lists(TARGETS))
    def test_endpoints_survive_the_way_there_and_back(self, targets: list[Target]) -> None:
        """Spelt as the history spells them."""
        assert list(Columns.of(targets).targets()) == targets


class TestMembership:
    """Who is in the scope, for thousands at a time."""

    @given(networks=st.lists(V4 | V6, max_size=4), data=st.data())
    def test_it_says_what_the_set_says(self, networks: list[object], data: st.DataObject) -> None:
        """Inside, outside, and on both sides of every border."""
        among = AddressSet.of(networks)  # type: ignore[arg-type]  # the strategy builds both versions
        borders = [
            str(family(edge))
            for family, ranges in ((IPv4Address, among.v4), (IPv6Address, among.v6))
            for first, last in ranges
            for edge in (first - 1, first, last, last + 1)
            if 0 <= edge < 1 << (32 if family is IPv4Address else 128)
        ]
        targets = [*data.draw(st.lists(TARGETS)), *[(literal, 1) for literal in borders]]

        assert Membership(among).of(Columns.of(targets)).tolist() == [
            ip_address(literal) in among for literal, _ in targets
        ]

    def test_an_ipv6_range_does_not_allow_the_ipv4_in_it(self) -> None:
        """An IPv4 address keeps to itself, although it is written as a mapped one inside."""
        everything6 = Membership(AddressSet.of([ip_network("::/0")]))

        assert everything6.of(Columns.of([("192.0.2.1", 1), ("::1", 1)])).tolist() == [False, True]
