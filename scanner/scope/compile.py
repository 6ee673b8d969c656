"""From what a scope file says to what a round may do: every rule of the permission is here."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import TypeAlias

import msgspec

from scanner.addresses import AddressSet, IPAddress, IPNetwork
from scanner.scope import literals
from scanner.scope.consent import read_consents, read_windows
from scanner.scope.file import ScopeFile
from scanner.scope.permission import Rates, Scope, Zone, refusal_on
from scanner.scope.problems import Problems

Resolve: TypeAlias = Callable[[str], Sequence[str]]

#: What names the people and the paper behind a permission.
SIGNATURES = ("name", "owner", "approver", "reference", "contact")


def compile_scope(
    file: ScopeFile, problems: Problems, *, digest: str, now: datetime, resolve: Resolve
) -> Scope:
    """Check a file's every rule. No name is resolved for a file that is refused anyway.

    Raises:
        ScopeRefused: with everything that was found wrong.
    """
    _check_signatures(file, problems)
    timezone = problems.reading("timezone", literals.read_timezone, file.timezone)
    valid_from, valid_until = _validity(file, problems, now.astimezone(timezone).date())
    ranges = tuple(problems.reading_all("ranges", literals.read_range, file.ranges))
    exclusions = tuple(problems.reading_all("exclude", literals.read_network, file.exclude))
    names = problems.reading_all("hosts", literals.read_name, file.hosts)
    windows = read_windows("windows", file.windows, file.timezone, problems)
    consents = read_consents(file, windows, problems, now)
    _check_not_empty(file, problems)
    problems.refuse_if_any()

    listed, excluded = AddressSet.of(ranges), AddressSet.of(exclusions)
    places = {name: f"hosts[{place}]" for place, name in enumerate(names)}
    hosts = {name: _pinned(field, name, resolve, problems) for name, field in places.items()}
    for name, field in places.items():
        _check_host(field, hosts[name], listed, excluded, problems)
    named = listed | AddressSet.of(a for addresses in hosts.values() for a in addresses)
    allowed = named - excluded
    _check_width(file, ranges, named, problems)
    if named and not allowed:
        problems.add("exclude", "leaves nothing of the ranges and hosts; narrow the exclusions")
    zones = _zones(file, named, problems)
    opt_ins = _opt_ins(file, allowed, problems)
    problems.refuse_if_any()
    return Scope(
        name=file.name,
        owner=file.owner,
        approver=file.approver,
        reference=file.reference,
        contact=file.contact,
        valid_from=valid_from,
        valid_until=valid_until,
        timezone=timezone or UTC,
        ranges=ranges,
        exclusions=exclusions,
        hosts=hosts,
        allowed=allowed,
        excluded=excluded,
        zones=zones,
        rates=Rates(**msgspec.structs.asdict(file.rates)),
        windows=windows,
        extra_ports={probe: frozenset(ports) for probe, ports in file.extra_ports.items()},
        opt_ins=opt_ins,
        min_coverage=file.min_coverage,
        udp=file.udp,
        max_open_ports=file.max_open_ports,
        mask_names=file.mask_names,
        ftp_anonymous=file.ftp_anonymous,
        consents=consents,
        dicom_find=file.dicom_find,
        digest=digest,
    )


def _check_signatures(file: ScopeFile, problems: Problems) -> None:
    for field in SIGNATURES:
        problems.reading(field, literals.read_signature, getattr(file, field))
    if not file.contact.isascii():
        problems.add("contact", "is sent as an HTTP header; write it in ASCII")


def _validity(file: ScopeFile, problems: Problems, today: date) -> tuple[date, date]:
    """Check the dates; a permission without a beginning has always been valid."""
    valid_from, valid_until = file.valid_from or date.min, file.valid_until or date.max
    if file.valid_until is None:
        problems.add("valid_until", "missing; a permission needs its last day, as in 2026-12-31")
    elif valid_until < valid_from:
        problems.add("valid_until", f"{valid_until} is before valid_from, {valid_from}")
    elif why := refusal_on(today, valid_from, valid_until):
        problems.add("valid_until" if today > valid_until else "valid_from", why)
    return valid_from, valid_until


def _check_not_empty(file: ScopeFile, problems: Problems) -> None:
    if not file.ranges and not file.hosts:
        problems.add("ranges", "nothing is in scope; list ranges or hosts")


def _check_width(
    file: ScopeFile, ranges: Sequence[IPNetwork], named: AddressSet, problems: Problems
) -> None:
    """Refuse a slip of the pen: a /8 where a /18 was signed off."""
    most = file.max_addresses
    for place, network in enumerate(ranges):
        if network.num_addresses > most:
            problems.add(
                f"ranges[{place}]",
                f"{network} holds {network.num_addresses} addresses, more than "
                f"max_addresses, {most}; narrow it, or raise max_addresses",
            )
    if named.count > most:
        problems.add(
            "max_addresses",
            f"ranges and hosts hold {named.count} addresses together, more than {most}; "
            "narrow them, or raise max_addresses",
        )


def _pinned(field: str, name: str, resolve: Resolve, problems: Problems) -> tuple[IPAddress, ...]:
    """Resolve a name once and for all."""
    try:
        answers = resolve(name)
    except (OSError, UnicodeError):
        answers = ()
    if not answers:
        problems.add(field, f"{name} does not resolve; correct it or take it out")
    read = (problems.reading(field, literals.read_answer, text) for text in dict.fromkeys(answers))
    return tuple(address for address in read if address is not None)


def _check_host(
    field: str,
    addresses: Sequence[IPAddress],
    listed: AddressSet,
    excluded: AddressSet,
    problems: Problems,
) -> None:
    """One answer that may not be touched refuses the name: tomorrow it may be the first answer."""
    for address in addresses:
        if address in excluded:
            problems.add(
                field, f"resolves to {address}, which `exclude` names; take one of them out"
            )
        elif literals.is_local(address) and address not in listed:
            problems.add(
                field,
                f"resolves to {address}, which is local to the scanner; "
                "correct it, or list the address in `ranges` too",
            )


def _zones(file: ScopeFile, named: AddressSet, problems: Problems) -> tuple[Zone, ...]:
    zones: list[Zone] = []
    for place, table in enumerate(file.zones):
        field = f"zones[{place}]"
        addresses = AddressSet.of(
            problems.reading_all(f"{field}.ranges", literals.read_range, table.ranges)
        )
        zone = Zone(table.name, addresses, table.asset_class)
        _check_zone(field, zone, zones, named, problems)
        zones.append(zone)
    return tuple(zones)


def _check_zone(
    field: str, zone: Zone, before: Sequence[Zone], named: AddressSet, problems: Problems
) -> None:
    if not zone.name.strip():
        problems.add(f"{field}.name", "missing; name the zone")
    if not zone.addresses:
        problems.add(f"{field}.ranges", "empty; list the ranges of the zone")
    if outside := zone.addresses - named:
        problems.add(f"{field}.ranges", f"{outside[0]} is outside the ranges of the scope")
    for other in before:
        if other.name == zone.name:
            problems.add(f"{field}.name", f"{zone.name!r} is the name of another zone too")
        elif other.asset_class != zone.asset_class and (both := other.addresses & zone.addresses):
            problems.add(
                f"{field}.ranges",
                f"{both[0]} is in zone {other.name!r} too, which has another class; "
                "give each address to one of them",
            )


def _opt_ins(
    file: ScopeFile, allowed: AddressSet, problems: Problems
) -> dict[IPAddress, frozenset[int]]:
    opt_ins: dict[IPAddress, frozenset[int]] = {}
    for place, table in enumerate(file.opt_in):
        field = f"opt_in[{place}]"
        address = problems.reading(f"{field}.address", literals.read_address, table.address)
        if not table.reason.strip():
            problems.add(f"{field}.reason", "missing; say why a denied port is safe here")
        if address is None:
            continue
        if address not in allowed:
            problems.add(f"{field}.address", f"{address} is not in scope")
        opt_ins[address] = opt_ins.get(address, frozenset()) | frozenset(table.ports)
    return opt_ins
