"""The connect sweep beside the same loop in C and `nmap -sT`, over a link that refuses."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.bench.lab import REFUSING, laboratory, why_not

PORTS = ("9200", "6379")
ENDPOINTS = 65_536 * len(PORTS)

#: In turn, so that all meet the same weather on a shared machine. The best of each counts: other
#: people's work can only slow a run down.
TURNS = 5

#: The kernel answers within microseconds here; more in flight only cools the caches.
WIDTH = "256"


@dataclass(frozen=True, slots=True)
class Runner:
    """Something that sweeps the laboratory; `rate` runs it once, in endpoints a second."""

    name: str
    rate: Callable[[], float]


def compare() -> list[str]:
    """Run the runners side by side; give the table, or the line that says why there is none."""
    if why := why_not():
        return [f"connect sweep: not run, {why}"]
    with laboratory() as inside, tempfile.TemporaryDirectory() as folder:
        runners = [Runner("ronde, guard on", lambda: _ronde(inside))]
        said = []
        if shutil.which("cc"):
            loop = _compile(Path(folder))
            runners.append(Runner("the loop in C", lambda: _c_loop(inside, loop)))
        else:
            said.append("the loop in C: not run, there is no `cc`")
        if shutil.which("nmap"):
            runners.append(Runner("nmap -sT", lambda: _nmap(inside)))
        else:
            said.append("nmap -sT: not run, nmap is not installed")
        return [*_table(runners), *said]


def _table(runners: list[Runner]) -> list[str]:
    rates: dict[str, list[float]] = {runner.name: [] for runner in runners}
    for _ in range(TURNS):
        for runner in runners:
            rates[runner.name].append(runner.rate())
    ours = max(rates[runners[0].name])
    lines = [f"{'connect sweep':<20}{'best/s':>9}{'median/s':>10}{'ronde is':>10}"]
    for name, seen in rates.items():
        best, median = max(seen), sorted(seen)[len(seen) // 2]
        lines.append(f"{name:<20}{best:>9,.0f}{median:>10,.0f}{ours / best:>9.2f}x")
    return lines


def _ronde(inside: list[str]) -> float:
    knock = [sys.executable, "-m", "tests.bench.knock", REFUSING, "--width", WIDTH]
    seen = json.loads(_output([*inside, *knock, "--ports", *PORTS]))
    _expect(seen["counts"], {"closed": ENDPOINTS})
    return float(ENDPOINTS / seen["seconds"])


def _c_loop(inside: list[str], loop: Path) -> float:
    first = REFUSING.partition("/")[0]
    output = _output([*inside, str(loop), first, "65536", *PORTS, WIDTH])
    _, _, closed, _, seconds = output.split()
    _expect(int(closed), ENDPOINTS)
    return ENDPOINTS / float(seconds)


def _nmap(inside: list[str]) -> float:
    """Run nmap with the options that were fastest here, of those tried."""
    eager = ["-sT", "-n", "-Pn", "-T5", "--max-retries", "0", "--min-parallelism", "100"]
    output = _output([*inside, "nmap", *eager, "-oX", "-", "-p", ",".join(PORTS), REFUSING])
    elapsed = output.rpartition('elapsed="')[2].partition('"')[0]
    return ENDPOINTS / float(elapsed)


def _compile(folder: Path) -> Path:
    loop = folder / "connect_loop"
    source = Path(__file__).with_name("connect_loop.c")
    _output(["cc", "-O2", "-o", str(loop), str(source)])
    return loop


def _output(command: list[str]) -> str:
    finished = subprocess.run(  # noqa: S603 - our own words
        command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    return finished.stdout


def _expect(seen: object, wanted: object) -> None:
    """A fast sweep that missed something has not been fast."""
    if seen != wanted:
        raise RuntimeError(f"saw {seen}, where {wanted} was to be seen")
