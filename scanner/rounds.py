"""Puts a round together from files and options: the one place where the parts meet."""

import secrets
import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple, TypeAlias

import anyio
import structlog

from scanner.calls import Calls
from scanner.care import CARE, Care
from scanner.classify import Classifier, Vocabulary, load_vocabulary
from scanner.conversation import Limits
from scanner.crew import COMMAND, Crew, crew_size, packed_orders
from scanner.emit import Sink
from scanner.equip import Around, Brief, Share, equip, hold_sweep
from scanner.guard import Guard, refuse_blind_loop
from scanner.hours import closed_until
from scanner.ledger import Ledger
from scanner.life import Patience
from scanner.model import AssetClass, Coverage, Refused, ScopeReference, Transport
from scanner.outputs import audit_trail, open_sinks
from scanner.pipeline import Patrol, Walk, first_error, patrol, walk
from scanner.plan import Plan
from scanner.prepare import Prepared
from scanner.scope import Scope
from scanner.severities import Severities, load_severities
from scanner.store import KEPT, Round, RoundLock, Store
from scanner.store.round import AtEnd, nothing
from scanner.sweep import Means, Sweep
from scanner.sweep.privilege import drop_privilege
from scanner.sweep.strain import BEARS_IT, Change
from scanner.way import Way

#: Opens an output; raises `Unwritable` if it cannot be.
OpenSink: TypeAlias = Callable[[], Sink]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """Where the results of a round go, and the `vocabulary` and `severities` that judge them.

    `at_end` orders tickets, in the transaction that ends the round.

    The sinks are opened in their order once nothing else can refuse the round, so that a round
    that never began leaves yesterday's findings as they were. They are closed in the same order.
    Of this scope and vantage the history keeps so many rounds.
    """

    sinks: Sequence[OpenSink]
    history: Path | str
    audit: Path
    vantage: str
    at_end: AtEnd = nothing
    vocabulary: Vocabulary = field(default_factory=load_vocabulary)
    severities: Severities = field(default_factory=load_severities)
    keep_rounds: int = KEPT


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a round is walked.

    To `resume` is to go on with the newest round of the scope, if it was not walked to its end.
    A round has as many `shards` as suit its size, unless told. One worker is this process, more are
    beside it. Sending SYNs costs the walking thread its privileges. To `wait` is to stay for the
    devices' windows, `care` what they bear, `patience` how often a door must be seen shut.
    """

    limits: Limits = field(default_factory=Limits)
    resume: bool = False
    shards: int | None = None
    workers: int = 1
    sweep: Means = Means.CONNECT
    wait: bool = False
    care: Mapping[AssetClass, Care] = field(default_factory=lambda: CARE)
    patience: Patience = field(default_factory=Patience)


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
    lock: RoundLock | None = None,
) -> Result:
    """Walk a round to its end. `watch` is handed the round before it starts, to show progress.

    The history is taken, unless the caller holds its `lock`.

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
        # A shard is a sweep of its own; what all of them would say is said once.
        warn = cache(lambda said: log.warning("sweep", what=said))
        around = Around(now=utc_now, pace=_say_pace, warn=warn)
        # Before a round begins: what refuses the sweep must not leave one behind that is empty.
        sweep = _sweep(prepared, manner, around, open_files)
        store = open_files.enter_context(
            Store.open(outputs.history, create=started, keep=outputs.keep_rounds)
        )
        parts = _Parts(store, lock, sweep, around, open_files)
        going = _assemble(prepared, outputs, manner, parts)
        watch(going.round)
        return Result(anyio.run(_walk_until_interrupted, going), going.round.interrupted)


def utc_now() -> datetime:
    """Tell the time, in UTC; everything below `cli` and here is handed it."""
    return datetime.now(UTC)


def _refuse_idle_round(prepared: Prepared, now: datetime) -> None:
    """Refuse a round that would visit nothing: its silence would read as "all is well"."""
    if not prepared.scope.is_open(now):
        raise Refused(f"{closed_until(prepared.scope, now)}; --wait waits for it")
    if not prepared.plan.planned:
        left_out = ", ".join(f"{count} {why}" for why, count in prepared.plan.skipped.items())
        raise Refused(f"there is nothing to visit; endpoints left out: {left_out or 'none'}")


def _history(parts: "_Parts", prepared: Prepared, outputs: Outputs, manner: Manner) -> Round:
    """Begin a round, or go on with one."""
    scope, way = _reference(prepared.scope), _way(prepared, manner)
    now, last = utc_now(), parts.store.last_begun(scope, outputs.vantage)
    if last is not None and now < last:
        log.warning("clock-went-back", what=f"the round before began at {last:%Y-%m-%d %H:%M} UTC")
    if manner.resume:
        take = parts.store.resume_round
    else:
        name = f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
        take = partial(parts.store.begin_round, name, at=now)
    return take(
        scope=scope,
        vantage=outputs.vantage,
        way=way,
        patience=manner.patience,
        lock=parts.lock,
    )


def _reference(scope: Scope) -> ScopeReference:
    return ScopeReference(scope.name, scope.reference)


