"""The plan: what is visited, what is left out, and in which order."""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import UTC, date
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address, ip_network
from itertools import chain, islice, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.addresses import AddressSet, IPAddress
from scanner.course import Block
from scanner.denied import DENIED
from scanner.estimate import Estimate, Outlook
from scanner.model import Outcome, Service, Transport
from scanner.plan import Plan
from scanner.probe import FRONT, About, Answer, AnyProbe, Datagram, Get, Page
from scanner.scope import AssetClass, Consent, Rates, Scope, Zone

RATES = Rates(connections_per_second=100, per_host_per_second=5, timeout=3, attempts=2)
PORTS = st.sets(st.sampled_from([80, 515, 6379, 9100, 9200]), max_size=5)


@dataclass
class Claim:
    """A probe that claims ports and does nothing else."""

    about: About

    def identify(self, front: Page) -> Service | None:
        """Recognise nothing."""

    def assess(self, front: Page) -> Generator[Get, Page, Outcome]:
        """Never reached: nothing is recognised."""
        raise NotImplementedError


def claim(*ports: int, tls: int | None = None, made_for: AssetClass | None = None) -> Claim:
    """Build the probe named `claim`."""
    return Claim(
        About(
            name="claim",
            title="Claims ports",
            ports=frozenset(ports),
            tls_ports=frozenset() if tls is None else frozenset({tls}),
            front=FRONT,
            asks=(FRONT,),
            proves="nothing",
            cwe=306,
            remedy="None.",
            made_for=made_for,
        )
    )


#: Anybody's hours and signature: what a scope needs to have devices called on.
CONSENT = Consent("Biomedical engineering", ())


@dataclass
class Shout:
    """A probe that claims UDP ports and does nothing else."""

    about: About

    def identify(self, front: Answer) -> Service | None:
        """Recognise nothing."""

    def assess(self, front: Answer) -> Generator[Datagram, Answer, Outcome]:
        """Never reached: nothing is recognised."""
        raise NotImplementedError


def shout(*ports: int) -> Shout:
    """Build the probe named `shout`."""
    front = Datagram(name="hello", encode=lambda _: b"hello")
    return Shout(
        About(
            name="shout",
            title="Claims UDP ports",
            udp_ports=frozenset(ports),
            front=front,
            asks=(front,),
            proves="nothing",
            cwe=306,
            remedy="None.",
        )
    )


def addresses(*networks: str) -> AddressSet:
    """Build a set of addresses."""
    return AddressSet.of(map(ip_network, networks))


def scope(
    allowed: AddressSet,
    *,
    zones: tuple[Zone, ...] = (),
    opt_ins: dict[IPAddress, frozenset[int]] | None = None,
    extra_ports: dict[str, frozenset[int]] | None = None,
    consents: dict[AssetClass, Consent] | None = None,
) -> Scope:
    """Build a permission of which only the parts that shape a plan matter."""
    return Scope(
        name="test",
        owner="IT",
        approver="Head of IT",
        reference="SEC-7",
        contact="sec@example.org",
        valid_from=date(2026, 1, 1),
        valid_until=date(2026, 12, 31),
        timezone=UTC,
        ranges=(),
        exclusions=(),
        hosts={},
        allowed=allowed,
        excluded=AddressSet(),
        zones=zones,
        rates=RATES,
        windows=(),
        extra_ports=extra_ports or {},
        opt_ins=opt_ins or {},
        consents=consents or {},
        min_coverage=0,
        digest="",
    )


