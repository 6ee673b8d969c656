"""A plug-in that tries every way out of the scope is stopped each time, and ends the round."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from scanner.demo.redis import FakeRedis
from tests import runaway
from tests.fakes.running import running
from tests.ground import COMMAND, Ground, fresh_ground

ROOT = Path(__file__).parent.parent

ground = fresh_ground

#: Beside the scope, on this machine.
OUTSIDE = "127.0.0.2"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="other loopback addresses need setting up"),
]


#: CPython's own word for an interpreter whose creation was vetoed.
VETOED = {"a sub-interpreter": "RuntimeError"}


@dataclass(frozen=True)
class Ran:
    """What came of a round with the plug-in over a server on `port`."""

    port: int
    code: int
    said: str
    notes: dict[str, str]
    processes: bool


def installed(folder: Path) -> Path:
    """Install the plug-in as a package would be: its entry point beside its metadata."""
    made = folder / "packages"
    info = made / "runaway-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: runaway\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[ronde.probes]\nrunaway = tests.runaway:Runaway\n")
    return made


@pytest.fixture
def listeners() -> Iterator[tuple[socket.socket, socket.socket]]:
    """A TCP and a UDP server outside, on one port."""
    with ExitStack() as opened:
        tcp = opened.enter_context(socket.create_server((OUTSIDE, 0)))
        udp = opened.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        udp.bind(tcp.getsockname())
        tcp.settimeout(0)
        udp.settimeout(0)
        yield tcp, udp


def scanned(ground: Ground, outside: runaway.Outside) -> Ran:
    """Walk a round of the plug-in over a server in the scope."""
    with running(FakeRedis().serve) as (_, redis):
        ground.permit({"runaway": [redis]})
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(installed(ground.folder))]),
            runaway.NOTES: str(ground.folder / "notes.json"),
            runaway.MARK: str(ground.folder / "mark"),
            runaway.OUTSIDE: f"{outside[0]}:{outside[1]}",
        }
        ended = subprocess.run(  # noqa: S603 - ourselves
            [*COMMAND, "scan", "--history", "history.sqlite", "--probe", "runaway"],
            cwd=ground.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )
    notes = json.loads(ground.text("notes.json"))
    return Ran(redis, ended.returncode, ended.stderr, notes, (ground.folder / "mark").exists())


def test_every_way_out_is_stopped(
    ground: Ground, listeners: tuple[socket.socket, socket.socket]
) -> None:
    """Each by the guard; nothing arrives, nothing is started, and the round ends with code 2."""
    tcp, udp = listeners
    ran = scanned(ground, tcp.getsockname())

    assert ran.notes == {**dict.fromkeys(runaway.WAYS, "OutOfScope"), **VETOED}
    assert ran.code == 2
    assert not ran.processes
    with pytest.raises(BlockingIOError):
        tcp.accept()
    with pytest.raises(BlockingIOError):
        udp.recv(1)


def test_the_ways_would_lead_out(listeners: tuple[socket.socket, socket.socket]) -> None:
    """Without a guard, those that need no privilege arrive: the test above could fail."""
    tcp, udp = listeners
    outside = tcp.getsockname()

    assert runaway.tried(runaway.WAYS["connect"], outside) == ""
    assert runaway.tried(runaway.WAYS["sendmsg"], outside) == ""
    assert runaway.tried(runaway.WAYS["dlopen"], outside) == ""
    tcp.accept()[0].close()
    assert udp.recv(2) == b"x"
