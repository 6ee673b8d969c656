"""Where the contenders come from: installed packages, and Go modules built into a cache."""

import re
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.bench.runs import Failed, output

CACHE = Path(__file__).parent.parent.parent / ".lab" / "bench"

#: Fetching and building a module takes half a minute on two cores; the rest is a slow network.
BUILD_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Module:
    """A command in a Go module, pinned so that two runs of the bench are of one program."""

    path: str
    version: str
    command: str


MODULES = {
    "nerva": Module("github.com/praetorian-inc/nerva", "v1.3.0", "cmd/nerva"),
    "zgrab2": Module("github.com/zmap/zgrab2", "v1.0.0", "cmd/zgrab2"),
}

#: How each says its version; a Go program does not, so its module does.
VERSIONS = {
    "nmap": ("--version",),
    "masscan": ("--version",),
    "nginx": ("-v",),
    "redis-server": ("--version",),
    "go": ("version",),
}


@cache
def program(name: str) -> str:
    """Find a program, or build it where it is a Go module; give its path.

    Raises:
        Failed: there is none, and why it could not be made.
    """
    if name in MODULES:
        built = CACHE / "bin" / name
        if not built.exists():
            _build(MODULES[name], built)
        return str(built)
    found = shutil.which(name)
    if found is None:
        raise Failed(f"{name} is not installed")
    return found


def version(name: str) -> str | None:
    """Give the version of a program as a word or two, or None where it is missing."""
    try:
        path = program(name)
        if name in MODULES:
            return _module_version(path)
        said = output([path, *VERSIONS[name]], ends=(0, 1))  # masscan ends its version with 1
    except Failed:
        return None
    number = re.search(r"\d+\.\d+[.\w]*", said)
    return number.group() if number else None


def _build(module: Module, into: Path) -> None:
    """Build in a module of our own: the proxy is only asked for modules, by their version."""
    workshop = CACHE / "go" / into.name
    workshop.mkdir(parents=True, exist_ok=True)
    (workshop / "go.mod").write_text("module bench\n\ngo 1.24\n", encoding="utf-8")
    go = ["env", "-C", str(workshop), program("go")]
    output([*go, "get", f"{module.path}@{module.version}"], seconds=BUILD_SECONDS)
    build = ["build", "-mod=mod", "-o", str(into), f"{module.path}/{module.command}"]
    output([*go, *build], seconds=BUILD_SECONDS)


def _module_version(path: str) -> str | None:
    """Read which version of which module a program was built from."""
    for line in output([program("go"), "version", "-m", path]).splitlines():
        if line.startswith("\tmod\t"):
            return line.split("\t")[3]
    return None
