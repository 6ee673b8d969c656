"""Puts a round together from files and options: the one place where the parts meet."""

import secrets
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TypeAlias

import anyio
import structlog
from msgspec.structs import replace

from scanner import __version__
from scanner.account import Account
from scanner.audit import Act, AuditTrail
from scanner.conversation import Limits
from scanner.emit import Sink
from scanner.gate import Gate
from scanner.guard import Guard, refuse_blind_loop
from scanner.hours import closed_until, wait_until_open
from scanner.inventory import Inventory, with_inventory
from scanner.inventory.opened import read_open
from scanner.ledger import Ledger
from scanner.model import Asset, Coverage, Refused, ScopeReference
from scanner.pipeline import Walk, first_error, walk
from scanner.plan import Plan
from scanner.probe import AnyProbe
from scanner.scope import Scope, load_scope
from scanner.store import Round, Store
from scanner.sweep import Means, Pace, Sweep, choose_sweep
from scanner.sweep.privilege import drop_privilege
from scanner.sweep.strain import BEARS_IT, Change
from scanner.thirdparty import installed
from scanner.way import ShardTally, Way

#: Opens an output; raises `Unwritable` if it cannot be.
OpenSink: TypeAlias = Callable[[], Sink]

#: Connections in flight in a sweep: rate times time-out for 1,000 a second and 2 seconds.
SWEEP_WIDTH = 2_000

#: Endpoints spoken with at once; each needs a descriptor or two and is mostly waiting.
CONVERSATIONS = 64

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

    `swept` tells that another scanner's list took the place of the sweep: the plan is cut to it.
    """

    scope: Scope
    inventory: Inventory
    probes: tuple[AnyProbe, ...]
    plan: Plan
    swept: bool = False

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
    probes = chosen_probes(order.probes, order.exclude_probes)
    _refuse_unknown_probes(scope, order.scope)
    within = inventory.addresses if order.inventory_only else None
    plan = Plan.of(scope, within, probes)
    if order.open_from:
        plan = plan.among(chain.from_iterable(map(read_open, order.open_from)))
    return Prepared(
        scope=scope,
        inventory=inventory,
        probes=probes,
        plan=plan,
        swept=bool(order.open_from),
    )


def prepare_when_open(order: Order) -> Prepared:
    """Prepare a round as soon as its window is open; what was read before is read again then.

    Raises:
        Refused: as `prepare`, or the permission ends first.
    """
    scope = prepare(order, now=utc_now()).scope
    if not scope.is_open(utc_now()):
        log.warning("waiting", why=closed_until(scope, utc_now()))
        wait_until_open(scope, now=utc_now, sleep=time.sleep)
    return prepare(order, now=utc_now())


def chosen_probes(wanted: Sequence[str], unwanted: Sequence[str] = ()) -> tuple[AnyProbe, ...]:
    """Select probes by name or glob; none named means all.

    Raises:
        Refused: a name that no probe has, nothing left, or a probe of another package that cannot
            be used.
    """
    from probes import PROBES  # noqa: PLC0415 - `--help` must not pay for codecs

    known = (*PROBES, *installed(PROBES))
    names = [probe.about.name for probe in known]
    for pattern in (*wanted, *unwanted):
        if not any(fnmatchcase(name, pattern) for name in names):
            raise Refused(f"no probe is called {pattern}; there are {', '.join(names)}")
    chosen = tuple(
        probe
        for probe in known
        if (not wanted or _matches(probe, wanted)) and not _matches(probe, unwanted)
    )
    if not chosen:
        raise Refused("the selection leaves no probe")
    return chosen


def resolve(name: str) -> list[str]:
    """Resolve a name once, to every address that it has.

    Raises:
        OSError: the name does not resolve.
    """
    answers = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """Where the results of a round go. `history` and `audit` are paths.

    The sinks are opened in their order once nothing else can refuse the round, so that a round
    that never began leaves yesterday's findings as they were. They are closed in the same order.
    """

    sinks: Sequence[OpenSink]
    history: Path
    audit: Path
    vantage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a round is walked.

    To `resume` is to go on with the newest round of the scope, if it was not walked to its end.
    A round is cut into as many `shards` as suit its size, unless told. Where SYNs are sent, the
    thread that runs the round gives its privileges up for good.
    """

    limits: Limits = field(default_factory=Limits)
    resume: bool = False
    shards: int | None = None
    sweep: Means = Means.CONNECT


