"""Real SYNs in namespaces: true answers count, whatever else comes back is dropped."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from ipaddress import ip_network
from itertools import pairwise
from pathlib import Path

import pytest

from scanner.addresses import AddressSet
from scanner.course import Block, Course
from scanner.guard import OutOfScope
from scanner.scope import Rates
from scanner.sweep import ConnectSweep, Observation, Pace, State
from tests.sweep.syns import built, course, most_in_a_second, run, sweep, swept, tapped
from tests.sweep.wires import (
    Heard,
    Room,
    ip,
    joined,
    listening,
    reset,
    sound,
    syn_ack,
    tunnelled,
    unreachable,
    why_not,
)

pytestmark = pytest.mark.skipif(why_not() is not None, reason=str(why_not()))

NETWORKS = {"v4": "198.18.4.0/24", "v6": "fd00:1::/120"}


@pytest.fixture(params=NETWORKS)
def network(request: pytest.FixtureRequest) -> str:
    """Give 256 addresses of either IP version, at the far end."""
    return NETWORKS[request.param]


class TestAnswers:
    """Over a tunnel, for both IP versions, each sort of answer has its state."""

    def test_whoever_accepts_is_open_and_left_with_no_half_open_connection(
        self, network: str
    ) -> None:
        """Each endpoint gets one SYN and, after its SYN-ACK, a reset from our kernel."""
        tally, seen, peer = swept(lambda syn: [syn_ack(syn)], sweep(), course(network))

        assert tally.counts == {State.OPEN: 256}
        assert sorted((o.address, o.port) for o in seen) == sorted(course(network))
        assert sorted(syn.address for syn in peer.syns) == sorted(o.address for o in seen)
        assert {reset.address for reset in peer.resets} == {o.address for o in seen}

    def test_whoever_refuses_is_closed_and_not_asked_twice(self, network: str) -> None:
        """A reset is an answer."""
        tally, seen, peer = swept(lambda syn: [reset(syn)], sweep(attempts=3), course(network))

        assert tally.counts == {State.CLOSED: 256}
        assert (seen, len(peer.syns)) == ([], 256)

    def test_whoever_is_silent_gets_its_attempts_and_no_more(self, network: str) -> None:
        """Three times the very same SYN, then filtered."""
        tally, _, peer = swept(lambda _: [], sweep(attempts=3), course(network))

        assert tally.counts == {State.FILTERED: 256}
        assert len(peer.syns) == 3 * 256
        assert len({(syn.address, syn.number, syn.sport) for syn in peer.syns}) == 256

    def test_a_router_that_knows_no_way_is_believed(self, network: str) -> None:
        """ICMP "destination unreachable" that quotes our SYN."""
        tally, _, _ = swept(lambda syn: [unreachable(syn, 1)], sweep(), course(network))

        assert tally.counts == {State.UNREACHABLE: 256}

    def test_a_port_that_a_firewall_calls_unreachable_is_closed(self, network: str) -> None:
        """As it is for a connect: the code for ports is 3 in ICMP and 4 in ICMPv6."""
        code = 4 if ":" in network else 3
        tally, _, _ = swept(lambda syn: [unreachable(syn, code)], sweep(), course(network))

        assert tally.counts == {State.CLOSED: 256}

    def test_checksums_hold(self, network: str) -> None:
        """Ours in IPv4, the kernel's in IPv6; a host would drop the SYN otherwise."""
        _, _, peer = swept(lambda _: [], sweep(), course(network, ports=(1, 9200, 65_535)))

        assert {sound(syn) for syn in peer.syns} == {True}
        assert len(peer.syns) == 3 * 256

    def test_a_watched_endpoint_is_reported_whatever_it_answers(self, network: str) -> None:
        """The one that is watched, and no other."""
        watched = next(iter(course(network)))
        _, seen, _ = swept(
            lambda syn: [reset(syn)], sweep(), course(network), watch=frozenset({watched})
        )

        assert seen == [Observation(*watched, State.CLOSED)]

    def test_one_lost_packet_in_twenty_costs_no_endpoint(self) -> None:
        """SYNs and answers are lost alike; three attempts find all of 4,096."""
        lost = iter(range(1 << 20))
        tally, _, _ = swept(
            lambda syn: [syn_ack(syn)][: next(lost) % 20],
            sweep(rate=4000, attempts=4, timeout=0.5),  # what a peer in Python keeps up with
            course("198.18.0.0/20"),
        )

        assert tally.counts == {State.OPEN: 4096}

    def test_endpoints_without_a_route_are_unreachable(self) -> None:
        """No packet is sent for them; the others are."""
        allowed = AddressSet.of(map(ip_network, ("198.18.4.0/30", "198.51.100.0/30", "fd99::/126")))
        both = Course.over(Block(allowed, (80,)), seed=1)
        with tunnelled(lambda syn: [syn_ack(syn)]) as (room, peer):
            tally = run(sweep(), room, both)

        assert tally.counts == {State.OPEN: 4, State.UNREACHABLE: 8}
        assert len(peer.syns) == 4

    def test_each_route_has_the_source_that_the_kernel_gives_it(self) -> None:
        """One address inside a network has a route of its own, with another source."""
        with tunnelled(lambda syn: [syn_ack(syn)]) as (room, peer):
            room.run(ip, "address", "add", "198.19.0.9/32", "dev", "wire")
            room.run(ip, "route", "add", "198.18.4.7/32", "dev", "wire", "src", "198.19.0.9")
            tally = run(sweep(), room, course("198.18.4.0/28"))

        assert tally.counts == {State.OPEN: 16}
        assert {syn.address for syn in peer.syns if syn.source == "198.19.0.9"} == {"198.18.4.7"}
        assert {syn.source for syn in peer.syns} == {"198.19.0.1", "198.19.0.9"}


