"""A round of the real program over the estate, in a process of its own, measured from outside."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from probes import PROBES
from scanner.model import Transport
from tests.ground import COMMAND, SIGNED
from tests.hostile import datagrams
from tests.hostile.estate import (
    MAX_OPEN_PORTS,
    Fallen,
    Place,
    Service,
    Standing,
    datagram_port_of,
    port_of,
)
from tests.hostile.kinds import PORTS

ROOT = Path(__file__).parents[2]

#: Seconds until a round is given up, far beyond what it may take.
GIVEN_UP = 110

#: As fast as loopback allows: the sweep is not what is judged here.
RATES = """
[rates]
connections_per_second = 20000
per_host_per_second = 1000
per_subnet_per_second = 20000
timeout = 1.0
attempts = 1
"""

#: What a round is written as; each has its own way of being led astray.
OUTPUTS = ("jsonl:-", "csv:rows.csv", "html:page.html", "markdown:page.md", "sarif:page.sarif")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What came of a round: its lines, all that it wrote, what it cost, and who fell into the trap.

    `seconds` are of the wall, `mebibytes` the most memory that its process had at any time.
    """

    code: int
    services: tuple[Service, ...]
    lines: tuple[dict[str, Any], ...]
    written: dict[str, bytes]
    seconds: float
    mebibytes: float
    trapped: int

    def of_schema(self, name: str) -> list[dict[str, Any]]:
        """Give the lines of one schema."""
        return [line for line in self.lines if line["schema"].startswith(f"ronde.{name}/")]

    def places(self, name: str) -> set[Place]:
        """Give where in the estate lines of one schema are about: other programs listen as well."""
        return {_place(line) for line in self.of_schema(name)} & self.names.keys()

    @property
    def names(self) -> dict[Place, str]:
        """Name who listens where."""
        return {one.endpoint: one.name for one in self.services}


def walk_estate(folder: Path, block: int) -> Ended:
    """Walk one round over an estate in 127.BLOCK.0.0/16."""
    with _standing(block) as (standing, fallen):
        (folder / "scope.toml").write_text(_scope(block), encoding="utf-8")
        began = time.monotonic()
        code, usage = _scanned(folder)
        seconds = time.monotonic() - began
    written = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    return Ended(
        code=code,
        services=standing.services,
        lines=tuple(map(json.loads, written["out"].splitlines())),
        written=written,
        seconds=seconds,
        mebibytes=usage / 1024,
        trapped=fallen[0].trapped,
    )


@contextmanager
def _standing(block: int) -> Iterator[tuple[Standing, list[Fallen]]]:
    """Let the estate stand for a block; afterwards it has said who fell into the trap."""
    fallen: list[Fallen] = []
    command = (sys.executable, "-m", "tests.hostile.estate", str(block))
    with subprocess.Popen(  # noqa: S603 - our own words
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield msgspec.json.decode(process.stdout.readline(), type=Standing), fallen
            process.stdin.close()
            fallen.append(msgspec.json.decode(process.stdout.readline(), type=Fallen))
        finally:
            process.kill()


#: Runs a command and tells its exit status and the most memory that it had. A child begins with the
#: peak of whoever started it, which for a process that has run ten thousand tests is no small one.
MEASURED = """
import json, os, signal, sys
child = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
signal.signal(signal.SIGALRM, lambda *_: os.kill(child, signal.SIGKILL))
signal.alarm(int(sys.argv[1]))
_, status, usage = os.wait4(child, 0)
print(json.dumps([os.waitstatus_to_exitcode(status), usage.ru_maxrss]), file=sys.stderr)
"""


def _scanned(folder: Path) -> tuple[int, int]:
    """Run the program; give its exit code, and the most memory it had, in KiB."""
    words = [word for output in OUTPUTS for word in ("--output", output)]
    selected = [word for name in _extra_ports() for word in ("--probe", name)]
    kept = ("--history", "history.sqlite", "--audit", "audit.jsonl", "--coverage", "coverage.json")
    command = (*COMMAND, "scan", *kept, "--services", "--fail-on", "none", *words, *selected)
    with (folder / "out").open("wb") as out, (folder / "err").open("w+b") as err:
        subprocess.run(  # noqa: S603 - ourselves
            (sys.executable, "-S", "-c", MEASURED, str(GIVEN_UP), *command),
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=out,
            stderr=err,
            check=True,
        )
        err.seek(0)
        code, usage = json.loads(err.read().splitlines()[-1])
    return code, usage


def _scope(block: int) -> str:
    extra = "".join(f"{name} = {ports}\n" for name, ports in _extra_ports().items())
    granted = (
        f'ranges = ["127.{block}.0.0/22"]\nmax_open_ports = {MAX_OPEN_PORTS}\n'
        "ftp_anonymous = true\ndicom_find = true\nudp = true\n"
    )
    return f"{SIGNED}{granted}{RATES}\n[extra_ports]\n{extra}"


def _extra_ports() -> dict[str, list[int]]:
    """Point each probe at the ports of the estate that stand for its own."""
    ports = {
        about.name: [port_of(port) for port in PORTS if port in about.ports | about.tls_ports]
        for about in (probe.about for probe in PROBES)
        if about.transport is Transport.TCP
    }
    told = {name: [datagram_port_of(name)] for name in datagrams.PROBES}
    return {name: numbers for name, numbers in ports.items() if numbers} | told


def _place(line: dict[str, Any]) -> Place:
    return line["endpoint"]["address"], line["endpoint"]["port"]
