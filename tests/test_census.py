"""What became of the endpoints: counted under each of their names, a number each."""

from ipaddress import ip_network

from hypothesis import given
from hypothesis import strategies as st

from scanner.areas import Areas, Ground
from scanner.census import Apart, Census
from scanner.model import Transport

GROUND = Ground(
    ranges=Areas.of([(ip_network("192.0.2.0/25"), "a"), (ip_network("192.0.2.128/25"), "b")]),
    owners=Areas.of([(ip_network("192.0.2.7"), "Cardiology")]),
)
FATES = st.dictionaries(
    st.text(max_size=3),
    st.dictionaries(st.sampled_from(["open", "closed"]), st.integers(1, 99), min_size=1),
)
PARTS = st.builds(Apart, ranges=FATES, owners=FATES, ports=FATES)


def test_an_endpoint_counts_under_its_range_its_owner_and_its_port() -> None:
    """A port of UDP is another than that of TCP."""
    census = Census(GROUND)

    census.add(("192.0.2.7", 161), "open", Transport.UDP)
    census.add(("192.0.2.8", 161), "closed")
    census.add(("192.0.2.200", 161), "closed")

    assert census.apart() == Apart(
        ranges={"a": {"open": 1, "closed": 1}, "b": {"closed": 1}},
        owners={"Cardiology": {"open": 1}, "": {"closed": 2}},
        ports={"161/udp": {"open": 1}, "161/tcp": {"closed": 2}},
    )


@given(parts=st.lists(PARTS, max_size=4))
def test_parts_add_up_in_any_order(parts: list[Apart]) -> None:
    """Shards end in any order, and a round that is continued begins with a sum."""
    halves = [Apart.sum(parts[:2]), Apart.sum(parts[2:])]

    assert Apart.sum(reversed(halves)) == Apart.sum(parts)


@given(part=PARTS)
def test_a_part_that_is_taken_over_is_given_back(part: Apart) -> None:
    """What a worker counted is what the round counts."""
    census = Census()
    census.take(part)

    assert census.apart() == part