class TestStrangers:
    """What is no answer to a SYN of ours changes nothing, and is counted."""

    @pytest.mark.parametrize("off", [1, -1, 1 << 31])
    def test_a_wrong_number_is_no_answer(self, network: str, off: int) -> None:
        """Who has not seen the SYN cannot know what to acknowledge."""
        tally, seen, _ = swept(lambda syn: [syn_ack(syn, off=off)], sweep(), course(network))

        assert tally.counts == {State.FILTERED: 256}
        assert (seen, tally.outside) == ([], 256)

    def test_an_answer_in_the_name_of_another_address_is_dropped(self, network: str) -> None:
        """Even with the number that its neighbour was sent: in the plan or out of it."""
        liar = {"198.18.4.0/24": "198.18.9.9", "fd00:1::/120": "fd00:1::9:9"}[network]
        tally, seen, _ = swept(lambda syn: [syn_ack(syn, address=liar)], sweep(), course(network))

        assert tally.counts == {State.FILTERED: 256}
        assert (seen, tally.outside) == ([], 256)

    def test_a_host_that_answers_thrice_is_counted_once(self, network: str) -> None:
        """The first word counts: what was open is not closed by a reset behind it."""
        tally, seen, _ = swept(
            lambda syn: [syn_ack(syn), syn_ack(syn), reset(syn)], sweep(), course(network)
        )

        assert tally.counts == {State.OPEN: 256}
        assert (len(seen), tally.repeats <= 512) == (256, True)

    def test_nobody_can_tell_a_number_from_another_one(self) -> None:
        """Two rounds over the same endpoints have no sequence number in common."""
        _, _, first = swept(lambda _: [], sweep(timeout=0.05), course("198.18.4.0/26"))
        _, _, second = swept(lambda _: [], sweep(timeout=0.05), course("198.18.4.0/26"))

        assert not {syn.number for syn in first.syns} & {syn.number for syn in second.syns}


class TestScope:
    """The guard cannot see these packets; the sweep itself compares each destination."""

    def test_an_endpoint_outside_the_scope_ends_the_sweep_before_it_is_sent_to(
        self, network: str
    ) -> None:
        """Not one packet of the batch in which it stands goes out."""
        narrow = sweep(allowed="198.18.4.0/25", allowed6="fd00:1::/121")
        with tunnelled(lambda _: []) as (room, peer), pytest.raises(OutOfScope, match="a SYN to"):
            run(narrow, room, course(network))

        assert peer.syns == []

    def test_an_address_that_only_looks_like_it_is_refused(self) -> None:
        """::ffff:198.18.4.1 is IPv4; an IPv6 range that surrounds it does not allow it."""
        with tunnelled(lambda _: []) as (room, peer), pytest.raises(OutOfScope):
            run(sweep(allowed="198.51.100.0/24"), room, [("198.18.4.1", 80)])

        assert peer.syns == []


class TestPace:
    """Packets a second, over all and for each host."""

    @pytest.mark.slow
    def test_no_second_sees_more_packets_than_the_pace_allows(self) -> None:
        """Within 2 % over any second, repeats included, and close to the rate."""
        syns = tapped(sweep(rate=1000, attempts=2, timeout=0.5), course("198.18.0.0/21"))

        assert len(syns) == 2 * 2048
        assert most_in_a_second(at for at, _ in syns) <= 1020
        assert syns[-1][0] - syns[0][0] < 5.5  # at most; other work on the machine costs turns

    @pytest.mark.slow
    def test_no_second_sees_more_packets_to_a_subnet_than_the_pace_allows(
        self, network: str
    ) -> None:
        """A /24, or a /64, has 100 a second here: a burst of 2, and as many seconds as it takes."""
        syns = tapped(sweep(per_subnet=100, per_host=1e5), course(network))

        assert len(syns) == 256
        assert most_in_a_second(at for at, _ in syns) <= 102
        assert 2.5 < syns[-1][0] - syns[0][0] < 4

    def test_a_host_rests_between_its_ports(self, network: str) -> None:
        """Twenty a second: its SYNs are 50 ms apart, repeats included."""
        lone = network.replace("/24", "/32").replace("/120", "/128")
        syns = tapped(
            sweep(per_host=20, attempts=2, timeout=0.1), course(lone, ports=(80, 81, 82, 83))
        )

        assert len(syns) == 8
        assert min(after - before for (before, _), (after, _) in pairwise(syns)) > 0.0499

    def test_other_hosts_are_not_held_up_by_one_that_rests(self) -> None:
        """A thousand hosts on two ports at five a second each: 0.2 s, not 400."""
        _, _, peer = swept(
            lambda syn: [reset(syn)], sweep(per_host=5), course("198.18.0.0/22", ports=(80, 81))
        )
        span = peer.syns[-1].when - peer.syns[0].when

        assert len(peer.syns) == 2048
        assert 0.15 < span < 2


