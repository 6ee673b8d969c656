"""What a round would touch: scope, inventory and probes become endpoints in a polite order."""

import hashlib
import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv6Address
from itertools import accumulate
from math import gcd
from socket import inet_ntoa
from typing import TypeAlias

from scanner.addresses import AddressSet
from scanner.denied import DENIED
from scanner.probe import AnyProbe
from scanner.scope import AssetClass, Rates, Scope

#: A canonical address literal and a port, as the socket module takes them.
Target: TypeAlias = tuple[str, int]

#: 2^64 divided by the golden ratio. A step of this share of a ring never comes close to where it
#: was before: any 100 places in a row are at least a 224th of the ring apart.
GOLDEN = 0x9E3779B97F4A7C15

#: Endpoints of a shard at least, if a round has so many. It is what a resumed round may have to
#: repeat, and small enough that a worker is never long behind the others.
SHARD_ENDPOINTS = 1 << 16

#: Seconds that a shard takes at least where every endpoint answers. At its end a sweep waits for
#: the last time-outs, some seconds; much shorter shards would be waited for more than swept.
SHARD_SECONDS = 60

WHOLE = slice(None)


class Skip(StrEnum):
    """Why endpoints of the scope are not visited; a key of the coverage."""

    MEDICAL = "medical"
    PRINTER = "printer"
    DENIED = "denied-port"


@dataclass(frozen=True, slots=True)
class Block:
    """Every one of some addresses on every one of some ports."""

    addresses: AddressSet
    ports: tuple[int, ...]

    @property
    def count(self) -> int:
        """How many endpoints."""
        return self.addresses.count * len(self.ports)

    def endpoints(self, seed: int, part: slice = WHOLE) -> Iterator[Target]:
        """Walk the block one port after the other, so that a host rests between its ports.

        `part` is a slice of the scattered order of its hosts; each comes with all of its ports.
        """
        for port in self.ports:
            for literal in _scattered(self.addresses, seed, part):
                yield literal, port


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
        denied = wanted & DENIED.keys()
        on_printers = _opted_in(scope, printers, wanted)
        opted = _opted_in(scope, others, denied, beside=wanted - denied)
        plain = others - AddressSet.of(block.addresses[0] for block in opted)
        on_others = (Block(plain, tuple(sorted(wanted - denied))), *opted)
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
        """Every port that the round visits on some address."""
        return frozenset(port for block in self.blocks for port in block.ports)

    def endpoints(self, seed: int) -> Iterator[Target]:
        """Give each planned endpoint once, in the order that the seed fixes."""
        for block in self.blocks:
            yield from block.endpoints(seed)

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
        blocks = [[block.addresses.v4, block.addresses.v6, block.ports] for block in self.blocks]
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
        return sum((part.stop - part.start) * len(block.ports) for block, part in self._parts())

    def endpoints(self, seed: int) -> Iterator[Target]:
        """Give each endpoint of the shard once, in the order that the seed fixes."""
        for block, part in self._parts():
            yield from block.endpoints(seed, part)

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


@dataclass(frozen=True, slots=True)
class Estimate:
    """What `ronde plan` foresees for the sweep, between two extremes.

    `answering`: every endpoint refuses at once, with a SYN and a reset. `silent`: none ever
    answers, so that each attempt takes its whole timeout. Packets count both directions. The
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


def _wanted(scope: Scope, probes: Iterable[AnyProbe]) -> frozenset[int]:
    """Collect the ports that a selected probe claims, by itself or by the scope's wish."""
    return frozenset().union(*(probe.about.claims(scope.extra_ports) for probe in probes))


def _devices(scope: Scope, asset_class: AssetClass) -> AddressSet:
    devices = AddressSet()
    for zone in scope.zones:
        if zone.asset_class is asset_class:
            devices |= zone.addresses
    return devices


def _opted_in(
    scope: Scope,
    among: AddressSet,
    ports: AbstractSet[int],
    beside: AbstractSet[int] = frozenset(),
) -> tuple[Block, ...]:
    """Lift the denial where the scope names the address, for ports that are wanted anyway.

    `beside` are the ports that the address is visited on in any case.
    """
    return tuple(
        Block(AddressSet.of([address]), tuple(sorted((opted & ports) | beside)))
        for address, opted in scope.opt_ins.items()
        if address in among and opted & ports
    )


def _endpoints(blocks: Iterable[Block]) -> int:
    return sum(block.count for block in blocks)


def _scattered(addresses: AddressSet, seed: int, part: slice) -> Iterator[str]:
    """Walk the addresses in steps of the golden ratio, each once, as canonical literals.

    Neighbours in the sequence are far apart in the set, so that no subnet takes a burst. The
    place after n steps is plain arithmetic: a part of the walk can start anywhere.
    """
    if not addresses:
        return
    count = addresses.count
    first, last, _ = part.indices(count)
    step = _coprime_step(count)
    ranges = (*addresses.v4, *addresses.v6)
    starts = list(accumulate((last - first + 1 for first, last in ranges), initial=0))
    first_v6 = len(addresses.v4)
    place = (seed + first * step) % count
    for _ in range(first, last):
        row = bisect_right(starts, place) - 1
        number = ranges[row][0] + place - starts[row]
        # Four times as fast as `ipaddress`, which only the rarer family needs for its spelling.
        yield inet_ntoa(number.to_bytes(4)) if row < first_v6 else str(IPv6Address(number))
        place = (place + step) % count


def _coprime_step(count: int) -> int:
    step = max(1, count * GOLDEN >> 64)
    while gcd(step, count) != 1:
        step += 1
    return step


def _outlook(plan: Plan, rates: Rates, *, attempts: int, packets: int, patience: float) -> Outlook:
    """Foresee the slowest of three limits: of all hosts, of one full subnet, and of one host."""
    connections = plan.planned * attempts
    busiest = max((len(block.ports) for block in plan.blocks), default=0) * attempts
    spacing = max(patience, 1 / rates.per_host_per_second)
    fullest = max((_in_one_subnet(block) for block in plan.blocks), default=0) * attempts
    seconds = max(
        connections / rates.connections_per_second,
        fullest / rates.per_subnet_per_second,
        busiest * spacing,
    )
    return Outlook(connections, connections * packets, seconds)


def _in_one_subnet(block: Block) -> int:
    """Count the endpoints of a block's fullest subnet, at most: a /24 holds 256 addresses."""
    return min(block.addresses.count, 256) * len(block.ports)
