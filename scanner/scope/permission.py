"""What a round may touch, compiled: immutable, and the one place that answers "is this ours?"."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo

from scanner.addresses import AddressSet, IPAddress, IPNetwork, parse_address, unmapped
from scanner.masking import Masking
from scanner.model import AssetClass
from scanner.scope import windows as hours
from scanner.scope.windows import Window

#: A host with more of the planned ports open than this is no host with that many services.
MAX_OPEN_PORTS = 20


@dataclass(frozen=True, slots=True)
class Consent:
    """Who allows careful calls on the devices of a class, and when: they have their own hours."""

    approver: str
    windows: tuple[Window, ...]

    def is_open(self, now: datetime) -> bool:
        """Tell whether a device may be called on at this instant."""
        return hours.is_open(self.windows, now)


@dataclass(frozen=True, slots=True)
class Zone:
    """A named part of the scope; its class, if any, says which devices stand in it."""

    name: str
    addresses: AddressSet
    asset_class: AssetClass | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """How hard a round may knock. `timeout` is in seconds, `attempts` counts the first one.

    A subnet is a /24, or a /64 in IPv6.
    """

    connections_per_second: float
    per_host_per_second: float
    timeout: float
    attempts: int
    per_subnet_per_second: float = math.inf


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether an address or name may be touched, and every line of the scope that says so."""

    subject: str
    covered: bool
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """A valid permission, its host names pinned to addresses.

    `allowed` is ranges and pinned addresses, less the exclusions: an exclusion always wins.
    `ranges` and `exclusions` stand as the file wrote them, for `explain`. `digest` is the SHA-256
    of the file, in hex. `timezone` is that in which the two dates, both inclusive, are read.
    `udp` tells whether anything may be sent over UDP. Devices of a class without a consent are
    left alone.
    """

    name: str
    owner: str
    approver: str
    reference: str
    contact: str
    valid_from: date
    valid_until: date
    timezone: tzinfo
    ranges: tuple[IPNetwork, ...]
    exclusions: tuple[IPNetwork, ...]
    hosts: Mapping[str, tuple[IPAddress, ...]]
    allowed: AddressSet
    excluded: AddressSet
    zones: tuple[Zone, ...]
    rates: Rates
    windows: tuple[Window, ...]
    extra_ports: Mapping[str, frozenset[int]]
    opt_ins: Mapping[IPAddress, frozenset[int]]
    min_coverage: float
    digest: str
    udp: bool = False
    max_open_ports: int = MAX_OPEN_PORTS
    mask_names: Masking = Masking.PERSONAL
    ftp_anonymous: bool = False
    consents: Mapping[AssetClass, Consent] = field(default_factory=dict)
    dicom_find: bool = False
    _names: Mapping[IPAddress, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Turn the pinned hosts round once: `host_of` is asked for every endpoint."""
        names: dict[IPAddress, str] = {}
        for name, addresses in self.hosts.items():
            for address in addresses:
                names.setdefault(address, name)
        object.__setattr__(self, "_names", names)

    def grants(self, wish: str | None) -> bool:
        """Tell whether what a probe needs is signed off; most need nothing of the kind."""
        wishes = {
            None: True,
            "dicom_find": self.dicom_find,
            "ftp_anonymous": self.ftp_anonymous,
            "udp": self.udp,
        }
        return wishes.get(wish, False)

    def covers(self, address: str | IPAddress) -> bool:
        """Tell whether an address may be touched; a spelling that is not strict never is."""
        if isinstance(address, str):
            return self.allowed.covers(address)
        return address in self.allowed

    def devices(self, asset_class: AssetClass) -> AddressSet:
        """Give the addresses that may be touched and hold devices of a class."""
        devices = AddressSet()
        for zone in self.zones:
            if zone.asset_class is asset_class:
                devices |= zone.addresses
        return devices & self.allowed

    def without(self, addresses: AddressSet) -> "Scope":
        """Give the same permission, less some addresses."""
        return replace(self, allowed=self.allowed - addresses)

    def host_of(self, address: str | IPAddress) -> str | None:
        """Give the listed name that is pinned to an address, the first one if there are several."""
        parsed = _parsed(address)
        return None if parsed is None else self._names.get(parsed)

    def zone_of(self, address: str | IPAddress) -> Zone | None:
        """Give the first zone that holds an address."""
        parsed = _parsed(address)
        return next((zone for zone in self.zones if parsed in zone.addresses), None)

    def is_open(self, now: datetime) -> bool:
        """Tell whether the daily windows allow traffic at this instant."""
        return hours.is_open(self.windows, now)

    def next_open(self, now: datetime) -> datetime:
        """Give the first instant from now on at which traffic is allowed, in UTC."""
        return hours.next_open(self.windows, now)

    def next_call(self, asset_class: AssetClass, now: datetime) -> datetime | None:
        """Give the first instant at which devices of a class may be called on; None is never."""
        consent = self.consents.get(asset_class)
        return hours.meet(self.windows, consent.windows, now) if consent else None

    def refusal_today(self, now: datetime) -> str | None:
        """Say why no round may run on this day, or None if one may. Windows are another matter."""
        return refusal_on(now.astimezone(self.timezone).date(), self.valid_from, self.valid_until)

    def treatment(self, asset_class: AssetClass) -> str:
        """Say how devices of a class are treated."""
        if consent := self.consents.get(asset_class):
            return f"{asset_class} devices: called on with care, approved by {consent.approver}"
        return f"{asset_class} devices: left alone"

    def explain(self, subject: str) -> Explanation:
        """Say whether an address or a listed name may be touched, and which lines decide it."""
        if subject in self.hosts:
            return self._explain_host(subject)
        address = _parsed(subject)
        if address is None:
            why = "neither a strict address literal nor a name that `hosts` lists"
            return Explanation(subject, covered=False, because=(why,))
        return Explanation(
            subject, covered=address in self.allowed, because=tuple(self._reasons(address))
        )

    def _explain_host(self, name: str) -> Explanation:
        because = [why for address in self.hosts[name] for why in self._reasons(address)]
        covered = all(address in self.allowed for address in self.hosts[name])
        return Explanation(name, covered=covered, because=tuple(because))

    def _reasons(self, address: IPAddress) -> list[str]:
        reasons = [
            f"`ranges[{place}]` {network} holds {address}"
            for place, network in enumerate(self.ranges)
            if address in network
        ]
        reasons += [
            f"`hosts` lists {name}, pinned to {address}"
            for name, pinned in self.hosts.items()
            if address in pinned
        ]
        if not reasons:
            reasons.append(f"no range holds {address} and no listed host is pinned to it")
        reasons += [
            f"`exclude[{place}]` {network} takes {address} out: an exclusion always wins"
            for place, network in enumerate(self.exclusions)
            if address in network
        ]
        return reasons + self._reservations(address)

    def _reservations(self, address: IPAddress) -> list[str]:
        """Say what is particular about an address that is in."""
        if address not in self.allowed:
            return []
        said = []
        if zone := self.zone_of(address):
            kind = f" ({self.treatment(zone.asset_class)})" if zone.asset_class else ""
            said.append(f"zone {zone.name!r} holds {address}{kind}")
        if ports := self.opt_ins.get(address):
            said.append(f"`opt_in` allows {address} the denied ports {_listed(sorted(ports))}")
        return said


def refusal_on(today: date, valid_from: date, valid_until: date) -> str | None:
    """Say why a permission does not hold on a day; both of its dates are inclusive."""
    if today > valid_until:
        return f"expired on {valid_until}; have the permission renewed, then change the date"
    if today < valid_from:
        return f"not valid before {valid_from}; wait, or have the permission changed"
    return None


def _parsed(address: str | IPAddress) -> IPAddress | None:
    if not isinstance(address, str):
        return unmapped(address)
    try:
        return parse_address(address)
    except ValueError:
        return None


def _listed(items: Iterable[object]) -> str:
    return ", ".join(map(str, items))
