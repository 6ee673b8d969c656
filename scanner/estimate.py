"""What a sweep would cost: packets, and seconds at the signed-off rates."""

from dataclasses import dataclass

from scanner.course import Block
from scanner.plan import Plan
from scanner.scope import Rates


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
            endpoints=plan.swept,
            answering=_outlook(plan, rates, attempts=1, packets=2, patience=0.0),
            silent=_outlook(
                plan, rates, attempts=rates.attempts, packets=syns, patience=rates.timeout
            ),
        )


def _outlook(plan: Plan, rates: Rates, *, attempts: int, packets: int, patience: float) -> Outlook:
    """Foresee the slowest of three limits: of all hosts, of one full subnet, and of one host."""
    datagrams = attempts * sum(len(b.udp_ports) * b.addresses.count for b in plan.blocks)
    connections = plan.swept * attempts - datagrams
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
