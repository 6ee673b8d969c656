"""`python -m tests.bench [PART …]`: races, and the page that tells of them."""

import compileall
import os
import platform
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from msgspec.structs import replace

from scanner import __version__
from tests.bench import (
    classification,
    growth,
    history,
    identification,
    memory,
    soak,
    start,
    sweeps,
    workers,
)
from tests.bench.lab import why_not
from tests.bench.page import lines, write
from tests.bench.peers import CACHE, MODULES, VERSIONS, version
from tests.bench.result import Part
from tests.bench.runs import Failed

PARTS: dict[str, Callable[[], Part]] = {
    "sweep": sweeps.measure,
    "identification": identification.measure,
    "workers": workers.measure,
    "growth": growth.measure,
    "memory": memory.measure,
    "start": start.measure,
    "classification": classification.measure,
    "history": history.measure,
    "soak": soak.measure,
}

#: What takes an hour is run by name only.
LONG = frozenset({"soak"})

#: The parts that need namespaces.
IN_THE_LAB = frozenset({"sweep", "identification", "workers", "growth", "soak"})

#: Above this load before a part begins, somebody else is at work.
QUIET = 1.0

ROOT = Path(__file__).parent.parent.parent

SHARED = (
    "**Others were at work on this machine meanwhile**: wall times, and the targets that rest on "
    "them, are provisional; CPU times suffer less."
)


def main(wanted: list[str]) -> int:
    """Run what was asked for, or all but the longest; keep the page to the latest of each part."""
    if unknown := set(wanted) - PARTS.keys():
        sys.stderr.write(f"no part {', '.join(sorted(unknown))}: there are {', '.join(PARTS)}\n")
        return 2
    _compile()
    outside = why_not()
    for name in wanted or [one for one in PARTS if one not in LONG]:
        if outside and name in IN_THE_LAB:
            sys.stderr.write(f"{name}: not run, {outside}\n")
            continue
        _run(name)
        write([part for one in PARTS if (part := Part.load(CACHE, one))])
    return 0


def _compile() -> None:
    """Compile the program beforehand, as an installation does.

    Where Python is told to write no bytecode (`PYTHONDONTWRITEBYTECODE`), each of our processes
    would otherwise read all of its own source anew, at a quarter of a second of CPU time.
    """
    for package in ("scanner", "probes"):
        compileall.compile_dir(ROOT / package, quiet=1)


def _run(name: str) -> None:
    sys.stderr.write(f"{name}: {_machine()}\n")
    before = os.getloadavg()[0]
    try:
        part = PARTS[name]()
    except Failed as failure:
        sys.stderr.write(f"{name}: not run, {failure}\n")
        return
    load = f"load {before:.1f} before and {os.getloadavg()[0]:.1f} after"
    notes = (*part.notes, SHARED) if before > QUIET else part.notes
    part = replace(
        part, notes=notes, machine=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {_machine()}; {load}"
    )
    part.save(CACHE)
    sys.stdout.writelines(f"{line}\n" for line in lines([part]))
    sys.stdout.flush()


def _machine() -> str:
    programs = {name: version(name) for name in (*VERSIONS, *MODULES)}
    said = [f"{name} {number or 'missing'}" for name, number in programs.items()]
    return (
        f"{os.cpu_count()} x {_processor()}, {platform.system()} {platform.release()}, "
        f"{platform.python_implementation()} {platform.python_version()}, ronde {__version__}, "
        f"{', '.join(said)}"
    )


def _processor() -> str:
    """Name the processor as Linux does; elsewhere the architecture has to do."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as facts:  # noqa: PTH123 - no path of ours
            names = [line.partition(":")[2].strip() for line in facts if "model name" in line]
    except OSError:
        names = []
    return names[0] if names else platform.machine()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
