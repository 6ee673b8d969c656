"""Everything that the inventories say, merged: what is known of an address."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

from scanner.addresses import AddressSet, IPAddress, IPNetwork, parse_address, unmapped
from scanner.inventory.merge import Entry, Merge, Resolve, Shelf, network_of
from scanner.inventory.read import Source
from scanner.model import Asset
from scanner.scope import AssetClass, Scope, Zone

#: One family and prefix length, and the assets by the number that its prefix bits make.
Assets: TypeAlias = tuple[Shelf, Mapping[int, Asset]]


@dataclass(frozen=True, slots=True)
class Inventory:
    """What the team knows of its addresses; without files, nothing.

    `addresses` is what the rows name and the scope allows. `classes` is what a round leaves alone.
    """

    addresses: AddressSet = field(default_factory=AddressSet)
    classes: Mapping[AssetClass, AddressSet] = field(default_factory=dict)
    _assets: tuple[Assets, ...] = ()

    @classmethod
    def load(
        cls, sources: Iterable[Path | str | Source], scope: Scope, resolve: Resolve
    ) -> "Inventory":
        """Read and merge files, each a path or `FORMAT:PATH`; `resolve` gives a name's addresses.

        Raises:
            InventoryRefused: a malformed line, an address outside the scope, or two rows that
                contradict each other; the message names every line.
        """
        merge = Merge(scope, resolve)
        for source in sources:
            for place, row in _source(source).rows():
                merge.add(place, row)
        merge.refuse_if_any()
        return cls(
            addresses=AddressSet.of(merge.networks()) & scope.allowed,
            classes={
                kind: AddressSet.of(merge.networks(kind)) & scope.allowed for kind in AssetClass
            },
            _assets=tuple(
                (shelf, {number: _asset(entry) for number, entry in entries.items()})
                for shelf, entries in sorted(merge.shelves.items(), reverse=True)
            ),
        )

    def lists(self, address: str) -> bool:
        """Tell whether a row names an address; without rows, nothing is missing."""
        return not self.addresses or self.addresses.covers(address)

    def owners(self) -> Iterator[tuple[IPNetwork, str]]:
        """Walk the networks whose rows name an owner; of an address, the narrowest says whose."""
        for (version, prefix), assets in self._assets:
            for number, asset in assets.items():
                if asset.owner:
                    yield network_of(version, prefix, number), asset.owner

    def asset_for(self, address: str | IPAddress) -> Asset:
        """Give what is known of an address: the most specific row first, wider ones fill its gaps.

        Raises:
            ValueError: a text that is no strict address literal.
        """
        parsed = parse_address(address) if isinstance(address, str) else unmapped(address)
        found = Asset()
        for (version, prefix), assets in self._assets:
            if version == parsed.version:
                number = int(parsed) >> (parsed.max_prefixlen - prefix)
                found = _filled(found, assets.get(number))
        return found


def with_inventory(scope: Scope, inventory: Inventory) -> Scope:
    """Give a scope whose zones also hold the devices that the inventory says to leave alone.

    These zones come first, so that `Scope.zone_of` tells the class of such a device.
    """
    zones = tuple(
        Zone(f"inventory: {kind}", addresses, kind)
        for kind, addresses in inventory.classes.items()
        if addresses
    )
    return replace(scope, zones=zones + scope.zones)


def _source(source: Path | str | Source) -> Source:
    if isinstance(source, Source):
        return source
    return Source(source) if isinstance(source, Path) else Source.parse(source)


def _asset(entry: Entry) -> Asset:
    said = {name: str(value) for name, (value, _) in entry.facts.items() if name != "class"}
    return Asset(**said, tags=tuple(entry.tags))


def _filled(asset: Asset, wider: Asset | None) -> Asset:
    """Fill the gaps of a more specific row from a wider one; tags add up."""
    if wider is None:
        return asset
    return Asset(
        owner=asset.owner or wider.owner,
        contact=asset.contact or wider.contact,
        site=asset.site or wider.site,
        zone=asset.zone or wider.zone,
        tags=tuple(dict.fromkeys((*asset.tags, *wider.tags))),
    )
