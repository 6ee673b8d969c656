"""Merges rows that speak of the same network, and refuses those that contradict each other."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from ipaddress import IPV4LENGTH, IPV6LENGTH, IPv4Network, IPv6Network, ip_network
from typing import TypeAlias

from scanner.addresses import AddressSet, IPAddress, IPNetwork
from scanner.inventory.rows import InventoryRefused, Place, Row
from scanner.scope import AssetClass, Scope, literals

#: A list for another site is wrong in every line; one screen of them will do.
MAX_REPORTED = 20

#: A million rows take about 700 MB while they are merged; a list of more is no inventory.
MAX_ROWS = 1_000_000

Resolve: TypeAlias = Callable[[str], Sequence[str]]

#: IP version and prefix length.
Shelf: TypeAlias = tuple[int, int]


@dataclass(slots=True)
class Entry:
    """What was said of one network so far, and which line said it first."""

    facts: dict[str, tuple[str, Place]] = field(default_factory=dict)
    tags: dict[str, None] = field(default_factory=dict)


class Merge:
    """Takes rows one by one; `shelves` holds one entry for each network that they name."""

    def __init__(self, scope: Scope, resolve: Resolve) -> None:
        self.shelves: dict[Shelf, dict[int, Entry]] = defaultdict(dict)
        self._scope = scope
        self._known = scope.allowed | scope.excluded
        self._resolve = resolve
        self._pinned = dict(scope.hosts)
        self._rows = 0
        self._found: list[str] = []

    def add(self, place: Place, row: Row) -> None:
        """Merge a row, or note why it cannot be.

        Raises:
            InventoryRefused: more than `MAX_ROWS` rows.
        """
        self._rows += 1
        if self._rows > MAX_ROWS:
            raise place.refusal(f"more than {MAX_ROWS} rows")
        try:
            for network in self._networks_of(row.address):
                self._merge(network, place, row)
        except ValueError as error:
            self._found.append(str(place.refusal(str(error))))

    def networks(self, kind: AssetClass | None = None) -> Iterator[IPNetwork]:
        """Walk the networks that rows name, all or those of one class."""
        for (version, prefix), entries in self.shelves.items():
            for number, entry in entries.items():
                if kind is None or entry.facts.get("class", ("",))[0] == kind:
                    yield network_of(version, prefix, number)

    def refuse_if_any(self) -> None:
        """Raise what was found.

        Raises:
            InventoryRefused: something was found.
        """
        if not self._found:
            return
        rest = len(self._found) - MAX_REPORTED
        more = [f"and {rest} more lines like these"] if rest > 0 else []
        raise InventoryRefused("\n".join(self._found[:MAX_REPORTED] + more))

    def _networks_of(self, text: str) -> list[IPNetwork]:
        """Read what a row is about, all of it inside the scope."""
        try:
            name = literals.read_name(text)
        except ValueError:
            network = literals.read_network(text)
            self._check_inside(network)
            return [network]
        return self._networks_of_name(name)

    def _networks_of_name(self, name: str) -> list[IPNetwork]:
        """Read a name as the scope pinned it, or as it resolves now."""
        if name not in self._pinned:
            self._pinned[name] = self._resolved(name)
        for address in self._pinned[name]:
            if not self._scope.covers(address):
                raise ValueError(f"{name} resolves to {address}, which is outside the scope")
        return [ip_network(address) for address in self._pinned[name]]

    def _resolved(self, name: str) -> tuple[IPAddress, ...]:
        try:
            answers = self._resolve(name)
        except (OSError, UnicodeError):
            answers = ()
        if not answers:
            raise ValueError(f"{name} does not resolve; correct it or take the row out")
        return tuple(literals.read_answer(text) for text in answers)

    def _check_inside(self, network: IPNetwork) -> None:
        """A subnet may have excluded addresses in it; a row with nothing else is a mistake."""
        if network.num_addresses == 1 and self._scope.covers(network.network_address):
            return
        addresses = AddressSet.of([network])
        if outside := addresses - self._known:
            raise ValueError(
                f"{outside[0]} is outside the scope; take the row out, or have it added"
            )
        if not addresses & self._scope.allowed:
            raise ValueError(f"{network} is what the scope excludes; take the row out")

    def _merge(self, network: IPNetwork, place: Place, row: Row) -> None:
        shelf = self.shelves[network.version, network.prefixlen]
        number = int(network.network_address) >> (network.max_prefixlen - network.prefixlen)
        entry = shelf.setdefault(number, Entry())
        entry.tags.update(dict.fromkeys(row.tags))
        for name, value in _facts(row):
            known, first = entry.facts.setdefault(name, (value, place))
            if known != value:
                raise ValueError(
                    f"{name} {value!r} of {row.address} contradicts {known!r} at {first}"
                )


def _facts(row: Row) -> Iterator[tuple[str, str]]:
    """Walk what a row says; an empty field says nothing."""
    facts = {
        "owner": row.owner,
        "contact": row.contact,
        "site": row.site,
        "zone": row.zone,
        "class": str(row.asset_class or ""),
    }
    return ((name, value) for name, value in facts.items() if value)


def network_of(version: int, prefix: int, number: int) -> IPNetwork:
    """Give the network whose prefix bits make a number."""
    family = IPv4Network if version == 4 else IPv6Network  # noqa: PLR2004 - the family
    width = IPV4LENGTH if version == 4 else IPV6LENGTH  # noqa: PLR2004 - the family
    return family((number << (width - prefix), prefix))