class TestWhatIsVisited:
    """Allowed addresses times wanted ports, less what is left alone."""

    def test_each_port_of_each_probe_on_each_address(self) -> None:
        """Plain ports and TLS ports of all probes are visited on all addresses."""
        plan = Plan.of(scope(addresses("192.0.2.4/31")), None, [claim(80, tls=443), claim(22)])

        assert sorted(plan.endpoints(seed=1)) == [
            ("192.0.2.4", 22),
            ("192.0.2.4", 80),
            ("192.0.2.4", 443),
            ("192.0.2.5", 22),
            ("192.0.2.5", 80),
            ("192.0.2.5", 443),
        ]

    def test_extra_ports_count_for_selected_probes_only(self) -> None:
        """The scope's extra ports belong to a probe; nobody knocks there without it."""
        extra = {"claim": frozenset({8080}), "other": frozenset({9999})}
        plan = Plan.of(scope(addresses("192.0.2.4/32"), extra_ports=extra), None, [claim(80)])

        assert sorted(plan.endpoints(seed=1)) == [("192.0.2.4", 80), ("192.0.2.4", 8080)]

    def test_a_port_of_udp_is_another_than_that_of_tcp(self) -> None:
        """Each is walked by its own sweep, and both count."""
        plan = Plan.of(scope(addresses("192.0.2.4/31")), None, [claim(161), shout(161)])
        (shard,) = plan.shards(1)

        assert sorted(shard.endpoints(seed=1)) == [("192.0.2.4", 161), ("192.0.2.5", 161)]
        assert list(shard.endpoints(seed=1, transport=Transport.UDP)) == list(shard.endpoints(1))
        assert (plan.planned, shard.planned, plan.skipped) == (4, 4, {})

    def test_extra_ports_go_by_the_transport_of_their_probe(self) -> None:
        """A port that the scope names for a probe over UDP is no TCP port."""
        extra = {"shout": frozenset({1161})}
        signed = scope(addresses("192.0.2.4/32"), extra_ports=extra)
        plan = Plan.of(signed, None, [claim(80), shout(161)])

        assert plan.ports == {80}
        assert plan.udp_ports == {161, 1161}

    def test_a_denied_port_is_denied_over_udp_too(self) -> None:
        """Nobody knows what a byte does there, whatever carries it."""
        plan = Plan.of(scope(addresses("192.0.2.4/32")), None, [shout(161, 9100)])

        assert plan.udp_ports == {161}
        assert plan.skipped == {"denied-port": 1}

    def test_a_list_of_open_tcp_endpoints_plans_no_datagram(self) -> None:
        """It names none, so nothing is sent over UDP."""
        plan = Plan.of(scope(addresses("192.0.2.4/32")), None, [claim(161), shout(161)])

        assert plan.among([("192.0.2.4", 161)]).udp_ports == frozenset()

    @given(st.integers(1, 9), st.integers(0, 1 << 32))
    def test_shards_share_out_the_endpoints_of_both_transports(self, of: int, seed: int) -> None:
        """Each endpoint is in one shard, and a host is in one shard with both."""
        probes: list[AnyProbe] = [claim(80, 81), shout(161)]
        plan = Plan.of(scope(addresses("192.0.2.0/28")), None, probes)
        shards = list(plan.shards(of))
        over = {
            transport: [sorted(shard.endpoints(seed, transport)) for shard in shards]
            for transport in Transport
        }

        assert sum(shard.planned for shard in shards) == plan.planned == 48
        assert len(set(chain(*over[Transport.UDP]))) == 16
        assert [{host for host, _ in part} for part in over[Transport.TCP]] == [
            {host for host, _ in part} for part in over[Transport.UDP]
        ]

    def test_an_inventory_narrows_the_round_and_never_widens_it(self) -> None:
        """Of an inventory's addresses, those in the scope are visited."""
        inventory = addresses("192.0.2.5/32", "203.0.113.0/24")
        plan = Plan.of(scope(addresses("192.0.2.4/31")), inventory, [claim(80)])

        assert list(plan.endpoints(seed=1)) == [("192.0.2.5", 80)]

    @pytest.mark.parametrize("port", [515, 9100, 9107, 9116, 10001])
    def test_a_port_that_prints_is_left_out_whoever_asks(self, port: int) -> None:
        """Neither a probe nor the scope's extra ports open a denied port."""
        signed = scope(addresses("192.0.2.4/31"), extra_ports={"claim": frozenset({port})})
        plan = Plan.of(signed, None, [claim(80, port)])

        assert {port for _, port in plan.endpoints(seed=1)} == {80}
        assert plan.skipped == {"denied-port": 2}

    def test_an_opt_in_lifts_the_denial_on_one_address(self) -> None:
        """An address that opted in is visited on that denied port; its neighbour is not."""
        signed = scope(
            addresses("192.0.2.4/31"), opt_ins={IPv4Address("192.0.2.5"): frozenset({9100})}
        )
        plan = Plan.of(signed, None, [claim(9100)])

        assert list(plan.endpoints(seed=1)) == [("192.0.2.5", 9100)]
        assert plan.skipped == {"denied-port": 1}

    def test_an_opt_in_adds_no_port_that_no_probe_claims(self) -> None:
        """An opt-in lifts a denial; it is no wish."""
        signed = scope(
            addresses("192.0.2.4/32"), opt_ins={IPv4Address("192.0.2.4"): frozenset({9100})}
        )

        assert list(Plan.of(signed, None, [claim(80)]).endpoints(seed=1)) == [("192.0.2.4", 80)]

    def test_medical_devices_are_left_alone_even_if_they_opted_in(self) -> None:
        """A medical device is skipped whole, and counted."""
        signed = scope(
            addresses("192.0.2.4/31"),
            zones=(Zone("ward", addresses("192.0.2.4/32"), AssetClass.MEDICAL),),
            opt_ins={IPv4Address("192.0.2.4"): frozenset({80, 9100})},
        )
        plan = Plan.of(signed, None, [claim(80, 443)])

        assert sorted(plan.endpoints(seed=1)) == [("192.0.2.5", 80), ("192.0.2.5", 443)]
        assert plan.skipped == {"medical": 2}

    def test_a_printer_is_visited_only_where_it_opted_in(self) -> None:
        """Of a printer's ports, harmless ones included, only opted-in ones are visited."""
        signed = scope(
            addresses("192.0.2.4/31"),
            zones=(Zone("copy room", addresses("192.0.2.4/31"), AssetClass.PRINTER),),
            opt_ins={IPv4Address("192.0.2.4"): frozenset({631})},
        )
        plan = Plan.of(signed, None, [claim(80, 631)])

        assert list(plan.endpoints(seed=1)) == [("192.0.2.4", 631)]
        assert plan.skipped == {"printer": 3}

    def test_devices_are_called_on_by_their_own_probes_where_somebody_consents(self) -> None:
        """They are in no block of the sweep, and the ports of other probes are skipped."""
        signed = scope(
            addresses("192.0.2.4/31"),
            zones=(Zone("ward", addresses("192.0.2.4"), AssetClass.MEDICAL),),
            consents={AssetClass.MEDICAL: CONSENT},
        )
        own = claim(104, 2575, made_for=AssetClass.MEDICAL)
        plan = Plan.of(signed, None, [claim(80), own, claim(631, made_for=AssetClass.PRINTER)])

        assert {address for address, _ in plan.endpoints(seed=1)} == {"192.0.2.5"}
        assert [
            (call.number, call.asset_class, call.address, call.ports)
            for call in plan.calls(seed=1, first=3)
        ] == [(3, AssetClass.MEDICAL, "192.0.2.4", (104, 2575))]
        assert (plan.planned, plan.swept, plan.skipped) == (6, 4, {"medical": 2})
        assert plan.called == addresses("192.0.2.4")

    def test_the_sweep_is_kept_apart_from_every_medical_device(self) -> None:
        """With a consent or without; from a printer unless that one opted in."""
        zones = (
            Zone("ward", addresses("192.0.2.4"), AssetClass.MEDICAL),
            Zone("copy room", addresses("192.0.2.5"), AssetClass.PRINTER),
        )
        signed = scope(addresses("192.0.2.4/30"), zones=zones)
        consents = {AssetClass.PRINTER: CONSENT, AssetClass.MEDICAL: CONSENT}
        consent = scope(addresses("192.0.2.4/30"), zones=zones, consents=consents)
        opted = scope(
            addresses("192.0.2.4/30"),
            zones=zones,
            opt_ins={IPv4Address("192.0.2.5"): frozenset({631})},
        )
        own = [claim(631, made_for=AssetClass.PRINTER), claim(104, made_for=AssetClass.MEDICAL)]

        assert Plan.of(signed, None, own).apart == addresses("192.0.2.4/31")
        assert Plan.of(consent, None, own).apart == addresses("192.0.2.4/31")
        assert Plan.of(opted, None, own).apart == addresses("192.0.2.4")

    def test_a_printer_that_opted_in_is_visited_as_it_opted_in(self) -> None:
        """One way or the other, never both."""
        signed = scope(
            addresses("192.0.2.4/31"),
            zones=(Zone("copy room", addresses("192.0.2.4/31"), AssetClass.PRINTER),),
            opt_ins={IPv4Address("192.0.2.4"): frozenset({631})},
            consents={AssetClass.PRINTER: CONSENT},
        )
        plan = Plan.of(signed, None, [claim(631, 9100, made_for=AssetClass.PRINTER)])

        assert list(plan.endpoints(seed=1)) == [("192.0.2.4", 631)]
        assert [(call.address, call.ports) for call in plan.calls(1, first=0)] == [
            ("192.0.2.5", (631,))
        ]
        assert plan.skipped == {"printer": 2}

    def test_an_inventory_narrows_the_calls_too(self) -> None:
        """What it does not list is not called on."""
        signed = scope(
            addresses("192.0.2.4/31"),
            zones=(Zone("ward", addresses("192.0.2.4/31"), AssetClass.MEDICAL),),
            consents={AssetClass.MEDICAL: CONSENT},
        )
        plan = Plan.of(signed, addresses("192.0.2.5"), [claim(104, made_for=AssetClass.MEDICAL)])

        assert plan.called == addresses("192.0.2.5")
        assert plan.apart == addresses("192.0.2.4/31")

    def test_no_denied_port_lacks_a_reason(self) -> None:
        """The table of denied ports can be printed as it is."""
        assert all(DENIED.values())

    @given(
        ports=PORTS,
        opted=st.dictionaries(
            st.integers(0, 15).map(lambda n: IPv4Address("192.0.2.0") + n), PORTS.map(frozenset)
        ),
        medical=st.integers(28, 32),
        printers=st.integers(28, 32),
        own=PORTS,
        consents=st.sets(st.sampled_from(AssetClass)),
    )
    def test_every_wanted_endpoint_is_planned_or_skipped(  # noqa: PLR0913 - one a dimension
        self,
        *,
        ports: set[int],
        opted: dict[IPAddress, frozenset[int]],
        medical: int,
        printers: int,
        own: set[int],
        consents: set[AssetClass],
    ) -> None:
        """Nothing is lost between the planned and the skipped, and nothing counted twice."""
        zones = (
            Zone("ward", addresses(f"192.0.2.0/{medical}"), AssetClass.MEDICAL),
            Zone("copy room", addresses(f"192.0.2.0/{printers}"), AssetClass.PRINTER),
        )
        signed = scope(
            addresses("192.0.2.0/28"),
            zones=zones,
            opt_ins=opted,
            consents=dict.fromkeys(consents, CONSENT),
        )
        probes = [claim(*ports), claim(*own, made_for=AssetClass.MEDICAL)]
        plan = Plan.of(signed, None, [*probes, claim(*own, made_for=AssetClass.PRINTER)])

        visited = list(plan.endpoints(seed=1))
        visited += [(one.address, p) for one in plan.calls(seed=1, first=0) for p in one.ports]
        assert plan.planned == len(visited) == len(set(visited))
        assert plan.planned + sum(plan.skipped.values()) == 16 * len(ports | own)


