"""What a round needs before it may begin: files are read, names resolved, nothing is sent."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_network
from itertools import chain
from pathlib import Path

import structlog
from msgspec.structs import replace

from scanner.addresses import AddressSet
from scanner.areas import Areas, Ground
from scanner.granted import granted
from scanner.hours import closed_until, wait_until_open
from scanner.inventory import Inventory, with_inventory
from scanner.inventory.opened import read_open
from scanner.model import Asset, Refused
from scanner.plan import Plan
from scanner.probe import AnyProbe
from scanner.scope import Scope, load_scope
from scanner.selection import chosen_probes, refuse_misdirected
from scanner.store import RoundLock, hold

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the user ordered: files, names and choices, none of them opened yet."""

    scope: Path
    inventory: tuple[str, ...] = ()
    inventory_only: bool = False
    probes: tuple[str, ...] = ()
    exclude_probes: tuple[str, ...] = ()
    open_from: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A round that may begin: the permission, who owns what, and what would be touched.

    Where another scanner's list takes the place of the sweep, the plan is what it lists of `uncut`.
    """

    scope: Scope
    inventory: Inventory
    probes: tuple[AnyProbe, ...]
    plan: Plan
    uncut: Plan | None = None

    @property
    def swept(self) -> bool:
        """Tell whether another scanner has swept."""
        return self.uncut is not None

    def ground(self) -> Ground:
        """Lay out by what the coverage is told apart: listed hosts too, where no range has them."""
        scope = self.scope
        ranges = [(network, str(network)) for network in scope.ranges]
        inside = AddressSet.of(scope.ranges)
        hosts = [
            (ip_network(address), name)
            for name, addresses in scope.hosts.items()
            for address in addresses
            if address not in inside
        ]
        return Ground(Areas.of(ranges + hosts), Areas.of(self.inventory.owners()))

    def asset_of(self, address: str) -> Asset:
        """Give what the inventory says of an address; where it names no zone, the scope's."""
        asset = self.inventory.asset_for(address)
        zone = None if asset.zone else self.scope.zone_of(address)
        return replace(asset, zone=zone.name) if zone else asset


def prepare(order: Order, *, now: datetime) -> Prepared:
    """Read the files and lay out the round. Names are resolved here, before any network stage.

    Raises:
        Refused: a file or a choice is refused; the message names it.
    """
    scope = load_scope(order.scope, now=now, resolve=resolve)
    inventory = Inventory.load(order.inventory, scope, resolve)
    if order.inventory_only and not order.inventory:
        raise Refused("--inventory-only needs an --inventory")
    scope = with_inventory(scope, inventory)
    chosen = chosen_probes(order.probes, order.exclude_probes)
    probes = granted(chosen, scope, path=order.scope, named=order.probes)
    refuse_misdirected(scope, order.scope, probes)
    within = inventory.addresses if order.inventory_only else None
    plan, uncut = Plan.of(scope, within, probes), None
    if order.open_from:
        plan, uncut = plan.among(chain.from_iterable(map(read_open, order.open_from))), plan
    return Prepared(scope=scope, inventory=inventory, probes=probes, plan=plan, uncut=uncut)


@contextmanager
def in_turn(
    order: Order, history: Path | str, *, wait: bool, now: Callable[[], datetime]
) -> Iterator[tuple[Prepared, RoundLock | None]]:
    """Prepare a round; to `wait` is to do so once its window is open and the history is free.

    The history is held for the block then. All is read again after either wait, because a
    permission may be changed meanwhile; while the window is waited for, others may walk.

    Raises:
        Refused: as `prepare`, or the permission ends first.
    """
    if not wait:
        yield prepare(order, now=now()), None
        return
    while True:
        _wait_for_window(order, now)
        with hold(history, lambda holder: log.warning("waiting", why=holder)) as lock:
            prepared = prepare(order, now=now())
            if prepared.scope.is_open(now()):
                yield prepared, lock
                return


def _wait_for_window(order: Order, now: Callable[[], datetime]) -> None:
    scope = prepare(order, now=now()).scope
    if not scope.is_open(now()):
        log.warning("waiting", why=closed_until(scope, now()))
        wait_until_open(scope, now=now, sleep=time.sleep)


def resolve(name: str) -> list[str]:
    """Resolve a name once, to every address that it has.

    Raises:
        OSError: the name does not resolve.
    """
    answers = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))
