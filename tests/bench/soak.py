"""One long round at the highest rate: what its process holds at the start, halfway, at the end.

`SOAK_MINUTES` says how long each of the two rounds lasts, about: one connects, one sends SYNs.
"""

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Network
from itertools import count, islice
from pathlib import Path

from scanner.scope.file import MOST_PER_SECOND
from tests.bench.answering import ELASTICSEARCH, SPARSE, Refuses, elasticsearch
from tests.bench.ground import Ground
from tests.bench.lab import REFUSING, Rooms, rooms
from tests.bench.result import Part, Table, Target
from tests.bench.ronde import contender, found, laid_out
from tests.bench.runs import Failed, Run

#: Minutes of each round, unless told otherwise.
MINUTES = 30

#: How often the process is looked at, in seconds: a leak takes longer to matter.
EVERY = 2.0

#: A round that takes so many times as long as it should will not end.
PATIENCE = 4

#: Ports of the first, short round, which tells how many the long one needs: a million endpoints.
TRIAL = 16

#: Where further ports begin, none of which is denied to scanners.
MORE_PORTS = 20_000

#: The clusters that are findings listen here; busy ones, which are many, where they usually do.
FINDINGS = 9201

#: Every sixteenth address.
MANY = tuple(str(one) for one in IPv4Network(REFUSING))[::16]

SWEEPS = {"connects": "connect", "SYNs": "syn"}

#: What the allocator makes of the same work differs by some megabytes.
FLAT = 1.1

#: Shares of the round: its start is over, it is halfway, its end is near (not come: what is let go
#: of then would hide a leak). Each is looked at for a tenth.
MOMENTS = (0.1, 0.45, 0.85)
TENTH = 0.1

COLUMNS = ("round", "minutes", "endpoints", "a second", "MB", "descriptors", "threads", "listeners")

TEXT = (
    f"Each is one round of one process over 65,536 addresses, permitted {MOST_PER_SECOND:,} "
    "connections a second, with history, audit trail and output. On one port "
    f"{len(MANY):,} greet as a cluster that is too busy to tell more, on another {len(SPARSE)} "
    "that are findings; all else refuses. They lie scattered over the whole round. Memory is the "
    "resident size at most, descriptors and threads are as few as were ever open (the sweep's own "
    "come and go), each within a tenth of the round: after the start, halfway, near the end."
)


@dataclass(frozen=True, slots=True)
class Look:
    """What a process holds at one moment, in seconds since its start and megabytes."""

    at: float
    megabytes: float
    descriptors: int
    threads: int


def measure() -> Part:
    """Walk both rounds, each sized by a short one before it."""
    seconds = 60 * float(os.environ.get("SOAK_MINUTES", MINUTES))
    with rooms() as room, tempfile.TemporaryDirectory() as folder:
        ground = _ground(room, Path(folder))
        long = [_for_so_long(ground, sweep, seconds) for sweep in SWEEPS.values()]
        with (
            elasticsearch(room.there, MANY, Refuses.BUSY),
            elasticsearch(room.there, SPARSE, Refuses.LOCKED, FINDINGS),
        ):
            walked = [
                (name, *_watched(ground, SWEEPS[name]))
                for name, ground in zip(SWEEPS, long, strict=True)
            ]
    return Part(
        name="soak",
        title="A long round",
        text=TEXT,
        tables=(Table("One process", COLUMNS, tuple(_row(*one) for one in walked)),),
        targets=tuple(target for one in walked for target in _targets(*one)),
    )


def _ground(room: Rooms, folder: Path) -> Ground:
    here = [f"{one}:{ELASTICSEARCH}" for one in MANY]
    return Ground(
        here=tuple(room.here),
        folder=folder,
        networks=(REFUSING,),
        ports=(9200, 9201, 9202, 9243),
        probes=("elasticsearch",),
        listening=frozenset(here + [f"{one}:{FINDINGS}" for one in SPARSE]),
        limit=600,
    )