DEFAULT = Manner()


@dataclass(frozen=True, slots=True)
class Result:
    """How a round ended; an interrupted one has saved what it found."""

    coverage: Coverage
    interrupted: bool


def run(
    prepared: Prepared,
    outputs: Outputs,
    *,
    watch: Callable[[Walk], None],
    manner: Manner = DEFAULT,
) -> Result:
    """Walk a round to its end. `watch` is handed the round before it starts, to show progress.

    Raises:
        Refused: nothing to visit, outside the scope's window, the history is in use, no round to
            resume or a changed one.
        Unwritable: an output failed.
        OutOfScope: something tried to leave the scope.
        KeyboardInterrupt: interrupted twice; what was found before is in the history.
    """
    started = utc_now()
    _refuse_idle_round(prepared, started)
    with ExitStack() as open_files:
        choice = choose_sweep(
            Means.LIST if prepared.swept else manner.sweep,
            pace=Pace(prepared.scope.rates, tell=_say_pace),
            scope=prepared.scope,
            width=SWEEP_WIDTH,
            # A shard is a sweep of its own; what all of them would say is said once.
            warn=cache(lambda said: log.warning("sweep", what=said)),
            drop=drop_privilege,
        )
        # Before a round begins: what refuses the sweep must not leave one behind that is empty.
        sweep = open_files.enter_context(choice)
        store = open_files.enter_context(Store.open(outputs.history, create=started))
        round_ = _assemble(
            prepared, outputs, manner, store=store, sweep=sweep, open_files=open_files
        )
        watch(round_)
        return Result(anyio.run(_walk_until_interrupted, round_), round_.interrupted)


def utc_now() -> datetime:
    """Tell the time, in UTC; everything below `cli` and here is handed it."""
    return datetime.now(UTC)


def _matches(probe: AnyProbe, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(probe.about.name, pattern) for pattern in patterns)


def _refuse_unknown_probes(scope: Scope, path: Path) -> None:
    known = {probe.about.name for probe in chosen_probes(())}
    if unknown := sorted(scope.extra_ports.keys() - known):
        raise Refused(f"{path}: extra_ports.{unknown[0]}: no probe has this name")


def _refuse_idle_round(prepared: Prepared, now: datetime) -> None:
    """Refuse a round that would visit nothing: its silence would read as "all is well"."""
    if not prepared.scope.is_open(now):
        raise Refused(f"{closed_until(prepared.scope, now)}; --wait waits for it")
    if not prepared.plan.planned:
        left_out = ", ".join(f"{count} {why}" for why, count in prepared.plan.skipped.items())
        raise Refused(f"there is nothing to visit; endpoints left out: {left_out or 'none'}")


def _history(store: Store, prepared: Prepared, outputs: Outputs, manner: Manner) -> Round:
    """Begin a round, or go on with one."""
    scope, way = _reference(prepared.scope), _way(prepared, manner.shards)
    if manner.resume:
        return store.resume_round(scope=scope, vantage=outputs.vantage, way=way)
    now = utc_now()
    name = f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    return store.begin_round(name, scope=scope, vantage=outputs.vantage, at=now, way=way)


def _reference(scope: Scope) -> ScopeReference:
    return ScopeReference(scope.name, scope.reference)


def _way(prepared: Prepared, shards: int | None) -> Way:
    """Lay down how a round goes that begins now."""
    return Way(
        seed=secrets.randbits(32),
        shards=shards or prepared.plan.shards_at(prepared.scope.rates.connections_per_second),
        scope_digest=prepared.scope.digest,
        probes=tuple(sorted(probe.about.name for probe in prepared.probes)),
        plan_digest=prepared.plan.digest,
    )


