"""A ward of Redis servers on loopback addresses of their own, and rounds over it in processes."""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from ipaddress import ip_network
from pathlib import Path

import anyio
import click
from anyio.abc import SocketAttribute, SocketStream, TaskStatus
from anyio.from_thread import start_blocking_portal
from anyio.streams.stapled import MultiListener

from scanner.addresses import AddressSet
from scanner.course import Block
from scanner.demo.listen import GONE, Serve
from scanner.demo.redis import FakeRedis
from scanner.emit.coverage import CoverageFile
from scanner.emit.jsonl import JsonLines
from scanner.exits import exit_code, run_command
from scanner.logs import configure
from scanner.plan import Plan
from scanner.prepare import Order, Prepared, prepare
from scanner.rounds import Manner, Outputs, run, utc_now
from scanner.sweep import Means
from tests.fakes.shutter import shuttered

ROOT = Path(__file__).parents[2]

#: Linux answers on all of 127.0.0.0/8.
RANGE = "127.77.0.0/26"

#: Every third host has an open Redis.
OPEN_HOSTS = [f"127.77.0.{last}" for last in range(0, 64, 3)]

#: The coverage of a round that was walked to its end, however often it was continued.
WHOLE = {
    "complete": True,
    "planned": 64,
    "reached": len(OPEN_HOSTS),
    "closed": 64 - len(OPEN_HOSTS),
    "skipped": {},
    "access": {"open": len(OPEN_HOSTS)},
    "findings": {"high": len(OPEN_HOSTS)},
    "by_range": {
        RANGE: {
            "planned": 64,
            "reached": len(OPEN_HOSTS),
            "closed": 64 - len(OPEN_HOSTS),
            "filtered": 0,
            "unreachable": 0,
            "skipped": {},
        }
    },
}
SHARDS = 8

#: One of them, behind which a test may put a server of another kind.
ODD_HOST = OPEN_HOSTS[7]
KEYS = {0: 7}


@dataclass(frozen=True, slots=True)
class Ward:
    """A running ward, and the folder in which rounds over it leave their files."""

    folder: Path
    port: int

    def round(
        self, *arguments: str, within: Sequence[str] = (), said: int | None = None
    ) -> "subprocess.Popen[bytes]":
        """Begin a round in a process of its own, which writes its findings to standard output.

        `within` are words that run a command elsewhere; `said` is where its messages go.
        """
        command = [*within, sys.executable, "-m", "tests.fakes.ward"]
        return subprocess.Popen(  # noqa: S603 - ourselves
            [*command, str(self.folder), str(self.port), *arguments],
            stdout=subprocess.PIPE,
            stderr=said,
            cwd=ROOT,
        )

    def findings(self, *arguments: str) -> list[tuple[object, ...]]:
        """Walk a round to its end and give what it found, sorted, without times and its name."""
        with self.round(*arguments) as walking:
            assert walking.stdout is not None
            lines = [json.loads(line) for line in walking.stdout]
        found = [line for line in lines if line["schema"].startswith("ronde.finding")]
        return sorted(
            (one["endpoint"]["address"], one["fingerprint"], one["status"], str(one["holdings"]))
            for one in found
        )

    def coverage(self) -> dict[str, object]:
        """Read what the last round reached; of what differs from round to round, nothing."""
        coverage = json.loads((self.folder / "coverage.json").read_bytes())
        told = ("complete", "planned", "reached", "closed", "skipped", "access", "findings")
        return {name: coverage[name] for name in (*told, "by_range")}

    def asked(self) -> list[str]:
        """List the addresses that were asked for a PING, once for each time."""
        lines = (self.folder / "audit.jsonl").read_bytes().splitlines()
        acts = [json.loads(line) for line in lines]
        return [act["to"].rpartition(":")[0] for act in acts if act.get("ask") == "PING"]


@contextmanager
def ward(folder: Path, serve: Serve | None = None) -> Iterator[Ward]:
    """Run the servers for a block; one of them may be another than the others."""
    with start_blocking_portal() as portal:
        served, port = portal.start_task(_serve, serve or FakeRedis(keys=KEYS).serve)
        try:
            yield Ward(folder, port)
        finally:
            served.cancel()


async def _serve(odd: Serve, *, task_status: TaskStatus[int]) -> None:
    port = 0
    async with anyio.create_task_group() as tasks:
        for host in OPEN_HOSTS:
            listener = await anyio.create_tcp_listener(local_host=host, local_port=port)
            port = port or listener.extra(SocketAttribute.local_port)  # noqa: S610 - anyio's
            serve = odd if host == ODD_HOST else FakeRedis(keys=KEYS).serve
            tasks.start_soon(_listen, listener, serve)
        task_status.started(port)


async def _listen(listener: MultiListener[SocketStream], serve: Serve) -> None:
    async def answer(stream: SocketStream) -> None:
        async with stream:
            with suppress(*GONE):
                await serve(stream)

    async with listener:
        await listener.serve(answer)


def laid_out(folder: Path, port: int) -> Prepared:
    """Lay out a round over the ward, and over nothing else that listens on this machine."""
    scope = folder / "scope.toml"
    scope.write_text(_scope_text(port), encoding="utf-8")
    scope.chmod(0o600)
    prepared = prepare(Order(scope=scope, probes=("redis",)), now=utc_now())
    block = Block(AddressSet.of([ip_network(RANGE)]), (port,))
    return replace(prepared, plan=Plan(blocks=(block,)))


def _walk(folder: Path, port: int, options: Sequence[str]) -> int:
    outputs = Outputs(
        sinks=(
            lambda: JsonLines.to("-"),
            lambda: CoverageFile(str(folder / "coverage.json")),
        ),
        history=folder / "history.sqlite",
        audit=folder / "audit.jsonl",
        vantage="here",
    )
    manner = Manner(
        resume="--resume" in options,
        shards=SHARDS,
        sweep=Means.SYN if "--syn" in options else Means.CONNECT,
        workers=int(_option("--workers", options) or 1),
    )
    prepared = laid_out(folder, port)
    if shutter := _option("--shutter", options):
        prepared = replace(prepared, scope=shuttered(prepared.scope, Path(shutter)))
    result = run(prepared, outputs, watch=lambda _: None, manner=manner)
    return exit_code(result, fail_on="none")


def _option(name: str, options: Sequence[str]) -> str:
    return next((one.partition("=")[2] for one in options if one.startswith(f"{name}=")), "")


def _scope_text(port: int) -> str:
    today = utc_now().date()
    return "\n".join(
        (
            'name = "ward"',
            'owner = "the tests"',
            'approver = "whoever runs them"',
            'reference = "T-1"',
            'contact = "tests@example.invalid"',
            f"valid_from = {today - timedelta(days=1)}",
            f"valid_until = {today + timedelta(days=1)}",
            f'ranges = ["{RANGE}"]',
            "[rates]",
            "connections_per_second = 300",
            "per_host_per_second = 20",
            "[extra_ports]",
            f"redis = [{port}]",
        )
    )


if __name__ == "__main__":
    configure(level=logging.WARNING, as_json=True)
    walk = partial(_walk, Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
    sys.exit(run_command(click.Command("ward", callback=walk), []))
