"""What a round would touch, foreseen: `ronde plan` sends nothing."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import msgspec

from scanner import catalogue
from scanner.calls import DEVICES_AT_ONCE
from scanner.care import CARE
from scanner.catchall import CANARIES, CANARY_PORTS, SUSPECT
from scanner.denied import DENIED
from scanner.estimate import Estimate, Outlook
from scanner.prepare import Prepared


class Cost(msgspec.Struct, frozen=True):
    """What the sweep costs; `seconds` at the scope's rates."""

    connections: int
    packets: int
    seconds: float
    datagrams: int


class Calls(msgspec.Struct, frozen=True, kw_only=True):
    """What the devices of one class are asked to bear; times in seconds."""

    asset_class: str
    approver: str
    addresses: int
    endpoints: int
    ports: list[int]
    udp_ports: list[int]
    probes: list[str]
    sockets_per_port: int
    rest: float
    held: float
    seconds_at_most: float


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """A plan as `ronde plan --format json` prints it."""

    scope: str
    reference: str
    addresses: int
    endpoints: int
    ports: list[int]
    udp_ports: list[int]
    canaries_from: tuple[int, int]
    skipped: dict[str, int]
    if_everything_answers: Cost
    if_nothing_answers: Cost
    devices: list[Calls]
    probes: list[catalogue.Entry]


def as_json(prepared: Prepared) -> str:
    """Print the plan as one JSON object."""
    estimate = _estimate(prepared)
    forecast = Forecast(
        scope=prepared.scope.name,
        reference=prepared.scope.reference,
        addresses=estimate.addresses,
        endpoints=estimate.endpoints,
        ports=_ports(prepared),
        udp_ports=sorted(prepared.plan.udp_ports),
        canaries_from=(CANARY_PORTS[0], CANARY_PORTS[-1]),
        skipped=prepared.plan.skipped,
        if_everything_answers=_cost(estimate.answering),
        if_nothing_answers=_cost(estimate.silent),
        devices=list(_calls(prepared)),
        probes=[catalogue.entry(probe.about) for probe in prepared.probes],
    )
    return msgspec.json.format(msgspec.json.encode(forecast)).decode()


def as_text(prepared: Prepared) -> str:
    """Print the plan for a person."""
    return "\n".join(_lines(prepared, _estimate(prepared)))


def _lines(prepared: Prepared, estimate: Estimate) -> Iterator[str]:
    scope = prepared.scope
    yield f"{scope.name} ({scope.reference}), valid until {scope.valid_until}"
    if estimate.endpoints:
        yield from _visited(prepared, estimate)
    else:
        yield "  nothing to sweep, nor has anything been sent"
    for calls in _calls(prepared):
        yield from _announced(calls)
    for reason, count in prepared.plan.skipped.items():
        yield f"  {count:,} endpoints left out: {reason}"
    if denied := sorted(DENIED.keys() & _wanted(prepared)):
        yield f"  denied ports: {'; '.join(f'{port} ({DENIED[port]})' for port in denied)}"
    yield (
        f"  on a host with {SUSPECT} open ports, {CANARIES} of the ports {CANARY_PORTS[0]} to "
        f"{CANARY_PORTS[-1]}, drawn anew each round, are knocked on: does it answer everywhere?"
    )
    yield "  of an open port, a probe may ask nothing but:"
    for probe in prepared.probes:
        yield f"    {probe.about.name}"
        yield from (f"      {ask.name}" for ask in probe.about.asks)


def _visited(prepared: Prepared, estimate: Estimate) -> Iterator[str]:
    """Say what the sweep knocks on, and what it costs."""
    yield f"  {estimate.addresses:,} addresses x ports {', '.join(map(str, _ports(prepared)))}"
    if udp_ports := sorted(prepared.plan.udp_ports):
        yield f"  and UDP ports {', '.join(map(str, udp_ports))}, with a datagram each"
    yield f"  {estimate.endpoints:,} endpoints; nothing has been sent"
    if prepared.swept:
        yield "  each is spoken with: others have swept"
    else:
        yield f"  if every port refuses: {_priced(estimate.answering)}"
        yield f"  if none ever answers:  {_priced(estimate.silent)}"


def _calls(prepared: Prepared) -> Iterator[Calls]:
    """Sum up the calls on each class of devices."""
    for asset_class, care in CARE.items():
        blocks = [block for kind, block in prepared.plan.devices if kind is asset_class]
        if not blocks:
            continue
        each = max(care.held + care.rest, 1 / prepared.scope.rates.per_host_per_second)
        sockets = max(block.doors for block in blocks) * care.sockets
        addresses = sum(block.addresses.count for block in blocks)
        yield Calls(
            asset_class=asset_class,
            approver=prepared.scope.consents[asset_class].approver,
            addresses=addresses,
            endpoints=sum(block.count for block in blocks),
            ports=sorted({port for block in blocks for port in block.ports}),
            udp_ports=sorted({port for block in blocks for port in block.udp_ports}),
            probes=[one.about.name for one in prepared.probes if one.about.made_for is asset_class],
            sockets_per_port=care.sockets,
            rest=care.rest,
            held=care.held,
            seconds_at_most=-(-addresses // DEVICES_AT_ONCE) * sockets * each,
        )


def _announced(calls: Calls) -> Iterator[str]:
    """Say who is called on, by whose leave and how gently."""
    ports = ", ".join(map(str, calls.ports)) or "none"
    udp = f", UDP {', '.join(map(str, calls.udp_ports))}" if calls.udp_ports else ""
    most = timedelta(seconds=round(calls.seconds_at_most))
    yield f"  {calls.asset_class} devices: {calls.addresses:,} called on, never swept"
    yield f"    approved by {calls.approver}"
    yield f"    by {', '.join(calls.probes)} on ports {ports}{udp}: {calls.endpoints:,} endpoints"
    yield (
        f"    at most {calls.sockets_per_port} sockets to a port, one at a time, "
        f"{calls.held:g} s each, {calls.rest:g} s apart; {most} at most"
    )


def _estimate(prepared: Prepared) -> Estimate:
    estimate = Estimate.of(prepared.plan, prepared.scope.rates)
    nothing = Outlook(connections=0, packets=0, seconds=0.0)
    return replace(estimate, answering=nothing, silent=nothing) if prepared.swept else estimate


def _ports(prepared: Prepared) -> list[int]:
    return sorted(prepared.plan.ports)


def _wanted(prepared: Prepared) -> set[int]:
    extra = prepared.scope.extra_ports.values()
    own = (probe.about.own_ports for probe in prepared.probes)
    return set().union(*own, *extra)


def _cost(outlook: Outlook) -> Cost:
    seconds = round(outlook.seconds, 1)
    return Cost(outlook.connections, outlook.packets, seconds, outlook.datagrams)


def _priced(outlook: Outlook) -> str:
    duration = timedelta(seconds=round(outlook.seconds))
    datagrams = f" {outlook.datagrams:,} datagrams," if outlook.datagrams else ""
    connections = f"{outlook.connections:,} connections,{datagrams}"
    return f"{connections} {outlook.packets:,} packets, {duration}"
