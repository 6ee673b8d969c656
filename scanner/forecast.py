"""What a round would touch, foreseen: `ronde plan` sends nothing."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import msgspec

from scanner import catalogue
from scanner.catchall import CANARIES, CANARY_PORTS, SUSPECT
from scanner.denied import DENIED
from scanner.plan import Estimate, Outlook
from scanner.rounds import Prepared


class Cost(msgspec.Struct, frozen=True):
    """What the sweep costs; `seconds` at the scope's rates."""

    connections: int
    packets: int
    seconds: float
    datagrams: int


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
        probes=[catalogue.entry(probe.about) for probe in prepared.probes],
    )
    return msgspec.json.format(msgspec.json.encode(forecast)).decode()


def as_text(prepared: Prepared) -> str:
    """Print the plan for a person."""
    return "\n".join(_lines(prepared, _estimate(prepared)))


def _lines(prepared: Prepared, estimate: Estimate) -> Iterator[str]:
    scope = prepared.scope
    yield f"{scope.name} ({scope.reference}), valid until {scope.valid_until}"
    yield f"  {estimate.addresses:,} addresses x ports {', '.join(map(str, _ports(prepared)))}"
    if udp_ports := sorted(prepared.plan.udp_ports):
        yield f"  and UDP ports {', '.join(map(str, udp_ports))}, with a datagram each"
    yield f"  {estimate.endpoints:,} endpoints; nothing has been sent"
    if prepared.swept:
        yield "  each is spoken with: others have swept"
    else:
        yield f"  if every port refuses: {_priced(estimate.answering)}"
        yield f"  if none ever answers:  {_priced(estimate.silent)}"
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
