"""Where an operator starts: templates to edit, and what a permission amounts to in plain words."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from scanner.model import Refused
from scanner.plaintext import printable
from scanner.prepare import resolve
from scanner.scope import Scope, load_scope
from scanner.shipped import shipped

#: What `ronde init` writes, and the shipped file that it is a copy of.
TEMPLATES = {
    "scope.toml": "scope.example.toml",
    "assets.csv": "assets.example.csv",
    "ronde.toml": "ronde.example.toml",
}


def write_templates(folder: Path) -> list[Path]:
    """Write the templates into a folder, made if it is missing; all of them or none.

    Raises:
        Refused: one of the files exists, or the folder cannot be written.
    """
    paths = [folder / name for name in TEMPLATES]
    for path in paths:
        if path.exists():
            raise Refused(f"{path}: exists already; nothing was written")
    try:
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        for path in paths:
            path.touch(mode=0o644)  # a scope that everybody may write to is refused
            path.write_bytes(shipped(TEMPLATES[path.name]).read_bytes())
    except OSError as error:
        raise Refused(f"{folder}: cannot be written: {error.strerror}") from error
    return paths


def loaded_scope(path: Path, now: datetime) -> Scope:
    """Read a scope as a round would, names resolved.

    Raises:
        Refused: the scope does not permit a round now.
    """
    return load_scope(path, now=now, resolve=resolve)


def dropin(scope: Scope, path: Path) -> Iterator[str]:
    """Write the lines by which systemd holds a unit to the addresses of a permission.

    systemd.resource-control(5): a packet is let through if a line of `IPAddressAllow` covers its
    other end, or else dropped if one of `IPAddressDeny` does. Sockets of the kind AF_UNIX, as those
    of the journal, are not affected.
    """
    yield f"# What {printable(path.name)} allows; its SHA-256 is {scope.digest}."
    if scope.hosts:
        yield "# It lists names: allow your resolver too (localhost, if it is there)."
    yield "# A history, an output or a ticket system on another host needs a line of its own."
    yield "[Service]"
    yield "IPAddressDeny=any"
    for network in scope.allowed.networks():
        yield f"IPAddressAllow={network}"


def summary(scope: Scope, now: datetime) -> Iterator[str]:
    """Say what a permission allows, a line a fact."""
    yield f"{scope.name}: valid until {scope.valid_until}, {scope.reference}"
    yield f"  owner {scope.owner}, approved by {scope.approver}, contact {scope.contact}"
    yield f"  {scope.allowed.count:,} addresses, {scope.excluded.count:,} excluded"
    for name, addresses in scope.hosts.items():
        yield f"  {name} is pinned to {', '.join(map(str, addresses))}"
    for zone in scope.zones:
        treatment = f", {scope.treatment(zone.asset_class)}" if zone.asset_class else ""
        yield f"  zone {zone.name}: {zone.addresses.count:,} addresses{treatment}"
    for asset_class, consent in scope.consents.items():
        first = scope.next_call(asset_class, now)
        when = "" if first is None else f", next at {first:%Y-%m-%d %H:%M} UTC"
        yield f"  {asset_class} devices may be called on{when}, as {consent.approver} approved"
    rates = scope.rates
    yield (
        f"  {rates.connections_per_second:g} connections a second, "
        f"{rates.per_subnet_per_second:g} to one subnet, "
        f"{rates.per_host_per_second:g} to one host, "
        f"{rates.attempts} attempts of {rates.timeout:g} s"
    )
    if not scope.is_open(now):
        yield f"  closed now; opens at {scope.next_open(now):%Y-%m-%d %H:%M} UTC"
