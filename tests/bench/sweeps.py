"""Which endpoints are open: whole rounds beside nmap, masscan and a bare loop in C."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path

from scanner.scope.file import MOST_PER_SECOND
from tests.bench.answering import ELASTICSEARCH, SPARSE, elasticsearch, heartbeat
from tests.bench.contender import Contender
from tests.bench.ground import Ground
from tests.bench.lab import DARK, FENCED, REFUSING, rooms
from tests.bench.others import masscan, nmap
from tests.bench.peers import CACHE, program
from tests.bench.race import Race, most_thorough, race, table, times_faster
from tests.bench.result import Bar, Bars, Part, Target
from tests.bench.ronde import contender
from tests.bench.runs import Run, output, spent

#: The ports of the probe of Elasticsearch: four for each address, 262,144 endpoints.
PORTS = (9200, 9201, 9202, 9243)

ENDPOINTS = 4 * 65_536

#: Three is the least of which the best can be told from luck; more would not fit the time.
TURNS = 3
MIXED_TURNS = 2

#: Connections in flight in the C loop: the kernel answers within microseconds here, and more
#: only cools the caches.
WIDTH = "256"

#: Seconds for one run. All take less than fifteen on a quiet machine.
LIMIT = 60

#: A quarter of the refusing network stands beside the parts that drop and that reject.
MIXED = ("198.18.0.0/18", DARK, FENCED)

FLAT_OUT = "masscan, flat out"

CONNECT, CONNECTS = "ronde, connects", "ronde, connects, 2 workers"
SYN, SYNS = "ronde, SYNs", "ronde, SYNs, 2 workers"
C_LOOP = "a connect loop in C"

TEXT = (
    "Whole rounds of `ronde scan`, from the start of the interpreter to the closing coverage: 256 "
    "of 65,536 addresses listen on one of four ports, and each of the 256 is also spoken with, "
    "judged, recorded in the history and reported, which no peer does. The second table is of a "
    "quarter of that network, with 1,024 addresses that drop every packet and 1,024 behind a "
    "firewall that rejects each one by ICMP (the kernel's limits on that are lifted). The loop in "
    "C only connects: it is the yardstick of what this kernel can do with one thread.\n\n"
    "What keeps whole rounds from more: a start of 0.6 s of CPU time, and of 0.3 s more for each "
    "worker, which begins when the round is prepared; 256 findings of some 2 ms; and the "
    "kernel's own part, which no scanner is spared. A permission is for at most "
    f"{MOST_PER_SECOND:,} connections a second, and {ENDPOINTS / MOST_PER_SECOND:.1f} s of that "
    "are in the first table, however many workers share it: that is why a second one that sends "
    "SYNs brings so little here. Connects go by io_uring, which spares the system calls "
    "around each; from fewer than 16,384 endpoints they would go by epoll. masscan is there at its "
    "fastest and at its most thorough; neither finds all here."
)


def measure() -> Part:
    """Race on the network that refuses, then on the one that also drops and rejects."""
    with _lab() as ground:
        refusing = race([*_contenders(), Contender(C_LOOP, _c_loop)], ground, TURNS)
        mixed = race(_contenders(), _mixed(ground), MIXED_TURNS)
    return Part(
        name="sweep",
        title="Which endpoints are open",
        text=TEXT,
        tables=(
            table("65,536 addresses that answer", refusing, _planned),
            table("Some drop, some reject", mixed, _planned),
        ),
        targets=tuple(_targets(refusing)),
        bars=(Bars("Endpoints a second, whole runs", tuple(_bars(refusing))),),
    )


def _contenders() -> list[Contender]:
    return [
        contender(CONNECT, sweep="connect"),
        contender(CONNECTS, sweep="connect", workers="2"),
        nmap("nmap -sT", "-sT --max-retries 0 --min-parallelism 100"),
        contender(SYN, sweep="syn"),
        contender(SYNS, sweep="syn", workers="2"),
        nmap("nmap -sS", "-sS --max-retries 1 --min-hostgroup 4096 --min-rate 100000"),
        masscan(FLAT_OUT, "--rate 1000000"),
        masscan("masscan, twice each", "--rate 200000 --retries 1"),
    ]


@contextmanager
def _lab() -> Iterator[Ground]:
    with ExitStack() as lab:
        room = lab.enter_context(rooms())
        lab.enter_context(elasticsearch(room.there, SPARSE))
        lab.enter_context(heartbeat(room.there))
        yield Ground(
            here=tuple(room.here),
            folder=Path(lab.enter_context(tempfile.TemporaryDirectory())),
            networks=(REFUSING,),
            ports=PORTS,
            probes=("elasticsearch",),
            listening=frozenset(f"{one}:{ELASTICSEARCH}" for one in SPARSE),
            limit=LIMIT,
        )


def _mixed(ground: Ground) -> Ground:
    return replace(ground.only(MIXED[0]), networks=MIXED)


def _c_loop(ground: Ground) -> Run:
    """Run the loop, which counts what is open and does not name it."""
    first, said = ground.networks[0].partition("/")[0], ground.folder / "loop"
    words = [_compiled(), first, str(ground.hosts), *map(str, ground.ports), WIDTH]
    run = spent([*ground.here, *words], said, limit=ground.limit)
    opened = int(said.read_text(encoding="ascii").split()[1])
    return replace(run, planned=ground.endpoints, there=len(ground.listening), found=opened)


@cache
def _compiled() -> str:
    loop, source = CACHE / "bin" / "connect_loop", Path(__file__).with_name("connect_loop.c")
    loop.parent.mkdir(parents=True, exist_ok=True)
    output([program("cc"), "-O2", "-o", str(loop), str(source)])
    return str(loop)


def _planned(run: Run) -> int:
    return run.planned


def _targets(laps: Race) -> Iterator[Target]:
    """Hold the round to its peers; to masscan as it is fastest, and as it misses least."""
    scans, packets = "nmap -sT", most_thorough(laps, "masscan")
    yield Target("connects beside `nmap -sT`", 1.0, times_faster(laps, CONNECT, scans))
    yield Target("connects with two workers beside it", 1.8, times_faster(laps, CONNECTS, scans))
    yield Target("connects beside the loop in C", 0.8, times_faster(laps, CONNECT, C_LOOP))
    for theirs in dict.fromkeys(filter(None, (FLAT_OUT, packets))):
        beside = f"{theirs} (recall {laps[theirs].recall:.0%})"
        yield Target(f"SYNs beside {beside}", 1.0, times_faster(laps, SYN, theirs))
        yield Target(
            f"SYNs with two workers beside {beside}", 1.5, times_faster(laps, SYNS, theirs)
        )


def _bars(laps: Race) -> Iterator[Bar]:
    for name, one in laps.items():
        if one.best:
            yield Bar(name, one.best.planned / one.best.seconds)
