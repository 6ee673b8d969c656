"""What answers in the laboratory: nginx as Elasticsearch front pages, and one real Redis."""

import subprocess
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
    there: Sequence[str], addresses: Sequence[str], refuses: Refuses = Refuses.LOCKED
) -> Iterator[None]:
    """Greet on the addresses as a cluster that tells its version and lists nothing."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "nginx.conf").write_text(_nginx(folder, addresses, refuses), encoding="utf-8")
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
def redis(there: Sequence[str]) -> Iterator[None]:
    """Let one real server without a password answer on every address."""
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
        with _running([*there, *words, "--pidfile", str(pid)], pid):
            yield


def _nginx(folder: Path, addresses: Sequence[str], refuses: Refuses) -> str:
    listens = "".join(f"listen {one}:{ELASTICSEARCH} backlog=60000;\n" for one in addresses)
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
    server = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)  # noqa: S603 - our own words
    try:
        _await(pid, server)
        yield
    finally:
        server.terminate()
        server.wait()


def _await(pid: Path, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while not pid.exists():
        if server.poll() is not None or time.monotonic() > until:
            raise Failed("a server of the laboratory does not listen")
        time.sleep(0.05)
