"""The SYN sweep beside the connect sweep and masscan, over a link to 65,536 hosts that all answer.

`python -m tests.bench.syn` prints endpoints a second, the share of open endpoints that was found,
and CPU seconds of the sweeping process. Sender and answerer share the machine's cores. Of the two
ports one is open and one refuses; connects meet two that refuse, since nobody accepts there.
"""

import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_network
from pathlib import Path

from scanner.addresses import AddressSet
from scanner.course import Block, Course
from scanner.guard import Guard
from scanner.scope import Rates
from scanner.sweep import ConnectSweep, Observation, Pace, Sweep
from scanner.sweep.link import links
from scanner.sweep.syn import SynSweep
from tests.sweep.wires import Room, joined, listening, why_not

NETWORK, OPEN, CLOSED = "198.18.0.0/16", 9200, 6379
HOSTS = 65_536
ENDPOINTS = 2 * HOSTS

#: In turn, so that all meet the same weather on a shared machine. The best of each counts: other
#: people's work can only slow a run down.
TURNS = 3

#: As fast as the machine can: a bench of our own code, not of the pace.
UNHURRIED = 1e9
RATES = Rates(
    connections_per_second=UNHURRIED, per_host_per_second=UNHURRIED, timeout=1, attempts=2
)

#: Flat out, and the gentlest that was seen to find every listener here: masscan's receiver loses
#: answers, and its retries begin only after as many packets as it may send in a second.
MASSCAN_WAYS = ("--rate 10000000", "--rate 200000 --retries 1")

#: How long masscan listens after its last packet, in seconds. It is taken off its time: ours is
#: over with the last answer.
MASSCAN_WAIT = 2

#: Connects in flight: the kernel answers within microseconds here.
WIDTH = 256


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of a sweeper took, in seconds, and how many open endpoints it found.

    `sent` is the sweeper's own word on how many packets a second it sent at its best.
    """

    seconds: float
    cpu: float
    found: int | None
    sent: float = 0.0


Sweeper = Callable[[Room], Run]


def compare() -> list[str]:
    """Run the sweepers side by side; give the table, or the line that says why there is none."""
    if why := why_not():
        return [f"SYN sweep: not run, {why}"]
    sweepers: dict[str, Sweeper] = {"ronde, SYNs": _syns, "ronde, connects": _connects}
    said = []
    if shutil.which("masscan"):
        sweepers |= {f"masscan {way}": partial(_masscan, way) for way in MASSCAN_WAYS}
    else:
        said.append("masscan: not run, it is not installed")
    runs: dict[str, list[Run]] = {name: [] for name in sweepers}
    with joined() as (here, there), there.run(listening, OPEN):
        for _ in range(TURNS):
            for name, sweeper in sweepers.items():
                runs[name].append(sweeper(here))
    return [*_table(runs), *said]


def _table(runs: dict[str, list[Run]]) -> list[str]:
    ours = min(run.seconds for run in next(iter(runs.values())))
    head = (
        "SYN sweep",
        "best/s",
        "median/s",
        "ronde is",
        "found at least",
        "CPU s",
        "says it sent/s",
    )
    lines = ["{:<34}{:>9}{:>10}{:>10}{:>16}{:>7}{:>16}".format(*head)]
    for name, seen in runs.items():
        seconds = sorted(run.seconds for run in seen)
        best, median = seconds[0], seconds[len(seconds) // 2]
        found = [run.found for run in seen if run.found is not None]
        recall = f"{min(found) / HOSTS:.2%}" if found else "none open"
        sent = max(run.sent for run in seen)
        lines.append(
            f"{name:<34}{ENDPOINTS / best:>9,.0f}{ENDPOINTS / median:>10,.0f}{best / ours:>9.2f}x"
            f"{recall:>16}{min(run.cpu for run in seen):>7.2f}"
            f"{f'{sent:,.0f}' if sent else '-':>16}"
        )
    return lines


def _syns(room: Room) -> Run:
    addresses = AddressSet.of([ip_network(NETWORK)])
    with ExitStack() as sockets:
        opened = room.run(sockets.enter_context, links())
        sweep = SynSweep(pace=Pace(RATES), links=opened, allowed=addresses, timeout=1, attempts=2)
        return _ronde(room, sweep, OPEN, CLOSED)


def _connects(room: Room) -> Run:
    sweep = ConnectSweep(pace=Pace(RATES), width=WIDTH, timeout=1, attempts=2)
    return _ronde(room, sweep, CLOSED, CLOSED + 1)


def _ronde(room: Room, sweep: Sweep, *ports: int) -> Run:
    """Sweep as a round does, with the guard on."""
    addresses = AddressSet.of([ip_network(NETWORK)])
    course = Course.over(Block(addresses, ports), seed=1)
    seen: list[Observation] = []
    with Guard(addresses).watching():
        start, cpu = time.perf_counter(), time.process_time()
        room.run(lambda: sweep.run(course, seen.append))
        seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    return Run(seconds, cpu, len(set(seen)) if OPEN in ports else None)


def _masscan(way: str, room: Room) -> Run:
    """Let it go as fast as it can, and read what it found from its own list.

    Its start, a second or so, is within its time; ours, an interpreter's, is not.
    """
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder, "found")
        words = f"masscan {NETWORK} -p{OPEN},{CLOSED} {way} --wait {MASSCAN_WAIT}"
        words += f" --adapter near --router-ip 198.19.0.2 -oL {found}"
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.perf_counter()
        said = room.run(_output, words.split())
        seconds = time.perf_counter() - start - MASSCAN_WAIT
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        hosts = set(re.findall(rf"open tcp {OPEN} (\S+)", found.read_text()))
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    sent = max(map(float, re.findall(r"rate: *([0-9.]+)-kpps", said)), default=0.0) * 1000
    return Run(seconds, cpu, len(hosts), sent)


def _output(words: list[str]) -> str:
    finished = subprocess.run(words, check=True, capture_output=True, text=True)  # noqa: S603 - our own words
    return finished.stdout + finished.stderr


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in compare())
