"""What a round reached, by range, by owner and by probe: every endpoint is somewhere."""

import sys
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.addresses import AddressSet
from scanner.areas import ELSEWHERE, Areas
from scanner.course import Block
from scanner.coverage import by_area, by_probe
from scanner.demo.redis import FakeRedis
from scanner.plan import Plan, Skip
from scanner.reach import Reach
from tests.fakes.running import running
from tests.ground import Ground, fresh_ground
from tests.test_plan import claim, shout

ground = fresh_ground

AREAS = Areas.of((ip_network(text), text) for text in ("192.0.2.0/26", "192.0.2.0/24", "::/124"))
BLOCKS = st.builds(
    Block,
    st.lists(st.sampled_from(["192.0.2.60/29", "192.0.2.128/30", "::/126", "2001:db8::1"])).map(
        lambda some: AddressSet.of(ip_network(one, strict=False) for one in some)
    ),
    st.sets(st.integers(1, 9), max_size=3).map(lambda ports: tuple(sorted(ports))),
    st.sets(st.integers(1, 9), max_size=3).map(lambda ports: tuple(sorted(ports))),
)
PLANS = st.builds(
    Plan,
    st.lists(BLOCKS, max_size=3).map(tuple),
    st.lists(st.tuples(st.sampled_from(Skip), BLOCKS), max_size=3).map(tuple),
)


def reach(planned: int, **counts: int) -> Reach:
    """Say what was reached; what is not said is none."""
    skipped: dict[str, int] = {
        why: counts.pop(why) for why in ("interrupted", "printer") if why in counts
    }
    states = {name: counts.get(name, 0) for name in Reach.__struct_fields__[1:-1]}
    return Reach(planned=planned, **states, skipped=skipped)


class TestByArea:
    """The areas share a plan out between them."""

    @given(plan=PLANS)
    def test_they_add_up_to_the_plan(self, plan: Plan) -> None:
        """Of a round that reached nothing: all is left out or interrupted, each endpoint once."""
        reaches = by_area(plan, AREAS, {}).values()

        assert sum(one.due for one in reaches) == 0
        assert sum(one.planned for one in reaches) == plan.planned + sum(plan.skipped.values())
        assert sum(one.skipped.get("interrupted", 0) for one in reaches) == plan.planned

    def test_each_endpoint_is_in_one_number(self) -> None:
        """What the sweep saw, what was left out on the way, and the rest, which is interrupted."""
        plan = Plan((Block(AddressSet.of([ip_network("192.0.2.62/31")]), (1, 2, 3, 4)),))
        fates = {"192.0.2.0/26": {"open": 1, "filtered": 2, "error": 1, "device-reset": 1}}

        (name, told), *rest = by_area(plan, AREAS, fates).items()

        assert (name, rest) == ("192.0.2.0/26", [])
        assert told.skipped == {"device-reset": 1, "short-of-means": 1, "interrupted": 3}
        assert (told.planned, told.answered, told.due) == (8, 1, 3)

    def test_what_no_range_holds_is_told_too(self) -> None:
        """Nothing that was planned is lost."""
        plan = Plan((Block(AddressSet.of([ip_network("198.51.100.1")]), (1,)),))

        assert by_area(plan, AREAS, {}) == {ELSEWHERE: reach(1, interrupted=1)}


class TestByProbe:
    """A probe has the endpoints of its ports, whoever shares them."""

    def test_each_probe_of_a_port_has_its_endpoints(self) -> None:
        """And a port of UDP is another."""
        plan = Plan((Block(AddressSet.of([ip_network("192.0.2.0/30")]), (80, 161), (161,)),))
        fates = {"80/tcp": {"closed": 4}, "161/udp": {"filtered": 3, "open": 1}}

        told = by_probe(plan, [claim(80, 161).about, shout(161).about], {}, fates)

        assert told == {
            "claim": reach(8, closed=4, interrupted=4),
            "shout": reach(4, filtered=3, reached=1),
        }

    def test_what_was_left_out_is_left_out_of_its_probes(self) -> None:
        """The scope's extra ports are the probe's; a probe without endpoints is not told of."""
        one = AddressSet.of([ip_network("192.0.2.7")])
        plan = Plan((), ((Skip.PRINTER, Block(one, (8080,), (161,))),))
        extra = {"claim": frozenset({8080})}

        told = by_probe(plan, [claim(80).about, shout(99).about], extra, {})

        assert told == {"claim": reach(1, printer=1)}


@pytest.mark.skipif(sys.platform != "linux", reason="needs all of 127.0.0.0/8")
@pytest.mark.parametrize("words", [(), ("--workers", "2")])
def test_a_round_is_told_apart(ground: Ground, words: tuple[str, ...]) -> None:
    """By the ranges as they were signed off, and by the owners of the inventory."""
    with running(FakeRedis().serve) as (_, port):
        zone = '[[zones]]\nname = "prints"\nranges = ["127.9.0.1"]\nclass = "printer"\n'
        ranges = ("127.0.0.0/30", "127.9.0.0/31")
        ground.permit({"redis": [port]}, ranges=ranges, tail=zone)
        listed = "address,owner\n127.0.0.0/31,Cardiology\n127.9.0.0/31,Radiology\n"
        (ground.folder / "assets.csv").write_text(listed)

        coverage = ground.scan("--inventory", "assets.csv", *words).coverage

    doors = 4  # those of the probe, and the one that the scope adds
    assert {name: told["planned"] for name, told in coverage["by_range"].items()} == {
        "127.0.0.0/30": 4 * doors,
        "127.9.0.0/31": 2 * doors,
    }
    assert coverage["by_range"]["127.0.0.0/30"]["reached"] >= 1
    assert coverage["by_range"]["127.9.0.0/31"]["skipped"] == {"printer": doors}
    assert {name: told["planned"] for name, told in coverage["by_owner"].items()} == {
        "Cardiology": 2 * doors,
        "": 2 * doors,
        "Radiology": 2 * doors,
    }
    assert coverage["owners"]["Cardiology"]["open"] == 1
    assert coverage["by_probe"] == {
        "redis": {name: coverage[name] for name in Reach.__struct_fields__}
    }