def _assemble(  # noqa: PLR0913 - the parts of a round
    prepared: Prepared,
    outputs: Outputs,
    manner: Manner,
    *,
    store: Store,
    sweep: Sweep,
    open_files: ExitStack,
) -> Walk:
    """Open what a round writes to, and join the parts."""
    history = open_files.enter_context(_history(store, prepared, outputs, manner))
    scope, name = prepared.scope, history.name
    trail = _audit_trail(outputs.audit, name, scope, resumed=manner.resume)
    audit = open_files.enter_context(trail)
    gate = Gate(
        scope=scope,
        pace=sweep.pace,
        audit=audit,
        round_id=name,
        user_agent=f"ronde/{__version__} (authorised internal audit; {scope.contact})",
        clock=time.monotonic,
        now=utc_now,
        limits=manner.limits,
    )
    done, shards = history.shards_done(), prepared.plan.shards(history.way.shards)
    return Walk(
        scope=scope,
        plan=prepared.plan,
        shards=(shard for shard in shards if shard.number not in done),
        account=Account(gate.traffic, ShardTally.sum(done.values())),
        seed=history.way.seed,
        started=history.started,
        probes=prepared.probes,
        guard=Guard(scope.allowed),
        sweep=sweep,
        gate=gate,
        ledger=Ledger(
            round=name,
            scope=_reference(scope),
            vantage=outputs.vantage,
            asset_of=prepared.asset_of,
            history=history,
            sinks=_open_sinks(outputs.sinks, open_files),
            now=utc_now,
            masking=scope.mask_names,
        ),
        watched=store.watched(),
        conversations=CONVERSATIONS,
        now=utc_now,
    )


def _say_pace(change: Change) -> None:
    say = log.info if change.why == BEARS_IT else log.warning
    say("pace-changed", share_of_the_signed_off_rate=change.share, why=change.why)


def _open_sinks(openers: Sequence[OpenSink], open_files: ExitStack) -> list[Sink]:
    sinks: list[Sink] = []
    open_files.callback(_close, sinks)
    for open_ in openers:
        sinks.append(open_())  # noqa: PERF401 - those before one that fails must be closed
    return sinks


def _close(sinks: Sequence[Sink]) -> None:
    """Close all, in their order, whatever one of them raises."""
    with ExitStack() as closing:
        for sink in reversed(sinks):
            closing.callback(sink.close)


@contextmanager
def _audit_trail(path: Path, name: str, scope: Scope, *, resumed: bool) -> Iterator[AuditTrail]:
    """Keep the trail for a block, between one line that opens the round and one that ends it."""
    opens = "round-continues" if resumed else "round-begins"
    trail = AuditTrail(path)
    permission = f"{scope.name} ({scope.reference}), sha256 {scope.digest}"
    trail.note(Act(when=utc_now(), round=name, act=opens, to=permission))
    try:
        yield trail
    finally:
        trail.note(Act(when=utc_now(), round=name, act="round-ends", to=permission))
        trail.close()


async def _walk_until_interrupted(round_: Walk) -> Coverage:
    """Let the first SIGINT or SIGTERM finish what is in flight, and the second stop at once."""
    await refuse_blind_loop()
    coverage: Coverage | None = None
    with first_error():
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_heed_signals, round_, tasks.cancel_scope)
            coverage = await walk(round_)
            tasks.cancel_scope.cancel()
    if coverage is None:
        raise KeyboardInterrupt
    return coverage


async def _heed_signals(round_: Walk, scope: anyio.CancelScope) -> None:
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async for received in signals:
            if round_.interrupted:
                log.warning("stopped", what="what was found is in the history")
                scope.cancel()
                return
            round_.interrupted = True
            round_.interrupt(f"interrupted by {received.name}")
            log.warning("interrupted", what="finishing what is in flight; once more to stop now")
