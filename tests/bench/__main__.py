"""`python -m tests.bench [connects] [syn] [memory] [start]`: figures, and no verdict of a test."""

import os
import platform
import shutil
import subprocess
import sys

from tests.bench import connects, memory, start, syn

BENCHES = {
    "connects": connects.compare,
    "syn": syn.compare,
    "memory": memory.measure,
    "start": start.measure,
}


def main(wanted: list[str]) -> int:
    """Run what was asked for, or everything."""
    if unknown := set(wanted) - BENCHES.keys():
        sys.stderr.write(f"no bench {', '.join(sorted(unknown))}: there are {', '.join(BENCHES)}\n")
        return 2
    _say([_machine()])
    for name in wanted or BENCHES:
        _say(BENCHES[name]())
    return 0


def _machine() -> str:
    nmap = shutil.which("nmap")
    version = "no nmap"
    if nmap:
        said = subprocess.run([nmap, "--version"], check=True, capture_output=True, text=True)  # noqa: S603 - found just now
        version = said.stdout.split(" (")[0].lower()
    return (
        f"{os.cpu_count()} x {platform.machine()}, {platform.system()} {platform.release()}, "
        f"{platform.python_implementation()} {platform.python_version()}, {version}, "
        f"load {os.getloadavg()[0]:.1f}"
    )


def _say(lines: list[str]) -> None:
    for line in lines:
        sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