class TestStopping:
    """Told to stop, the sweep awaits what is in flight and accounts for the rest."""

    def test_whatever_was_drawn_is_accounted_for(self) -> None:
        """After the first report no SYN goes out; each drawn endpoint has one state."""
        stop = threading.Event()
        stopped_at: list[int] = []

        def rule(syn: Heard) -> list[bytes]:
            return [syn_ack(syn)] if syn.address.endswith(".7") else []

        build = sweep(rate=2000, attempts=2, timeout=0.2)
        with tunnelled(rule) as (room, peer), built(build, room) as one:

            def report(_: Sequence[Observation]) -> None:
                stop.set()
                stopped_at.append(len(peer.syns))

            tally = room.run(lambda: one.run(course("198.18.0.0/16"), report, stop=stop))

        assert tally.planned == sum(tally.counts.values()) < 65_536
        assert tally.counts[State.STOPPED] > 0
        assert len(peer.syns) == tally.planned

    def test_a_sweep_that_is_stopped_beforehand_touches_nothing(self) -> None:
        """Not one endpoint is drawn."""
        stop = threading.Event()
        stop.set()
        tally, _, peer = swept(lambda _: [], sweep(), course("198.18.4.0/24"), stop=stop)

        assert (tally.planned, peer.heard) == (0, [])


@pytest.fixture(scope="module")
def rooms() -> Iterator[tuple[Room, Room]]:
    """Join two kernels; the far one listens on port 9200 of every address of its networks."""
    with joined() as (here, there), there.run(listening, 9200):
        yield here, there


class TestKernels:
    """Against another kernel, over virtual Ethernet."""

    def test_both_sweeps_say_the_same(self, rooms: tuple[Room, Room], network: str) -> None:
        """Open, closed and without a route: one truth, two ways to it."""
        mixed = course(network, "203.0.113.0/30", ports=(9200, 9201))
        pace = Pace(
            Rates(connections_per_second=1e5, per_host_per_second=1e3, timeout=1, attempts=1)
        )
        connects = ConnectSweep(pace=pace, width=64, timeout=1, attempts=1)
        told: list[set[Observation]] = []
        with built(sweep(), rooms[0]) as syns:
            for one in (syns, connects):
                seen: list[Observation] = []
                rooms[0].run(lambda: one.run(mixed, seen.extend, watch=frozenset(mixed)))  # noqa: B023 - called at once
                told.append(set(seen))

        assert told[0] == told[1]
        assert len(told[0]) == 520

    @pytest.mark.slow
    def test_every_one_of_65536_listeners_is_found(self, rooms: tuple[Room, Room]) -> None:
        """Once each, as fast as it goes."""
        seen: list[Observation] = []
        tally = run(
            sweep(rate=1e9, attempts=2, timeout=1), rooms[0], course("198.18.0.0/16"), seen.extend
        )

        assert tally.counts == {State.OPEN: 65_536}
        assert len({o.address for o in seen}) == 65_536


WITHOUT_PRIVILEGE = """
from types import SimpleNamespace
from scanner.addresses import AddressSet
from scanner.scope import Rates
from scanner.sweep import Means, Pace, choose_sweep
rates = Rates(connections_per_second=1, per_host_per_second=1, timeout=1, attempts=1)
scope = SimpleNamespace(rates=rates, allowed=AddressSet())
given = dict(pace=Pace(rates), scope=scope, planned=1, width=1, warn=print, drop=print)
with choose_sweep(Means.AUTO, **given) as sweep:
    print(type(sweep).__name__)
try:
    choose_sweep(Means.SYN, **given).__enter__()
except Exception as error:
    print(type(error).__name__, error)
"""


def test_without_the_privilege_auto_connects_and_says_why() -> None:
    """One line, and a refusal if nothing but SYNs will do."""
    root = Path(__file__).parent.parent.parent
    said = subprocess.run(  # noqa: S603 - our own words
        ["unshare", "--user", sys.executable, "-c", WITHOUT_PRIVILEGE],  # noqa: S607 - of util-linux
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
        cwd=root,
    ).stdout.splitlines()

    assert said == [
        "sweeping by ordinary connects: raw sockets need root or the capability CAP_NET_RAW",
        "ConnectSweep",
        "Refused --sweep syn: raw sockets need root or the capability CAP_NET_RAW",
    ]