class TestInWhichOrder:
    """Politely: spread over hosts and subnets, the same for the same seed, never a list."""

    @given(
        networks=st.lists(
            st.builds(
                lambda start, prefix: ip_network((start, prefix), strict=False),
                st.integers(0, (1 << 32) - 1),
                st.integers(24, 32),
            )
            | st.builds(
                lambda start, prefix: ip_network((start, prefix), strict=False),
                st.integers(1 << 64, (1 << 128) - 1),
                st.integers(122, 128),
            ),
            max_size=4,
        ),
        ports=st.sets(st.integers(1, 65_535), max_size=3),
        seed=st.integers(min_value=0),
    )
    def test_every_endpoint_comes_exactly_once(
        self, networks: list[object], ports: set[int], seed: int
    ) -> None:
        """For any ranges, ports and seed, the walk is a permutation of the product."""
        among = AddressSet.of(networks)  # type: ignore[arg-type]  # the strategy builds both families
        walked = list(Block(among, tuple(sorted(ports))).endpoints(seed))

        assert sorted(walked) == sorted(product(map(str, among), ports))

    def test_any_hundred_endpoints_in_a_row_fall_into_a_hundred_subnets(self) -> None:
        """Over a /16, no /24 is met twice within a hundred connections."""
        walk = [host for host, _ in Block(addresses("10.7.0.0/16"), (80,)).endpoints(seed=99)]
        subnets = [host.rpartition(".")[0] for host in walk]

        assert min(len(set(subnets[n : n + 100])) for n in range(0, len(walk) - 100, 7)) == 100

    def test_a_host_rests_while_all_others_are_met(self) -> None:
        """Between two ports of a host, every other host is met once."""
        hosts = [host for host, _ in Block(addresses("10.7.0.0/24"), (80, 443)).endpoints(seed=5)]

        assert hosts[:256] == hosts[256:]

    def test_a_seed_fixes_the_order_and_another_one_changes_it(self) -> None:
        """Two rounds differ, one round can be walked again."""
        block = Block(addresses("10.7.0.0/24"), (80,))

        assert list(block.endpoints(seed=1)) == list(block.endpoints(seed=1))
        assert list(block.endpoints(seed=1)) != list(block.endpoints(seed=2))

    def test_nothing_is_listed(self) -> None:
        """The first endpoints of 2^64 addresses come at once, and are counted exactly."""
        plan = Plan.of(scope(addresses("2001:db8::/64")), None, [claim(80)])

        assert plan.planned == 1 << 64
        assert {
            ip_address(host) in ip_network("2001:db8::/64")
            for host, _ in islice(plan.endpoints(seed=3), 1000)
        } == {True}

    def test_addresses_are_spelt_as_the_history_spells_them(self) -> None:
        """The literal is the canonical one, by which an open finding is watched."""
        tricky = IPv6Address("::1.2.3.4")  # inet_ntop writes it with dots

        assert list(Block(AddressSet.of([tricky]), (80,)).endpoints(seed=1)) == [(str(tricky), 80)]


