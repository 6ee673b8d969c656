"""A folder to scan from: a scope over loopback, a history, and the command line in two ways."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog

from scanner.cli import ronde
from scanner.exits import run_command

#: The command line in a process of its own, whatever is on the PATH.
COMMAND = (sys.executable, "-c", "from scanner.cli import main; main()")

SIGNED = """\
name = "ward network"
owner = "IT operations"
approver = "Head of IT"
reference = "SEC-7"
contact = "sec@example.org"
valid_until = 2099-12-31
"""

FAST = """
[rates]
connections_per_second = 1000
per_host_per_second = 1000
timeout = 0.5
attempts = 1
"""


@dataclass(frozen=True)
class Said:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        """Read standard output as JSON Lines, and fail on anything else."""
        return [json.loads(line) for line in self.out.splitlines()]

    def on(self, port: int) -> list[dict[str, Any]]:
        """Give what was said of one port, whatever else listens on this machine."""
        return of_port(self.objects, port)

    @property
    def coverage(self) -> dict[str, Any]:
        """Give the object that ends a round."""
        last = self.objects[-1]
        assert last["schema"] == "ronde.coverage/1"
        return last


@dataclass(frozen=True)
class Ground:
    """A folder with a scope in it; commands run there."""

    folder: Path

    def permit(
        self,
        ports: Mapping[str, list[int]],
        *,
        ranges: tuple[str, ...] = ("127.0.0.1",),
        head: str = "",
        tail: str = "",
    ) -> Path:
        """Write a scope over loopback that points probes at ports."""
        extra = "".join(f"{probe} = {numbers}\n" for probe, numbers in ports.items())
        text = f"{SIGNED}ranges = {json.dumps(ranges)}\n{head}{FAST}\n[extra_ports]\n{extra}{tail}"
        path = self.folder / "scope.toml"
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        return path

    def run(self, *words: str) -> Said:
        """Run a command in this process."""
        out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
        err = io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = run_command(ronde, words)
        out.seek(0)
        return Said(code, out.read(), err.getvalue())

    def scan(self, *words: str) -> Said:
        """Run a round of the probe for Redis in this process, with the folder's own history."""
        return self.run("scan", "--history", "history.sqlite", "--probe", "redis", *words)

    @contextmanager
    def start_scan(self, *words: str, **options: Any) -> "Iterator[subprocess.Popen[str]]":
        """Start a round of the probe for Redis in a process that does not outlive the block."""
        command = (*COMMAND, "scan", "--history", "history.sqlite", "--probe", "redis", *words)
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        given = {"cwd": self.folder, "text": True, **pipes, **options}
        with subprocess.Popen(command, **given) as process:  # noqa: S603 - ourselves
            try:
                yield process
            finally:
                process.kill()

    def text(self, name: str) -> str:
        """Read a file."""
        return (self.folder / name).read_text(encoding="utf-8")

    def lines(self, name: str) -> list[dict[str, Any]]:
        """Read a file of JSON Lines."""
        return [json.loads(line) for line in self.text(name).splitlines()]


def of_port(objects: list[dict[str, Any]], port: int) -> list[dict[str, Any]]:
    """Give the findings and services of one port."""
    return [one for one in objects if one.get("endpoint", {}).get("port") == port]


def without_ronde(environment: Mapping[str, str]) -> dict[str, str]:
    """Leave out the variables that would steer the command line."""
    return {name: value for name, value in environment.items() if not name.startswith("RONDE_")}


@pytest.fixture
def fresh_ground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ground]:
    """A folder of its own, current, with no configuration and no variables but its own."""
    monkeypatch.chdir(tmp_path)
    for name in os.environ.keys() - without_ronde(os.environ).keys():
        monkeypatch.delenv(name)
    # The same rounds for root as for everybody: SYNs would also take root's privileges away.
    monkeypatch.setenv("RONDE_SWEEP", "connect")
    yield Ground(tmp_path)
    structlog.reset_defaults()  # the commands log to a standard error that is gone now
