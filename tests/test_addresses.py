"""Address sets are what sets of the addresses themselves would be, in constant memory."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.addresses import AddressSet, IPAddress, parse_address, unmapped

#: Small neighbourhoods of both families, so that a naive set of addresses is a fair judge.
V4 = [IPv4Address("192.0.2.0") + n for n in range(64)]
V6 = [IPv6Address("2001:db8::") + n for n in range(64)]
EVERY: list[IPAddress] = [*V4, *V6]

some = st.sets(st.sampled_from(EVERY)).map(frozenset)


def members(addresses: AddressSet) -> set[IPAddress]:
    """Walk a set into one of Python's."""
    return set(addresses)


@given(some)
def test_a_set_holds_what_it_was_made_of_and_nothing_else(chosen: frozenset[IPAddress]) -> None:
    """By membership, by walking, by counting and by literal."""
    made = AddressSet.of(chosen)
    assert {address for address in EVERY if address in made} == chosen
    assert {address for address in EVERY if made.covers(str(address))} == chosen
    assert list(made) == sorted(v for v in chosen if v.version == 4) + sorted(
        v for v in chosen if v.version == 6
    )
    assert made.count == len(chosen)
    assert bool(made) is bool(chosen)


@given(some)
def test_an_index_counts_in_the_order_of_walking(chosen: frozenset[IPAddress]) -> None:
    """The plan shuffles numbers and never a list of addresses."""
    made = AddressSet.of(chosen)
    assert [made[place] for place in range(made.count)] == list(made)


@given(some)
def test_a_set_is_written_as_networks_and_read_back(chosen: frozenset[IPAddress]) -> None:
    """None of them holds an address that the set lacks."""
    made = AddressSet.of(chosen)
    networks = list(made.networks())
    assert AddressSet.of(networks) == made
    assert sum(network.num_addresses for network in networks) == made.count


@given(some, some)
def test_sets_unite_subtract_and_intersect_as_sets_do(
    left: frozenset[IPAddress], right: frozenset[IPAddress]
) -> None:
    """The ranges stay disjoint and sorted, which equality sees."""
    a, b = AddressSet.of(left), AddressSet.of(right)
    assert a | b == AddressSet.of(left | right)
    assert a - b == AddressSet.of(left - right)
    assert a & b == AddressSet.of(left & right)


@given(some)
def test_ranges_are_merged_disjoint_and_apart(chosen: frozenset[IPAddress]) -> None:
    """Equal sets are equal objects, and bisecting finds the one range that may hold an address."""
    made = AddressSet.of(chosen)
    gaps = [
        after[0] - before[1] for family in (made.v4, made.v6) for before, after in pairwise(family)
    ]
    assert all(gap > 1 for gap in gaps)


@pytest.mark.parametrize("index", [-1, 2])
def test_an_index_outside_the_set_is_refused(index: int) -> None:
    """Counting back from the first range's start would give an address that nobody signed off."""
    with pytest.raises(IndexError):
        AddressSet.of([ip_network("192.0.2.8/31")])[index]


def test_a_large_network_is_two_integers() -> None:
    """A /8 or a /64 costs what a single address costs."""
    large = AddressSet.of([ip_network("10.0.0.0/8"), ip_network("2001:db8::/64")])
    assert large.count == (1 << 24) + (1 << 64)
    assert large[(1 << 24) + 1] == ip_address("2001:db8::1")
    assert (large - AddressSet.of([ip_address("10.0.0.5")])).v4 == (
        (0x0A000000, 0x0A000004),
        (0x0A000006, 0x0AFFFFFF),
    )


class TestSpellings:
    """An address has one spelling here."""

    @pytest.mark.parametrize(
        "text",
        [
            "127.1",
            "2130706433",
            "0x7f000001",
            "0177.0.0.1",
            "127.0.0.01",
            "127.0.0.1 ",
            "127.0.0.1\n",
            "127.0.0.1\0",
            "127.0.0.256",
            "127.0.0.1/32",
            "\u0661\u0662\u0667.\u0660.\u0660.\u0661",  # 127.0.0.1 in Arabic digits
            "fe80::1%eth0",
            "::ffff:127.1",
            "[::1]",
            "localhost",
            "",
            "\ud800",
        ],
    )
    def test_a_loose_spelling_is_no_address(self, text: str) -> None:
        """The kernel or a library may read it as another address than a person does."""
        everything = AddressSet.of([ip_network("0.0.0.0/0"), ip_network("::/0")])
        assert not everything.covers(text)
        with pytest.raises(ValueError, match=r".*"):
            parse_address(text)

    def test_a_mapped_address_is_the_ipv4_address_that_it_reaches(self) -> None:
        """However it is written, and on whichever side it stands."""
        mapped = ip_address("::ffff:192.0.2.7")
        assert parse_address("::ffff:c000:207") == IPv4Address("192.0.2.7")
        assert unmapped(mapped) == IPv4Address("192.0.2.7")
        assert mapped in AddressSet.of([ip_address("192.0.2.7")])
        assert AddressSet.of([mapped]) == AddressSet.of([ip_address("192.0.2.7")])
        assert AddressSet.of([ip_network("192.0.2.0/24")]).covers("::ffff:192.0.2.7")

    def test_a_mapped_address_is_not_in_the_ipv6_network_around_it(self) -> None:
        """`::/0` in a scope permits no IPv4 address."""
        assert not AddressSet.of([ip_network("::/0")]).covers("::ffff:192.0.2.7")

    @given(st.text(max_size=60))
    def test_no_text_is_covered_that_the_strict_parser_refuses(self, text: str) -> None:
        """The guard's fast path and the scope's parser agree on everything."""
        everything = AddressSet.of([ip_network("0.0.0.0/0"), ip_network("::/0")])
        assert everything.covers(text) is _parses(text)

    @given(st.ip_addresses())
    def test_every_canonical_literal_is_read(self, address: IPAddress) -> None:
        """Both ways give the same answer."""
        alone = AddressSet.of([address])
        assert alone.covers(str(address))
        assert parse_address(str(address)) == unmapped(address)

    def test_what_is_no_address_is_in_no_set(self) -> None:
        """Not even its own literal, whose spelling was not checked."""
        assert "192.0.2.1" not in AddressSet.of([ip_network("0.0.0.0/0")])


def _parses(text: str) -> bool:
    try:
        parse_address(text)
    except ValueError:
        return False
    return True
