"""Named parts of a network: the narrowest says so, and nothing is listed."""

from collections import Counter
from ipaddress import IPv4Network, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.addresses import AddressSet, IPAddress, IPNetwork
from scanner.areas import ELSEWHERE, OTHERS, Areas, place_of

#: Networks so close together that they hold each other, in both families.
NETWORKS = st.builds(
    lambda start, prefix: ip_network((0xC000_0200 + start, prefix), strict=False),
    st.integers(0, 255),
    st.integers(24, 32),
) | st.builds(
    lambda start, prefix: ip_network(((0x2001 << 112) + start, prefix), strict=False),
    st.integers(0, 255),
    st.integers(120, 128),
)
NAMED = st.dictionaries(NETWORKS, st.sampled_from("abcdef"), max_size=12).map(
    lambda named: list(named.items())
)
ADDRESSES = st.integers(0, 255).map(lambda n: ip_address(0xC000_0200 + n)) | st.integers(
    0, 255
).map(lambda n: ip_address((0x2001 << 112) + n))


def narrowest(address: IPAddress, named: list[tuple[IPNetwork, str]]) -> str:
    """Ask every network."""
    holding = [one for one in named if address in one[0]]
    return max(holding, key=lambda one: one[0].prefixlen, default=(None, ELSEWHERE))[1]


class TestAreas:
    """An address is in exactly one of them."""

    @given(named=NAMED, address=ADDRESSES)
    def test_the_narrowest_network_that_holds_an_address_names_its_area(
        self, named: list[tuple[IPNetwork, str]], address: IPAddress
    ) -> None:
        """However networks hold each other, in IPv4 and IPv6 side by side."""
        assert Areas.of(named).at(place_of(str(address))) == narrowest(address, named)

    @given(named=NAMED, networks=st.lists(NETWORKS, max_size=6))
    def test_a_set_is_counted_as_its_addresses_would_be(
        self, named: list[tuple[IPNetwork, str]], networks: list[IPNetwork]
    ) -> None:
        """The counts are those of one address after the other, and add up to the set."""
        addresses = AddressSet.of(networks)

        counted = Areas.of(named).count(addresses)

        assert counted == Counter(narrowest(address, named) for address in addresses)
        assert counted.total() == addresses.count

    @pytest.mark.parametrize("literal", ["0.0.0.0", "255.255.255.255", "::", "::fffe:ffff"])
    def test_what_no_network_holds_is_elsewhere(self, literal: str) -> None:
        """At the ends of both families too."""
        assert Areas.of([(ip_network("10.0.0.0/8"), "ten")]).at(place_of(literal)) == ELSEWHERE

    def test_all_of_a_family_is_one_stretch(self) -> None:
        """IPv4 ends where it ends."""
        areas = Areas.of([(IPv4Network("0.0.0.0/0"), "four")])

        assert [areas.at(place_of(one)) for one in ("0.0.0.0", "255.255.255.255", "::1")] == [
            "four",
            "four",
            ELSEWHERE,
        ]

    def test_the_smallest_areas_are_summed_up(self) -> None:
        """However long a list is, the coverage is not; the largest keep their names."""
        rows = [(ip_network((0x0A00_0000 + n, 32)), f"owner {n}") for n in range(500)]
        areas = Areas.of([*rows, (ip_network("10.1.0.0/16"), "large")], most=3)

        assert areas.count(AddressSet.of([ip_network("10.0.0.0/15")])) == {
            "owner 0": 1,
            OTHERS: 499,
            "large": 65_536,
            ELSEWHERE: 65_536 - 500,
        }

    def test_a_large_network_costs_no_more_than_a_small_one(self) -> None:
        """Its borders are kept, and not its addresses."""
        areas = Areas.of([(ip_network("10.0.0.0/8"), "ten"), (ip_network("2001:db8::/32"), "db8")])

        assert len(areas.borders) == 5
        assert areas.count(AddressSet.of([ip_network("2001:db8::/33")])) == {"db8": 1 << 95}