class TestShards:
    """Slices of a round by host, each as polite as the whole."""

    @given(
        networks=st.lists(
            st.integers(24, 32).flatmap(
                lambda prefix: st.integers(0, (1 << 32) - 1).map(
                    lambda start: ip_network((start, prefix), strict=False)
                )
            ),
            max_size=3,
        ),
        opted=st.sets(st.integers(0, 15), max_size=4),
        ports=st.sets(st.sampled_from([80, 443, 9100]), min_size=1),
        count=st.integers(1, 40),
        seed=st.integers(0, (1 << 32) - 1),
    )
    def test_every_endpoint_is_in_exactly_one_shard(
        self, networks: list[IPv4Network], opted: set[int], ports: set[int], count: int, seed: int
    ) -> None:
        """For any plan, count and seed, and a host with all of its ports in one of them."""
        allowed = AddressSet.of([*networks, ip_network("192.0.2.0/28")])
        opt_ins: dict[IPAddress, frozenset[int]] = {
            IPv4Address("192.0.2.0") + n: frozenset({9100}) for n in opted
        }
        plan = Plan.of(scope(allowed, opt_ins=opt_ins), None, [claim(*ports)])

        walks = [list(shard.endpoints(seed)) for shard in plan.shards(count)]
        hosts = [host for walk in walks for host in {address for address, _ in walk}]

        assert sorted(chain(*walks)) == sorted(plan.endpoints(seed))
        assert [shard.planned for shard in plan.shards(count)] == list(map(len, walks))
        assert len(hosts) == len(set(hosts))

    def test_shards_are_of_one_size(self) -> None:
        """None is more than one host longer than another, whatever opted in."""
        opt_ins: dict[IPAddress, frozenset[int]] = {
            IPv4Address("10.7.0.0") + n: frozenset({9100}) for n in range(8)
        }
        plan = Plan.of(scope(addresses("10.7.0.0/22"), opt_ins=opt_ins), None, [claim(80, 9100)])
        sizes = [shard.planned for shard in plan.shards(8)]

        assert sum(sizes) == 1024 + 8
        assert max(sizes) - min(sizes) <= 2

    def test_a_shard_is_spread_like_the_whole(self) -> None:
        """Within a shard of a /16, no /24 is met twice within a hundred connections."""
        plan = Plan.of(scope(addresses("10.7.0.0/16")), None, [claim(80)])
        walk = [host for host, _ in list(plan.shards(16))[5].endpoints(seed=99)]
        subnets = [host.rpartition(".")[0] for host in walk]

        assert len(set(subnets)) == 256
        assert min(len(set(subnets[n : n + 100])) for n in range(0, len(walk) - 100, 7)) == 100

    def test_the_one_shard_of_a_small_round_is_the_round(self) -> None:
        """Nothing changes for who needs no shards."""
        plan = Plan.of(scope(addresses("10.7.0.0/24")), None, [claim(80, 443)])

        assert plan.shards_at(1000) == 1
        assert list(next(plan.shards(1)).endpoints(seed=7)) == list(plan.endpoints(seed=7))

    def test_a_shard_is_small_but_not_over_in_a_blink(self) -> None:
        """65,536 endpoints; at high rates as many as a minute takes."""
        plan = Plan.of(scope(addresses("10.0.0.0/9")), None, [claim(80)])

        assert (plan.shards_at(100), plan.shards_at(10_000)) == (128, 14)

    def test_the_far_end_of_a_walk_comes_at_once(self) -> None:
        """The last shard of 2^64 addresses is found by arithmetic, not by walking there."""
        plan = Plan.of(scope(addresses("2001:db8::/64")), None, [claim(80)])
        last = list(plan.shards(1 << 10))[-1]

        assert last.planned == 1 << 54
        assert len(list(islice(last.endpoints(seed=3), 1000))) == 1000

    def test_another_plan_has_another_digest(self) -> None:
        """Addresses, ports and what is left out are in it; the order of probes is not."""
        here, there = scope(addresses("192.0.2.0/28")), scope(addresses("192.0.2.0/27"))
        digests = [
            Plan.of(here, None, [claim(80), claim(443)]).digest,
            Plan.of(here, None, [claim(80, 9100), claim(443)]).digest,
            Plan.of(here, None, [claim(80)]).digest,
            Plan.of(there, None, [claim(80), claim(443)]).digest,
        ]

        assert len(set(digests)) == 4
        assert Plan.of(here, None, [claim(443), claim(80)]).digest == digests[0]


