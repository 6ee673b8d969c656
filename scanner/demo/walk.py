"""`ronde demo`: starts the estate in a process of its own, walks it for real, compares."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO, TextIO

import msgspec

from scanner.demo.placed import Placed, Placements, Report
from scanner.emit.coverage import CoverageFile
from scanner.emit.jsonl import JsonLines
from scanner.emit.table import Table
from scanner.model import Access, Finding, ServiceSeen
from scanner.rounds import Order, Outputs, Result, prepare, run, utc_now

#: What a round leaves in the folder that is kept.
FINDINGS, COVERAGE, AUDIT = "findings.jsonl", "coverage.json", "audit.jsonl"


class Verdicts:
    """Notes which access was reported for which port; a sink like the others."""

    def __init__(self) -> None:
        self.by_port: dict[int, Access] = {}

    def finding(self, finding: Finding) -> None:
        """Note a finding."""
        self.by_port[finding.endpoint.port] = finding.access

    def service(self, service: ServiceSeen) -> None:
        """Note a service that is no finding."""
        self.by_port[service.endpoint.port] = service.access

    def coverage(self, coverage: object) -> None:
        """Nothing to note."""

    def close(self) -> None:
        """Nothing to close."""


def demonstrate(keep: Path | None, screen: TextIO) -> bool:
    """Scan the estate, show the findings, and tell whether every verdict was the right one.

    Raises:
        Refused: the folder to keep things in cannot be written.
    """
    with ExitStack() as stack:
        folder = keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ronde-")))
        folder.mkdir(parents=True, exist_ok=True)
        for name in (AUDIT, "history.sqlite"):
            (folder / name).unlink(missing_ok=True)
        with _estate() as (services, report):
            verdicts, result = _scan(folder, services, screen)
        _show(services, verdicts, report[0], screen)
        if keep:
            kept = ", ".join(str(folder / name) for name in (FINDINGS, COVERAGE, AUDIT))
            screen.write(f"Left for you to read: {kept}\n")
    right = all(verdicts.by_port.get(placed.port) is placed.expected for placed in services)
    return right and result.coverage.complete and report[0].canary_bytes_sent == 0


@contextmanager
def _estate() -> Iterator[tuple[tuple[Placed, ...], list[Report]]]:
    """Run the servers for a block; their own report is in the list when it ends."""
    command = [sys.executable, "-m", "scanner.demo"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 - our own module
    report: list[Report] = []
    with process:
        try:
            yield msgspec.json.decode(_line(process.stdout), type=Placements).services, report
        finally:
            if process.stdin is not None:
                process.stdin.close()
            report.append(msgspec.json.decode(_line(process.stdout), type=Report))


def _line(stream: IO[bytes] | None) -> bytes:
    return stream.readline() if stream is not None else b""


def _scan(folder: Path, services: tuple[Placed, ...], screen: TextIO) -> tuple[Verdicts, Result]:
    """Walk a round over exactly these servers, through the same door as every other round."""
    scope, inventory = folder / "scope.toml", folder / "assets.csv"
    scope.write_text(_scope_text(services), encoding="utf-8")
    inventory.write_text(
        "address,owner,contact,site\n127.0.0.1,the demo,demo@example.invalid,here\n",
        encoding="utf-8",
    )
    prepared = prepare(Order(scope=scope, inventory=(str(inventory),)), now=utc_now())
    verdicts = Verdicts()
    table = Table(screen)
    sinks = (
        JsonLines.to(str(folder / FINDINGS), services=True),
        CoverageFile(str(folder / COVERAGE)),
        verdicts,
        table,
    )
    outputs = Outputs(
        sinks=sinks,
        history=folder / "history.sqlite",
        audit=folder / AUDIT,
        vantage="demo",
    )
    try:
        return verdicts, run(prepared, outputs, watch=lambda _: None)
    finally:
        for sink in sinks:
            sink.close()


def _scope_text(services: tuple[Placed, ...]) -> str:
    """Write the permission for the demo: one address, and the ports that the servers were given."""
    ports: dict[str, list[int]] = {}
    for placed in services:
        ports.setdefault(placed.probe, []).append(placed.port)
    today = utc_now().date()
    lines = [
        'name = "ronde demo"',
        'owner = "the demo"',
        'approver = "whoever started the demo"',
        'reference = "DEMO-1"',
        'contact = "demo@example.invalid"',
        f"valid_from = {today - timedelta(days=1)}",
        f"valid_until = {today + timedelta(days=1)}",
        'ranges = ["127.0.0.1"]',
        "max_addresses = 1",
        "[rates]",
        "connections_per_second = 100",
        "per_host_per_second = 100",
        "[extra_ports]",
        *(f"{probe} = {json.dumps(numbers)}" for probe, numbers in ports.items()),
    ]
    return "\n".join(lines) + "\n"


def _show(services: tuple[Placed, ...], verdicts: Verdicts, report: Report, screen: TextIO) -> None:
    """Say what stood there, what was said of it, and that no record was read."""
    screen.write("\nWhat stood there, and what the round said of it:\n")
    for placed in services:
        said = verdicts.by_port.get(placed.port)
        mark = "right" if said is placed.expected else f"WRONG, expected {placed.expected}"
        screen.write(f"  {said or 'nothing':10}  {placed.title} ({mark})\n")
    screen.write(
        f"\nEvery server held records with canary values: {report.canary_bytes_sent} bytes of "
        f"them were sent, in {sum(report.requests.values())} requests.\n"
    )