def _way(prepared: Prepared, manner: Manner) -> Way:
    """Lay down how a round goes that begins now."""
    suiting = prepared.plan.shards_at(prepared.scope.rates.connections_per_second)
    return Way(
        seed=secrets.randbits(32),
        # The same number for each worker, as they are of one size.
        shards=manner.shards or -(-suiting // manner.workers) * manner.workers,
        scope_digest=prepared.scope.digest,
        probes=tuple(sorted(probe.about.name for probe in prepared.probes)),
        calls=prepared.plan.called.count,
        plan_digest=(prepared.uncut or prepared.plan).digest,
        list_digest=prepared.plan.digest if prepared.swept else "",
    )


def _means(prepared: Prepared, manner: Manner) -> Means:
    return Means.LIST if prepared.swept else manner.sweep


def _sweep(prepared: Prepared, manner: Manner, around: Around, open_files: ExitStack) -> Sweep:
    """Hold the sweep, or only try it where it is for workers to hold, each its own."""
    means, scope = _means(prepared, manner), prepared.scope.without(prepared.plan.apart)
    if manner.workers == 1:
        return open_files.enter_context(
            hold_sweep(means, scope, prepared.plan, around=around, drop=drop_privilege)
        )
    # Privileges are kept: a worker that is started later needs them, until its sockets are open.
    with hold_sweep(means, scope, prepared.plan, around=around, drop=lambda: None) as sweep:
        return sweep


class _Parts(NamedTuple):
    """What is there before a round is put together."""

    store: Store
    lock: RoundLock | None
    sweep: Sweep
    around: Around
    open_files: ExitStack


class _Going(NamedTuple):
    """A round that is put together: what is walked, by whom, and what it is written into."""

    round: Walk
    ledger: Ledger
    started: datetime
    patrol: Patrol
    calls: Calls


def _assemble(prepared: Prepared, outputs: Outputs, manner: Manner, parts: _Parts) -> _Going:
    """Open what a round writes to, and join the parts."""
    opened = parts.open_files
    history = opened.enter_context(_history(parts, prepared, outputs, manner))
    history.at_end = outputs.at_end
    scope, done = prepared.scope, history.shards_done()
    brief = Brief(
        round=history.name,
        scope=scope,
        plan=prepared.plan,
        shards=history.way.shards,
        seed=history.way.seed,
        means=_means(prepared, manner),
        probes=prepared.probes,
        watched={transport: parts.store.watched(transport) for transport in Transport},
        limits=manner.limits,
        ground=prepared.ground(),
    )
    # Before the outputs are opened: what cannot be handed to workers must leave them as they were.
    walker = patrol if manner.workers == 1 else _crew(brief, manner, outputs.audit, parts.around)
    trail = audit_trail(outputs.audit, history.name, scope, resumed=manner.resume, now=utc_now)
    audit = opened.enter_context(trail)
    round_ = equip(
        brief,
        Share.of(prepared.plan.shards(history.way.shards), done),
        sweep=parts.sweep,
        guard=_guard(prepared, manner, parts.store.hosts),
        audit=audit,
        around=parts.around,
    )
    ledger = Ledger(
        round=history.name,
        scope=_reference(scope),
        vantage=outputs.vantage,
        asset_of=prepared.asset_of,
        lists=prepared.inventory.lists,
        history=history,
        sinks=open_sinks(outputs.sinks, opened),
        now=utc_now,
        classifier=Classifier(outputs.vocabulary),
        severities=outputs.severities,
        masking=scope.mask_names,
        owners=brief.ground.owners,
    )
    calls = _calls(prepared.plan, history, manner)
    return _Going(round_, ledger, history.started, walker, calls)


def _guard(prepared: Prepared, manner: Manner, names: frozenset[str]) -> Guard:
    """Guard this process; where workers walk, it has no business but with devices."""
    plan = prepared.plan
    if manner.workers == 1:
        return Guard(prepared.scope.without(plan.apart).allowed | plan.called, names=names)
    return Guard(plan.called, starts=COMMAND, names=names)


def _calls(plan: Plan, history: Round, manner: Manner) -> Calls:
    """Leave out the calls that were made before the round was continued."""
    done, way = history.shards_done(), history.way
    calls = plan.calls(way.seed, first=way.shards)
    return Calls(
        calls=[call for call in calls if call.number not in done],
        note=history.note_sign,
        before=history.signs(),
        waits=manner.wait,
        care=manner.care,
    )


def _crew(brief: Brief, manner: Manner, audit: Path, around: Around) -> Patrol:
    size = crew_size(manner.workers, brief.scope.rates)
    if size < manner.workers:
        log.warning("fewer-workers", workers=size, why="the signed-off rates are too low for more")
    orders = packed_orders(brief, audit)
    return Crew(orders=orders, size=size, tell=around.pace, warn=around.warn).patrol


def _say_pace(change: Change) -> None:
    say = log.info if change.why == BEARS_IT else log.warning
    say("pace-changed", share_of_the_signed_off_rate=change.share, why=change.why)


async def _walk_until_interrupted(going: _Going) -> Coverage:
    """Let the first SIGINT or SIGTERM finish what is in flight, and the second stop at once."""
    await refuse_blind_loop()
    coverage: Coverage | None = None
    with first_error():
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_heed_signals, going.round, tasks.cancel_scope)
            coverage = await walk(
                going.round,
                going.ledger,
                started=going.started,
                patrol=going.patrol,
                calls=going.calls.make,
            )
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