class TestForecast:
    """What `ronde plan` says of packets and time."""

    def test_a_network_that_refuses_costs_two_packets_an_endpoint(self) -> None:
        """A SYN and a reset, as fast as the budget of all hosts allows."""
        plan = Plan.of(scope(addresses("192.0.2.0/24")), None, [claim(80, 443)])
        estimate = Estimate.of(plan, RATES)

        assert (estimate.addresses, estimate.endpoints) == (256, 512)
        assert estimate.answering == Outlook(connections=512, packets=1024, seconds=5.12)

    def test_a_silent_network_costs_every_repetition_and_every_timeout(self) -> None:
        """Two attempts an endpoint, each a SYN that is repeated after 1, 2 and 3 seconds."""
        plan = Plan.of(scope(addresses("192.0.2.0/24")), None, [claim(80, 443)])

        assert Estimate.of(plan, RATES).silent == Outlook(
            connections=1024, packets=4096, seconds=12.0
        )

    def test_datagrams_are_foreseen_apart_and_cost_turns_as_connections_do(self) -> None:
        """The kernel repeats none; each attempt is one, and one answer if there is any."""
        signed = scope(addresses("192.0.2.0/24"))
        estimate = Estimate.of(Plan.of(signed, None, [claim(80), shout(161)]), RATES)

        assert estimate.answering == Outlook(256, packets=1024, seconds=5.12, datagrams=256)
        assert estimate.silent == Outlook(512, packets=2560, seconds=12.0, datagrams=512)

    def test_on_a_single_host_its_own_spacing_is_the_limit(self) -> None:
        """Five connections a second to one host, whatever the budget of all."""
        plan = Plan.of(scope(addresses("192.0.2.4/32")), None, [claim(*range(20, 60))])

        assert Estimate.of(plan, RATES).answering.seconds == 8.0


