"""What a round would touch: scope, inventory and probes become endpoints in a polite order."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count
from typing import NamedTuple

from scanner.addresses import AddressSet, parse_address
from scanner.course import Block, Course, Target
from scanner.denied import DENIED
from scanner.model import AssetClass, Endpoint, Transport
from scanner.probe import AnyProbe
from scanner.scope import Scope

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
    WINDOW = "outside-the-devices-window"
    RESET = "device-reset"
    SILENT = "silent-device"
    SPENT = "sockets-used-up"


class Port(NamedTuple):
    """A port of one transport: 161 over UDP is another than 161 over TCP."""

    number: int
    transport: Transport


@dataclass(frozen=True, slots=True)
class Plan:
    """What a round visits and what it leaves out; counted, never listed.

    No address is in two blocks, so that a shard has all endpoints of its hosts.
    `left_out` are, with the reason, the endpoints that the selected probes would have had a port
    for. They are not among the `planned`. `devices` are those that are not swept but called on
    with care, by class. `apart` are the addresses that the sweep has no business with: these, and
    the devices that are left alone. `beside` is how many endpoints another scanner listed that
    are not planned.
    """

    blocks: tuple[Block, ...]
    left_out: tuple[tuple[Skip, Block], ...] = ()
    devices: tuple[tuple[AssetClass, Block], ...] = ()
    apart: AddressSet = field(default_factory=AddressSet)
    beside: int = 0

    @classmethod
    def of(
        cls, scope: Scope, inventory_addresses: AddressSet | None, probes: Iterable[AnyProbe]
    ) -> "Plan":
        """Lay out a round; given an inventory's addresses, one over those alone."""
        allowed = scope.allowed
        if inventory_addresses is not None:
            allowed &= inventory_addresses
        medical = scope.devices(AssetClass.MEDICAL) & allowed
        printers = (scope.devices(AssetClass.PRINTER) & allowed) - medical
        others = allowed - medical - printers
        probes = tuple(probes)
        wanted = _wanted(scope, probes)
        denied = _numbered(wanted, DENIED)
        on_printers = _opted_in(scope, printers, wanted)
        unopted = printers - AddressSet.of(block.addresses[0] for block in on_printers)
        on_medical = _called_on(scope, AssetClass.MEDICAL, medical, probes)
        on_unopted = _called_on(scope, AssetClass.PRINTER, unopted, probes)
        opted = _opted_in(scope, others, denied, beside=wanted - denied)
        plain = others - AddressSet.of(block.addresses[0] for block in opted)
        on_others = (_block(plain, wanted - denied), *opted)
        visited = (
            (Skip.MEDICAL, medical, on_medical),
            (Skip.PRINTER, unopted, on_unopted),
            *((Skip.PRINTER, block.addresses, block) for block in on_printers),
            *((Skip.DENIED, block.addresses, block) for block in on_others),
        )
        left_out = ((why, _rest(some, wanted, block)) for why, some, block in visited)
        blocks = (*on_others, *on_printers)
        devices = ((AssetClass.MEDICAL, on_medical), (AssetClass.PRINTER, on_unopted))
        return cls(
            blocks=tuple(block for block in blocks if block.count),
            left_out=tuple((why, block) for why, block in left_out if block.count),
            devices=tuple((kind, block) for kind, block in devices if block.count),
            apart=scope.devices(AssetClass.MEDICAL) | unopted,
        )

    @property
    def visited(self) -> tuple[Block, ...]:
        """What is swept, and the devices that are called on."""
        return (*self.blocks, *(block for _, block in self.devices))

    @property
    def planned(self) -> int:
        """How many endpoints the round will visit, in the sweep and in calls."""
        return _endpoints(self.visited)

    @property
    def swept(self) -> int:
        """How many endpoints the sweep will knock on."""
        return _endpoints(self.blocks)

    @property
    def skipped(self) -> dict[str, int]:
        """How many endpoints are left out, by reason: keys of the coverage."""
        skipped = Counter({Skip.UNPLANNED.value: self.beside})
        for why, block in self.left_out:
            skipped[why.value] += block.count
        return dict(+skipped)

    @property
    def called(self) -> AddressSet:
        """The devices that are called on."""
        called = AddressSet()
        for _, block in self.devices:
            called |= block.addresses
        return called

    @property
    def ports(self) -> frozenset[int]:
        """Every TCP port that the sweep knocks on at some address."""
        return frozenset(port for block in self.blocks for port in block.ports)

    @property
    def udp_ports(self) -> frozenset[int]:
        """Every UDP port that the sweep knocks on at some address."""
        return frozenset(port for block in self.blocks for port in block.udp_ports)

    def endpoints(self, seed: int) -> Course:
        """Give each TCP endpoint of the sweep once, in the order that the seed fixes."""
        return Course.over(*self.blocks, seed=seed)

    def among(self, listed: Iterable[Target]) -> "Plan":
        """Keep what is listed and planned; what is listed only is left out and counted.

        The lists of other scanners that are read name TCP endpoints: nothing else is kept.
        """
        ports: defaultdict[AssetClass | None, defaultdict[str, set[int]]]
        ports = defaultdict(lambda: defaultdict(set))
        beside: set[Target] = set()
        for address, port in listed:
            for kind, block in self._kinds():
                if port in block.ports and block.addresses.covers(address):
                    ports[kind][address].add(port)
                    break
            else:
                beside.add((address, port))
        return Plan(
            blocks=tuple(_blocks_of(ports[None])),
            devices=tuple(
                (kind, block) for kind in AssetClass for block in _blocks_of(ports[kind])
            ),
            apart=self.apart,
            beside=len(beside),
        )

    def _kinds(self) -> Iterator[tuple[AssetClass | None, Block]]:
        """Give each block with the class of its devices; what is swept has none."""
        yield from ((None, block) for block in self.blocks)
        yield from self.devices

    def shards(self, count: int) -> Iterator["Shard"]:
        """Cut the round into slices by host: each endpoint is in exactly one of them."""
        return (Shard(self, number, count) for number in range(count))

    def calls(self, seed: int, first: int) -> Iterator["Call"]:
        """Give each call on a device, numbered from `first`: the same for the same seed."""
        numbers = count(first)
        for kind, block in self.devices:
            for address in block.hosts(seed):
                yield Call(next(numbers), kind, address, block.ports, block.udp_ports)

    def shards_at(self, per_second: float) -> int:
        """Say into how many shards a round at this rate is best cut."""
        size = max(SHARD_ENDPOINTS, int(per_second * SHARD_SECONDS))
        return max(1, -(-self.swept // size))

    @property
    def digest(self) -> str:
        """Name what is visited and left out: SHA-256 in hex, the same in every process."""
        blocks = [
            [kind, block.addresses.v4, block.addresses.v6, block.ports, block.udp_ports]
            for kind, block in self._kinds()
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
class Call:
    """One device, and the ports on which it is called on one after the other."""

    number: int
    asset_class: AssetClass
    address: str
    ports: tuple[int, ...]
    udp_ports: tuple[int, ...] = ()

    @property
    def planned(self) -> int:
        """How many endpoints."""
        return len(self.ports) + len(self.udp_ports)

    def endpoints(self, host: str | None) -> Iterator[Endpoint]:
        """Give each endpoint once; `host` is the name that is pinned to the address."""
        doors = {Transport.TCP: self.ports, Transport.UDP: self.udp_ports}
        for transport, ports in doors.items():
            for port in ports:
                yield Endpoint(address=self.address, port=port, transport=transport, host=host)


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


def _rest(addresses: AddressSet, wanted: AbstractSet[Port], visited: Block) -> Block:
    """Give what is wanted of some addresses and not visited."""
    doors = {Transport.TCP: visited.ports, Transport.UDP: visited.udp_ports}
    taken = {Port(number, transport) for transport, ports in doors.items() for number in ports}
    return _block(addresses, wanted - taken)


def _called_on(
    scope: Scope, asset_class: AssetClass, devices: AddressSet, probes: Iterable[AnyProbe]
) -> Block:
    """Lay out the calls on devices: where somebody consents, and on ports of their own probes."""
    if asset_class not in scope.consents:
        return Block(AddressSet(), ())
    ports = _wanted(scope, (probe for probe in probes if probe.about.made_for is asset_class))
    return _block(devices if ports else AddressSet(), ports - _numbered(ports, DENIED))


def _blocks_of(ports: Mapping[str, AbstractSet[int]]) -> Iterator[Block]:
    """Gather the addresses that have the same ports listed."""
    hosts: defaultdict[tuple[int, ...], list[str]] = defaultdict(list)
    for address, open_ports in ports.items():
        hosts[tuple(sorted(open_ports))].append(address)
    for some in sorted(hosts):
        yield Block(AddressSet.of(map(parse_address, hosts[some])), some)


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
