"""What a round would touch: scope, inventory and probes become endpoints in a polite order."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from scanner.addresses import AddressSet, parse_address
from scanner.course import Block, Course, Target
from scanner.denied import DENIED
from scanner.model import Transport
from scanner.probe import AnyProbe
from scanner.scope import AssetClass, Rates, Scope

#: Endpoints of a shard at least, if a round has so many. It is what a resumed round may have to
#: repeat, and small enough that a worker is never long behind the others.
SHARD_ENDPOINTS = 1 << 16

#: Seconds that a shard takes at least where every endpoint answers. At its end a sweep waits for
#: the last time-outs, some seconds; much shorter shards would be waited for more than swept.
SHARD_SECONDS = 60


class Skip(StrEnum):
    """Why endpoints of the scope are not visited; a key of the coverage."""

    MEDICAL = "medical"
    PRINTER = "printer"
    DENIED = "denied-port"
    UNPLANNED = "listed-beside-the-plan"


class Port(NamedTuple):
    """A port of one transport: 161 over UDP is another than 161 over TCP."""

    number: int
    transport: Transport


@dataclass(frozen=True, slots=True)
class Plan:
    """What a round visits and what it leaves out; counted, never listed.

    No address is in two blocks, so that a shard has all endpoints of its hosts.
    `skipped` counts, by reason, the endpoints that the selected probes would have had a port for.
    They are not among the `planned`.
    """

    blocks: tuple[Block, ...]
    skipped: dict[str, int]

    @classmethod
    def of(
        cls, scope: Scope, inventory_addresses: AddressSet | None, probes: Iterable[AnyProbe]
    ) -> "Plan":
        """Lay out a round; given an inventory's addresses, one over those alone."""
        allowed = scope.allowed
        if inventory_addresses is not None:
            allowed &= inventory_addresses
        medical = _devices(scope, AssetClass.MEDICAL) & allowed
        printers = (_devices(scope, AssetClass.PRINTER) & allowed) - medical
        others = allowed - medical - printers
        wanted = _wanted(scope, probes)
        denied = _numbered(wanted, DENIED)
        on_printers = _opted_in(scope, printers, wanted)
        opted = _opted_in(scope, others, denied, beside=wanted - denied)
        plain = others - AddressSet.of(block.addresses[0] for block in opted)
        on_others = (_block(plain, wanted - denied), *opted)
        skipped = {
            Skip.MEDICAL: medical.count * len(wanted),
            Skip.PRINTER: printers.count * len(wanted) - _endpoints(on_printers),
            Skip.DENIED: others.count * len(wanted) - _endpoints(on_others),
        }
        blocks = (*on_others, *on_printers)
        return cls(
            blocks=tuple(block for block in blocks if block.count),
            skipped={reason.value: count for reason, count in skipped.items() if count},
        )

    @property
    def planned(self) -> int:
        """How many endpoints the round will visit."""
        return _endpoints(self.blocks)

    @property
    def ports(self) -> frozenset[int]:
        """Every TCP port that the round visits on some address."""
        return frozenset(port for block in self.blocks for port in block.ports)

    @property
    def udp_ports(self) -> frozenset[int]:
        """Every UDP port that the round visits on some address."""
        return frozenset(port for block in self.blocks for port in block.udp_ports)

    def endpoints(self, seed: int) -> Course:
        """Give each planned TCP endpoint once, in the order that the seed fixes."""
        return Course.over(*self.blocks, seed=seed)

    def plans(self, target: Target) -> bool:
        """Tell whether the round visits a TCP endpoint."""
        address, port = target
        return any(port in block.ports and block.addresses.covers(address) for block in self.blocks)

    def among(self, listed: Iterable[Target]) -> "Plan":
        """Keep what is listed and planned; what is listed only is left out and counted.

        The lists of other scanners that are read name TCP endpoints: nothing else is kept.
        """
        ports: defaultdict[str, set[int]] = defaultdict(set)
        beside: set[Target] = set()
        for target in listed:
            if self.plans(target):
                ports[target[0]].add(target[1])
            else:
                beside.add(target)
        hosts: defaultdict[tuple[int, ...], list[str]] = defaultdict(list)
        for address, open_ports in ports.items():
            hosts[tuple(sorted(open_ports))].append(address)
        blocks = tuple(
            Block(AddressSet.of(map(parse_address, hosts[some])), some) for some in sorted(hosts)
        )
        return Plan(blocks, {Skip.UNPLANNED.value: len(beside)} if beside else {})

    def shards(self, count: int) -> Iterator["Shard"]:
        """Cut the round into slices by host: each endpoint is in exactly one of them."""
        return (Shard(self, number, count) for number in range(count))

    def shards_at(self, per_second: float) -> int:
        """Say into how many shards a round at this rate is best cut."""
        size = max(SHARD_ENDPOINTS, int(per_second * SHARD_SECONDS))
        return max(1, -(-self.planned // size))

    @property
    def digest(self) -> str:
        """Name what is visited and left out: SHA-256 in hex, the same in every process."""
        blocks = [
            [block.addresses.v4, block.addresses.v6, block.ports, block.udp_ports]
            for block in self.blocks
        ]
        text = json.dumps([blocks, sorted(self.skipped.items())])
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Shard:
    """One of `of` slices of a plan, numbered from 0: some steps of each block's scattered walk.

    Any steps in a row are spread over the block as the whole walk is, so a shard is as polite as
    the round.
    """

    plan: Plan
    number: int
    of: int

    @property
    def planned(self) -> int:
        """How many endpoints."""
        return sum((part.stop - part.start) * block.doors for block, part in self._parts())

    def endpoints(self, seed: int, transport: Transport = Transport.TCP) -> Course:
        """Give each endpoint of one transport once, in the order that the seed fixes."""
        parts = ((block.over(transport), part) for block, part in self._parts())
        return Course(tuple((block, part) for block, part in parts if block.count), seed)

    def _parts(self) -> Iterator[tuple[Block, slice]]:
        """Cut each block evenly; what is left over of small blocks goes to different shards."""
        for place, block in enumerate(self.plan.blocks):
            turn, hosts = (self.number + place) % self.of, block.addresses.count
            yield block, slice(turn * hosts // self.of, (turn + 1) * hosts // self.of)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a sweep costs on one sort of network."""

    connections: int
    packets: int
    seconds: float
    datagrams: int = 0


@dataclass(frozen=True, slots=True)
class Estimate:
    """What `ronde plan` foresees for the sweep, between two extremes.

    `answering`: every endpoint refuses at once, with a SYN and a reset. `silent`: none ever
    answers, so that each attempt takes its whole timeout. Packets count both directions, those of
    datagrams included: one that is refused or answered costs two, one that is not costs one. The
    conversations with what turns out to be open come on top; they are few.
    """

    addresses: int
    endpoints: int
    answering: Outlook
    silent: Outlook

    @classmethod
    def of(cls, plan: Plan, rates: Rates) -> "Estimate":
        """Work it out for the rates of a scope."""
        # Linux repeats an unanswered SYN after 1, 2, 3 and 4 seconds (tcp_syn_linear_timeouts,
        # since 6.5), and more rarely before and elsewhere (RFC 6298, 2.1: after 1 and 3).
        syns = 1 + int(rates.timeout)
        return cls(
            addresses=sum(block.addresses.count for block in plan.blocks),
            endpoints=plan.planned,
            answering=_outlook(plan, rates, attempts=1, packets=2, patience=0.0),
            silent=_outlook(
                plan, rates, attempts=rates.attempts, packets=syns, patience=rates.timeout
            ),
        )


def _wanted(scope: Scope, probes: Iterable[AnyProbe]) -> frozenset[Port]:
    """Collect the ports that a selected probe claims, by itself or by the scope's wish."""
    abouts = [probe.about for probe in probes]
    return frozenset(
        Port(number, about.transport)
        for about in abouts
        for number in about.claims(scope.extra_ports, about.transport)
    )


def _of(transport: Transport, ports: AbstractSet[Port]) -> frozenset[Port]:
    return frozenset(port for port in ports if port.transport is transport)


def _numbered(ports: AbstractSet[Port], numbers: Container[int]) -> frozenset[Port]:
    return frozenset(port for port in ports if port.number in numbers)


def _block(addresses: AddressSet, ports: AbstractSet[Port]) -> Block:
    tcp, udp = (sorted(port.number for port in _of(one, ports)) for one in Transport)
    return Block(addresses, tuple(tcp), tuple(udp))


def _devices(scope: Scope, asset_class: AssetClass) -> AddressSet:
    devices = AddressSet()
    for zone in scope.zones:
        if zone.asset_class is asset_class:
            devices |= zone.addresses
    return devices


def _opted_in(
    scope: Scope,
    among: AddressSet,
    ports: AbstractSet[Port],
    beside: AbstractSet[Port] = frozenset(),
) -> tuple[Block, ...]:
    """Lift the denial where the scope names the address, for ports that are wanted anyway.

    `beside` are the ports that the address is visited on in any case.
    """
    return tuple(
        _block(AddressSet.of([address]), _numbered(ports, opted) | beside)
        for address, opted in scope.opt_ins.items()
        if address in among and _numbered(ports, opted)
    )


def _endpoints(blocks: Iterable[Block]) -> int:
    return sum(block.count for block in blocks)


def _outlook(plan: Plan, rates: Rates, *, attempts: int, packets: int, patience: float) -> Outlook:
    """Foresee the slowest of three limits: of all hosts, of one full subnet, and of one host."""
    datagrams = attempts * sum(len(b.udp_ports) * b.addresses.count for b in plan.blocks)
    connections = plan.planned * attempts - datagrams
    busiest = max((block.doors for block in plan.blocks), default=0) * attempts
    spacing = max(patience, 1 / rates.per_host_per_second)
    fullest = max((_in_one_subnet(block) for block in plan.blocks), default=0) * attempts
    seconds = max(
        (connections + datagrams) / rates.connections_per_second,
        fullest / rates.per_subnet_per_second,
        busiest * spacing,
    )
    packets = connections * packets + datagrams * (1 if patience else 2)
    return Outlook(connections, packets, seconds, datagrams)


def _in_one_subnet(block: Block) -> int:
    """Count the endpoints of a block's fullest subnet, at most: a /24 holds 256 addresses."""
    return min(block.addresses.count, 256) * block.doors
