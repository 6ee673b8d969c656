"""Walks whole rounds over servers of the lab with the real program, as a user would."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar
from zipfile import ZipFile, is_zipfile

import msgspec

from scanner.emit.formats import Format
from scanner.masking import Masking
from scanner.model import (
    COVERAGE_SCHEMA,
    FINDING_SCHEMA,
    SERVICE_SCHEMA,
    Coverage,
    Endpoint,
    Finding,
    ServiceSeen,
    Transport,
)
from tests.lab.servers.process import Running
from tests.lab.unsealed import Keys, key_log

RONDE = Path(sys.executable).with_name("ronde")
ROOT = Path(__file__).parents[2]

_PATIENCE = 60.0  # seconds for a round over the servers of one group; one takes about a second
#: The type of service that the scanner's packets carry, and nobody else's: 13, which no class of
#: traffic has taken [IANA], above the two bits that routers use.
MARK = 13 << 2
_MARKED = Path(__file__).parent / "marked"
_KEYS = "keys.log"

_OUTPUTS = ("findings.jsonl", "coverage.json", "audit.jsonl", "history.sqlite")

_CONSENT = """
[medical]
mode = "handshake"
approver = "whoever runs the tests"
[[medical.windows]]
from = "00:00"
until = "24:00"
"""

T = TypeVar("T", Finding, ServiceSeen, Coverage)


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """What one round said, and every byte that it left behind, its log included."""

    exit_code: int
    findings: tuple[Finding, ...]
    services: tuple[ServiceSeen, ...]
    coverage: Coverage
    asks: tuple[str, ...]
    left: Mapping[str, bytes] = field(repr=False)
    keys: Keys = field(repr=False)

    @property
    def lines(self) -> tuple[Finding | ServiceSeen, ...]:
        """Every line about an endpoint."""
        return *self.findings, *self.services

    def of(self, server: Running) -> Finding | ServiceSeen | None:
        """The one line about a server, if there is any."""
        endpoint = Endpoint(address=server.address, port=server.port, transport=server.transport)
        lines = [line for line in self.lines if line.endpoint == endpoint]
        assert len(lines) <= 1, lines
        return lines[0] if lines else None


def walk(
    folder: Path,
    *servers: Running,
    medical: bool = False,
    formats: Iterable[Format] = (),
    mask: Masking = Masking.PERSONAL,
) -> Walked:
    """Walk a round over these servers' ports and the probes' own; `folder` keeps the history.

    As `medical` devices they are called on with a consent, by their own probes alone. Findings are
    written in some more `formats`, and their names masked as the scope says.
    """
    (folder / "scope.toml").write_text(_scope(servers, mask) + (_CONSENT if medical else ""))
    (folder / "assets.csv").write_text(_inventory(servers, "medical" if medical else ""))
    chosen = [word for server in servers for word in ("--probe", server.probe) if medical]
    (folder / "audit.jsonl").unlink(missing_ok=True)
    done = subprocess.run(  # noqa: S603 - our own program, no shell
        # Twice verbose: what must not be in a log must not be in any log.
        [RONDE, "-vv", "scan", *_options(), *chosen, *_reports(formats)],
        cwd=folder,
        env=_environment(folder),
        check=False,
        capture_output=True,
        timeout=_PATIENCE,
    )
    printed = done.stdout + done.stderr
    written = {one.name: _read(one) for one in folder.glob("*") if one.name not in _given()}
    assert (folder / "coverage.json").exists(), printed.decode()
    lines = (folder / "findings.jsonl").read_bytes().splitlines()
    acts = (folder / "audit.jsonl").read_bytes().splitlines()
    return Walked(
        exit_code=done.returncode,
        findings=_decoded(lines, FINDING_SCHEMA, Finding),
        services=_decoded(lines, SERVICE_SCHEMA, ServiceSeen),
        coverage=_decoded(lines, COVERAGE_SCHEMA, Coverage)[-1],
        asks=tuple(ask for act in acts if (ask := json.loads(act).get("ask"))),
        left={"printed": printed, **written},
        keys=key_log(folder / _KEYS),
    )


def _environment(folder: Path) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("RONDE_")}
    # The scanner of this checkout, even where the program was installed from another one.
    path = f"{_MARKED}{os.pathsep}{ROOT}"
    return {**own, "PYTHONPATH": path, "LAB_MARK": str(MARK), "LAB_KEYS": str(folder / _KEYS)}


def _options() -> Sequence[str]:
    findings, coverage, audit, history = _OUTPUTS
    return (
        *("--scope", "scope.toml", "--inventory", "assets.csv"),
        *("--output", findings, "--services", "--coverage", coverage),
        *("--audit", audit, "--history", history, "--vantage", "the lab"),
        *("--clean-rounds", "1"),
    )


def _reports(formats: Iterable[Format]) -> Iterable[str]:
    return [word for form in formats for word in ("--output", f"{form}:report.{form}")]


def _read(file: Path) -> bytes:
    """Give what a file says; a workbook's parts as they are before they are packed."""
    if not is_zipfile(file):
        return file.read_bytes()
    with ZipFile(file) as packed:
        return b"\n".join(packed.read(name) for name in packed.namelist())


def _given() -> frozenset[str]:
    return frozenset({"scope.toml", "assets.csv", _KEYS})


def _scope(servers: Sequence[Running], mask: Masking) -> str:
    ports: dict[str, list[int]] = {}
    for server in servers:
        ports.setdefault(server.probe, []).append(server.port)
    addresses = sorted({server.address for server in servers})
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    return "\n".join(
        [
            'name = "the lab"',
            'owner = "whoever runs the tests"',
            'approver = "whoever runs the tests"',
            'reference = "LAB-1"',
            'contact = "lab@example.invalid"',
            f"valid_until = {tomorrow}",
            f"ranges = {json.dumps(addresses)}",
            f'mask_names = "{mask}"',
            f"udp = {json.dumps(any(server.transport is Transport.UDP for server in servers))}",
            *(["ftp_anonymous = true"] if "ftpanon" in ports else []),
            *(["dicom_find = true"] if "dicomfind" in ports else []),
            "[rates]",
            "connections_per_second = 1000",
            "per_host_per_second = 1000",
            "[extra_ports]",
            *(f"{probe} = {json.dumps(sorted(set(own)))}" for probe, own in ports.items()),
            "",
        ]
    )


def _inventory(servers: Sequence[Running], asset_class: str) -> str:
    addresses = sorted({server.address for server in servers})
    rows = [f"{address},radiology,{asset_class}\n" for address in addresses]
    return "".join(["address,owner,class\n", *rows])


def _decoded(lines: Sequence[bytes], schema: str, kind: type[T]) -> tuple[T, ...]:
    chosen = (line for line in lines if json.loads(line)["schema"] == schema)
    return tuple(msgspec.json.decode(line, type=kind) for line in chosen)