def _for_so_long(ground: Ground, sweep: str, seconds: float) -> Ground:
    """Give as many ports as take that long, by what a few of them take while nobody listens."""
    trial = contender("a trial", sweep=sweep).run(_with_ports(ground, TRIAL))
    ports = max(TRIAL, round(TRIAL * seconds / trial.seconds))
    return replace(_with_ports(ground, ports), limit=PATIENCE * seconds)


def _with_ports(ground: Ground, ports: int) -> Ground:
    more = tuple(islice(count(MORE_PORTS), ports - len(ground.ports)))
    extra = dict.fromkeys(ground.probes, more)
    return replace(ground, ports=(*ground.ports, *more), extra_ports=extra)


def _watched(ground: Ground, sweep: str) -> tuple[Run, list[Look]]:
    """Walk a round, and look at its process meanwhile.

    Raises:
        Failed: it did not end well, or not in time.
    """
    words = [*laid_out(ground), "--sweep", sweep]
    start = time.monotonic()
    with (
        (ground.folder / "round.said").open("wb") as said,
        subprocess.Popen(words, stdout=said, stderr=said) as walking,  # noqa: S603 - our own words
    ):
        try:
            looks = list(_looks(walking, start, ground.limit))
        finally:
            walking.kill()  # harmless once it has ended
    if walking.returncode:
        raise Failed(f"ended with {walking.returncode}")
    run = Run(
        seconds=time.monotonic() - start, cpu=0, megabytes=max(one.megabytes for one in looks)
    )
    return ground.judged(run, found(ground)), looks


def _looks(walking: "subprocess.Popen[bytes]", start: float, limit: float) -> Iterator[Look]:
    process = Path("/proc", str(walking.pid))
    while walking.poll() is None:
        at = time.monotonic() - start
        if at > limit:
            raise Failed(f"did not end within {limit:g} s")
        try:
            yield _look(process, at)
        except (OSError, KeyError):  # it ends just now
            continue
        time.sleep(EVERY)


def _look(process: Path, at: float) -> Look:
    lines = (process / "status").read_text(encoding="utf-8").splitlines()
    facts = {name: value for name, _, value in (line.partition(":") for line in lines)}
    kibibytes = int(facts["VmRSS"].split()[0])
    files = len(list((process / "fd").iterdir()))
    return Look(at, kibibytes * 1024 / 1e6, files, int(facts["Threads"]))


def _moments(run: Run, looks: Sequence[Look]) -> Iterator[Look]:
    """Give the most memory, and the fewest descriptors and threads, of each moment."""
    for moment in MOMENTS:
        since, until = (share * run.seconds for share in (moment, moment + TENTH))
        some = [one for one in looks if since <= one.at <= until] or looks
        yield Look(
            since,
            max(one.megabytes for one in some),
            min(one.descriptors for one in some),
            min(one.threads for one in some),
        )


def _row(name: str, run: Run, looks: Sequence[Look]) -> tuple[str, ...]:
    moments = list(_moments(run, looks))
    return (
        name,
        f"{run.seconds / 60:.1f}",
        f"{run.planned:,}",
        f"{run.planned / run.seconds:,.0f}",
        ", ".join(f"{one.megabytes:.0f}" for one in moments),
        ", ".join(str(one.descriptors) for one in moments),
        ", ".join(str(one.threads) for one in moments),
        f"{run.found:,} of {run.there:,}, {run.wrong} wrong",
    )


def _targets(name: str, run: Run, looks: Sequence[Look]) -> Iterator[Target]:
    first, _, last = _moments(run, looks)
    what = f"a long round by {name}"
    grew = last.megabytes / first.megabytes
    yield Target(f"{what}: memory at its end beside its start", FLAT, grew, at_most=True)
    files = last.descriptors - first.descriptors
    yield Target(f"{what}: more descriptors at its end", 0, files, at_most=True, unit="")
    missed = run.there - run.found + run.wrong
    yield Target(f"{what}: listeners missed or made up", 0, missed, at_most=True, unit="")
