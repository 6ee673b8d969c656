"""What a contender is let loose on: addresses, ports, who listens, and where to write."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Network
from pathlib import Path

from tests.bench.runs import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """One task, the same for every contender.

    `here` are the words that run a command on the scanning side; `probes` those of ronde whose
    ports these are, with what its scope adds in `extra_ports`; `listening` the endpoints to be
    found, as `address:port`; `limit` the seconds that a run may take.
    """

    here: tuple[str, ...]
    folder: Path
    networks: tuple[str, ...]
    ports: tuple[int, ...]
    probes: tuple[str, ...]
    listening: frozenset[str]
    limit: float
    extra_ports: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def hosts(self) -> int:
        """How many addresses."""
        return sum(IPv4Network(network).num_addresses for network in self.networks)

    @property
    def endpoints(self) -> int:
        """How many endpoints."""
        return self.hosts * len(self.ports)

    def addresses(self) -> list[str]:
        """List the addresses, for who cannot read ranges."""
        return [str(one) for network in self.networks for one in IPv4Network(network)]

    def only(self, network: str) -> "Ground":
        """Give the part of the ground that is in one network."""
        part = replace(self, networks=(network,))
        hosts = set(part.addresses())
        listening = {one for one in self.listening if one.rpartition(":")[0] in hosts}
        return replace(part, listening=frozenset(listening))

    def judged(self, run: Run, found: Iterable[str]) -> Run:
        """Hold what a run found to what is there."""
        seen = frozenset(found)
        right = len(seen & self.listening)
        return replace(
            run,
            planned=self.endpoints,
            there=len(self.listening),
            found=right,
            wrong=len(seen) - right,
        )
