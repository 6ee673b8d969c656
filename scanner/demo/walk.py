"""`ronde demo`: starts the estate in a process of its own, walks it for real, compares."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import IO, TextIO

import msgspec

from scanner.addresses import AddressSet
from scanner.conversation import Limits
from scanner.course import Block
from scanner.demo.placed import Placed, Placements, Report
from scanner.emit.coverage import CoverageFile
from scanner.emit.jsonl import JsonLines
from scanner.emit.table import Table
from scanner.explain import asked, explained
from scanner.model import Access, Finding, Refused, ServiceSeen
from scanner.plan import Plan
from scanner.prepare import Order, prepare
from scanner.regulation import Language, Regulation
from scanner.rounds import Manner, Outputs, Result, run, utc_now

#: What a round leaves in the folder that is kept.
SCOPE, INVENTORY = "scope.toml", "assets.csv"
FINDINGS, COVERAGE, AUDIT = "findings.jsonl", "coverage.json", "audit.jsonl"
HISTORY, GRAVEST = "history.sqlite", "gravest.txt"

#: How the demo's scope begins, so that no other folder is ever taken for the demo's.
MARK = "# Written by `ronde demo`.\n"

#: The tarpit drips for ever and all servers share one address, so one waits for the other. Here
#: alone a conversation has two seconds instead of thirty; the others take milliseconds.
LIMITS = Limits(conversation=2.0)


class Verdicts:
    """Notes which access was reported for which port, and the gravest; a sink like the others."""

    def __init__(self) -> None:
        self.by_port: dict[int, Access] = {}
        self.gravest: Finding | None = None

    def finding(self, finding: Finding) -> None:
        """Note a finding, and which is the gravest."""
        self.by_port[finding.endpoint.port] = finding.access
        if self.gravest is None or finding.gravity < self.gravest.gravity:
            self.gravest = finding

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
        Refused: the folder to keep things in cannot be written, or holds something else.
        KeyboardInterrupt: it was interrupted.
    """
    with ExitStack() as stack:
        folder = keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ronde-")))
        _make_room(folder)
        with _estate() as (services, report):
            screen.write(f"{len(services)} servers are up on loopback; walking a round.\n\n")
            verdicts, result = _scan(folder, services, screen)
        if result.interrupted:
            raise KeyboardInterrupt
        _show(services, verdicts, report[0], screen)
        if verdicts.gravest:
            _explain(verdicts.gravest, folder, screen)
        if keep:
            kept = ", ".join(str(folder / name) for name in (FINDINGS, GRAVEST, COVERAGE, AUDIT))
            screen.write(f"Left for you to read: {kept}\n")
    right = all(verdicts.by_port.get(placed.port) is placed.expected for placed in services)
    return right and result.coverage.complete and report[0].canary_bytes_sent == 0


def _make_room(folder: Path) -> None:
    """Take away what an earlier demo left, and nothing else: a real history must not be lost."""
    scope = folder / SCOPE
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        ours = scope.is_file() and scope.read_text(encoding="utf-8").startswith(MARK)
        if not ours and any(folder.iterdir()):
            raise Refused(f"{folder}: is neither empty nor left by an earlier demo; name another")
        for name in (SCOPE, INVENTORY, FINDINGS, COVERAGE, AUDIT, HISTORY, GRAVEST):
            (folder / name).unlink(missing_ok=True)
        _write(scope, MARK)
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{folder}: cannot be used for the demo: {error}") from error


@contextmanager
def _estate() -> Iterator[tuple[tuple[Placed, ...], list[Report]]]:
    """Run the servers for a block; their own report is in the list when it ends."""
    command = [sys.executable, "-m", "scanner.demo"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 - our own module
    report: list[Report] = []
    with process:
        try:
            yield _placed(_line(process.stdout)), report
        finally:
            if process.stdin is not None:
                process.stdin.close()
            report.append(msgspec.json.decode(_line(process.stdout), type=Report))


def _placed(line: bytes) -> tuple[Placed, ...]:
    if not line:
        raise Refused("the demo's servers did not start; `python -m scanner.demo` says why")
    return msgspec.json.decode(line, type=Placements).services


def _line(stream: IO[bytes] | None) -> bytes:
    return stream.readline() if stream is not None else b""


def _scan(folder: Path, services: tuple[Placed, ...], screen: TextIO) -> tuple[Verdicts, Result]:
    """Walk a round over exactly these servers, through the same door as every other round."""
    scope, inventory = folder / SCOPE, folder / INVENTORY
    _write(scope, _scope_text(services))
    _write(inventory, "address,owner,contact,site\n127.0.0.1,the demo,demo@example.invalid,here\n")
    prepared = prepare(Order(scope=scope, inventory=(str(inventory),)), now=utc_now())
    verdicts = Verdicts()
    outputs = Outputs(
        sinks=(
            lambda: JsonLines.to(str(folder / FINDINGS), services=True),
            lambda: CoverageFile(str(folder / COVERAGE)),
            lambda: verdicts,
            lambda: Table(screen),
        ),
        history=folder / HISTORY,
        audit=folder / AUDIT,
        vantage="demo",
    )
    only_ours = replace(prepared, plan=_plan(services))
    return verdicts, run(only_ours, outputs, watch=lambda _: None, manner=Manner(limits=LIMITS))


def _plan(services: tuple[Placed, ...]) -> Plan:
    """Visit the estate only: what else listens on this machine did not ask for a demo."""
    ports = tuple(sorted(placed.port for placed in services))
    return Plan(blocks=(Block(AddressSet.of([IPv4Address("127.0.0.1")]), ports),))


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
        "max_open_ports = 1000",  # one address holds the whole estate
        "[rates]",
        "connections_per_second = 100",
        "per_host_per_second = 100",
        "[extra_ports]",
        *(f"{probe} = {json.dumps(numbers)}" for probe, numbers in ports.items()),
    ]
    return MARK + "\n".join(lines) + "\n"


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


def _explain(finding: Finding, folder: Path, screen: TextIO) -> None:
    """Say of the gravest why it is that, and what was seen in English and in French.

    The whole of it, with the questions for its owner, is left in a file.
    """
    regulation = Regulation.load()
    said = "".join(f"  {line}\n" if line else "\n" for line in explained(finding))
    summaries = (regulation.summary(finding, language) for language in Language)
    screen.write(f"\nThe gravest, as `ronde explain` shows it:\n{said}\n")
    screen.writelines(f"  {summary}\n\n" for summary in summaries)
    screen.write(f"  It asks its owner: {', '.join(finding.regulation)}\n")
    whole = (*explained(finding), *asked(finding, regulation, tuple(Language)))
    _write(folder / GRAVEST, "\n".join(whole) + "\n")


def _write(path: Path, text: str) -> None:
    """Write a file that is its owner's alone, whatever the umask, as those of a round are."""
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