class TestListed:
    """A plan that is cut to what another scanner has found."""

    @given(
        listed=st.lists(
            st.tuples(
                st.integers(0, 40).map(lambda n: f"192.0.2.{n}"), st.sampled_from([80, 443, 9100])
            )
        ),
        count=st.integers(1, 5),
    )
    def test_what_is_planned_and_listed_is_visited_once(
        self, listed: list[tuple[str, int]], count: int
    ) -> None:
        """However often it is listed, and in shards by host as any plan."""
        whole = Plan.of(scope(addresses("192.0.2.0/27")), None, [claim(80, 443, 9100)])
        planned = set(whole.endpoints(seed=1))
        cut = whole.among(listed)

        walks = [list(shard.endpoints(seed=3)) for shard in cut.shards(count)]
        hosts = [host for walk in walks for host in {address for address, _ in walk}]

        assert sorted(chain(*walks)) == sorted(planned & set(listed))
        assert len(hosts) == len(set(hosts))
        assert sum(cut.skipped.values()) == len(set(listed) - planned)

    def test_what_is_listed_beside_the_plan_is_counted(self) -> None:
        """Out of scope, on no port of a probe, on a denied port, or on a medical device."""
        zone = Zone(
            name="imaging", addresses=addresses("192.0.2.9"), asset_class=AssetClass.MEDICAL
        )
        whole = Plan.of(scope(addresses("192.0.2.0/27"), zones=(zone,)), None, [claim(80, 9100)])
        beside = [("10.0.0.1", 80), ("192.0.2.1", 81), ("192.0.2.1", 9100), ("192.0.2.9", 80)]

        cut = whole.among([("192.0.2.1", 80), *beside])

        assert (cut.planned, cut.skipped) == (1, {"listed-beside-the-plan": 4})

    def test_a_listed_device_is_called_on_and_not_visited(self) -> None:
        """As it would be without the list, on what is listed alone."""
        signed = scope(
            addresses("192.0.2.8/30"),
            zones=(Zone("imaging", addresses("192.0.2.9"), AssetClass.MEDICAL),),
            consents={AssetClass.MEDICAL: CONSENT},
        )
        whole = Plan.of(signed, None, [claim(80), claim(104, 2575, made_for=AssetClass.MEDICAL)])

        cut = whole.among([("192.0.2.9", 104), ("192.0.2.9", 80), ("192.0.2.10", 80)])

        assert list(cut.endpoints(seed=1)) == [("192.0.2.10", 80)]
        assert [(call.address, call.ports) for call in cut.calls(1, 0)] == [("192.0.2.9", (104,))]
        assert (cut.apart, cut.skipped) == (whole.apart, {"listed-beside-the-plan": 1})
