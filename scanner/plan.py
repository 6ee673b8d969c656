"""What a round would touch: scope, inventory and probes become endpoints in a polite order."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from scanner.addresses import AddressSet
from scanner.course import Block, Course
from scanner.probe import AnyProbe
from scanner.scope import AssetClass, Rates, Scope

_RAW = "raw print port (AppSocket, JetDirect): whatever arrives is printed"
_SERIAL = "raw serial port behind a network adapter: whatever arrives reaches the device"

#: Ports on which a byte prints or moves something, and why. They are left out whatever a probe or
#: a scope asks for, unless the scope opts a single address in.
DENIED: Mapping[int, str] = MappingProxyType(
    {
        515: "LPD (RFC 1179): a connection can start a print job",
        2000: "raw port of print and terminal servers: whatever arrives reaches the device",
        2501: "raw print port of some laser printers: whatever arrives is printed",
        **dict.fromkeys(range(9100, 9108), _RAW),
        **dict.fromkeys(range(9112, 9117), _RAW),
        9999: "set-up port of serial adapters, PJL on some printers",
        10001: _SERIAL,
    }
)


class Skip(StrEnum):
    """Why endpoints of the scope are not visited; a key of the coverage."""

    MEDICAL = "medical"
    PRINTER = "printer"
    DENIED = "denied-port"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a round visits and what it leaves out; counted, never listed.

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
        on_others = _opted_in(scope, others, denied)
        skipped = {
            Skip.MEDICAL: medical.count * len(wanted),
            Skip.PRINTER: printers.count * len(wanted) - _endpoints(on_printers),
            Skip.DENIED: others.count * len(denied) - _endpoints(on_others),
        }
        blocks = (Block(others, tuple(sorted(wanted - denied))), *on_others, *on_printers)
        return cls(
            blocks=tuple(block for block in blocks if block.count),
            skipped={reason.value: count for reason, count in skipped.items() if count},
        )

    @property
    def planned(self) -> int:
        """How many endpoints the round will visit."""
        return _endpoints(self.blocks)

    def endpoints(self, seed: int) -> Course:
        """Give each planned endpoint once, in the order that the seed fixes."""
        return Course(self.blocks, seed)


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
    abouts = [probe.about for probe in probes]
    return frozenset().union(
        *(a.ports | a.tls_ports | scope.extra_ports.get(a.name, frozenset()) for a in abouts)
    )


def _devices(scope: Scope, asset_class: AssetClass) -> AddressSet:
    devices = AddressSet()
    for zone in scope.zones:
        if zone.asset_class is asset_class:
            devices |= zone.addresses
    return devices


def _opted_in(scope: Scope, among: AddressSet, ports: AbstractSet[int]) -> tuple[Block, ...]:
    """Lift the denial where the scope names the address, for ports that are wanted anyway."""
    return tuple(
        Block(AddressSet.of([address]), tuple(sorted(opted & ports)))
        for address, opted in scope.opt_ins.items()
        if address in among and opted & ports
    )


def _endpoints(blocks: Iterable[Block]) -> int:
    return sum(block.count for block in blocks)


def _outlook(plan: Plan, rates: Rates, *, attempts: int, packets: int, patience: float) -> Outlook:
    """Foresee the slower of two limits: the budget of all hosts, and the spacing on one of them."""
    connections = plan.planned * attempts
    busiest = max((len(block.ports) for block in plan.blocks), default=0) * attempts
    spacing = max(patience, 1 / rates.per_host_per_second)
    seconds = max(connections / rates.connections_per_second, busiest * spacing)
    return Outlook(connections, connections * packets, seconds)
