"""What answers in the laboratory: nginx as Elasticsearch front pages, and one real Redis."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum
from ipaddress import IPv4Network
from pathlib import Path

from tests.bench.lab import REFUSING
from tests.bench.peers import program
from tests.bench.runs import Failed

ELASTICSEARCH, REDIS = 9200, 6379

#: Every 256th address, at a place that walks through its /24: a network is mostly empty.
SPARSE = tuple(str(subnet[place]) for place, subnet in enumerate(IPv4Network(REFUSING).subnets(8)))

#: The greeting of a node of 8.x, as its manual shows it.
GREETING = (
    '{"name":"node-1","cluster_name":"bench","cluster_uuid":"WkGmZJk1QzqyPmzTq1a9wA",'
    '"version":{"number":"8.19.4","build_flavor":"default","build_type":"tar",'
    '"build_hash":"aa0a7826e719b392e7782716b323c4fb8fa3b392","lucene_version":"9.12.2"},'
    '"tagline":"You Know, for Search"}'
)

#: What a cluster says that lists nothing.
REFUSAL = (
    '{"error":{"root_cause":[{"type":"security_exception","reason":"missing authentication"}],'
    '"type":"security_exception","reason":"missing authentication"},"status":401}'
)

#: masscan sees that its time is over only when a packet arrives, and would wait for minutes on a
#: link that is quiet but for the scan. On a network there is always a packet.
HEARTBEAT = """
import socket, time
link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
while True:
    link.sendto(b"", ("198.19.0.1", 9))
    time.sleep(0.05)
"""

#: A server has its sockets within this many seconds, or never.
PATIENCE = 10.0


class Refuses(IntEnum):
    """The status with which everything but the greeting is refused.

    Behind a 401 the greeting is a finding of its own; one who is busy is recognised, no more.
    """

    LOCKED = 401
    BUSY = 503


@contextmanager
def elasticsearch(
    there: Sequence[str],
    addresses: Sequence[str],
    refuses: Refuses = Refuses.LOCKED,
    port: int = ELASTICSEARCH,
) -> Iterator[None]:
    """Greet on the addresses as a cluster that tells its version and lists nothing."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        listens = "".join(f"listen {one}:{port} backlog=60000;\n" for one in addresses)
        (folder / "nginx.conf").write_text(_nginx(folder, listens, refuses), encoding="utf-8")
        words = [
            *there,
            program("nginx"),
            "-e",
            "stderr",
            "-p",
            name,
            "-c",
            str(folder / "nginx.conf"),
        ]
        with _running(words, folder / "pid"):
            yield


@contextmanager
def redis(there: Sequence[str], password: str = "") -> Iterator[None]:
    """Let one real server answer on every address; without a password it is open."""
    with tempfile.TemporaryDirectory() as name:
        pid = Path(name, "pid")
        words = [
            program("redis-server"),
            "--bind",
            "0.0.0.0",
            "--protected-mode",
            "no",
            "--save",
            "",
        ]
        words += ["--maxclients", "9000", "--tcp-backlog", "60000", "--dir", name]
        words += ["--requirepass", password] if password else []
        with _running([*there, *words, "--pidfile", str(pid)], pid):
            yield


@contextmanager
def heartbeat(there: Sequence[str]) -> Iterator[None]:
    """Let the link never be silent."""
    with _process([*there, sys.executable, "-c", HEARTBEAT]):
        yield


def _nginx(folder: Path, listens: str, refuses: Refuses) -> str:
    return f"""
        daemon off; pid {folder}/pid; error_log stderr crit; worker_processes 1;
        events {{ worker_connections 9000; }}
        http {{
          access_log off; default_type application/json; client_body_temp_path {folder}/body;
          server {{
            {listens}
            add_header X-elastic-product Elasticsearch always;
            location = / {{ return 200 '{GREETING}'; }}
            location / {{ return {refuses:d} '{REFUSAL}'; }}
          }}
        }}
    """


@contextmanager
def _running(words: Sequence[str], pid: Path) -> Iterator[None]:
    """Run a server for a block; its pid file tells that its sockets are open."""
    with _process(words) as server:
        _await(pid, server)
        yield


@contextmanager
def _process(words: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)  # noqa: S603 - our own words
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def _await(pid: Path, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while not pid.exists():
        if server.poll() is not None or time.monotonic() > until:
            raise Failed("a server of the laboratory does not listen")
        time.sleep(0.05)
