"""What a document is made of: findings, worst first, and what the round reached."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import TypeAlias

import msgspec

from scanner.addresses import parse_address
from scanner.emit import named
from scanner.model import Coverage, Finding, Severity, Status
from scanner.past import NOTHING_BEFORE, Past
from scanner.plaintext import document

#: Some thousand findings; more of them wait on the disk.
MAX_IN_MEMORY = 16 * 1024 * 1024

#: The statuses of a finding that nobody has seen shut.
OPEN = frozenset(Status) - {Status.RESOLVED}


@dataclass(frozen=True, slots=True)
class Report:
    """Findings, which may be walked more than once; `coverage` is of one round, None of several.

    `past` is what the history knows of the rounds before; empty where nobody asked it.
    """

    findings: Iterable[Finding]
    coverage: Coverage | None = None
    past: Past = NOTHING_BEFORE


#: A format: pieces of the document, in order. It touches nothing but what it is handed.
Render: TypeAlias = Callable[[Report], Iterator[bytes]]


class Gathered:
    """Findings laid aside until the round ends, and then given worst first.

    Only their order is kept in memory: a round may find more than fits there.
    """

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(max_size=MAX_IN_MEMORY)  # noqa: SIM115 - closed by `close`
        self._places: list[tuple[tuple[int, int, int, int], int]] = []

    def add(self, finding: Finding) -> None:
        """Lay one aside.

        Raises:
            Unwritable: the disk for temporary files is full.
        """
        with named("the folder for temporary files"):
            self._places.append((_worst_first(finding), self._file.tell()))
            self._file.write(document(finding) + b"\n")

    def __iter__(self) -> Iterator[Finding]:
        """Give all, by severity, then by address and port. For when nothing more is added."""
        for _, offset in sorted(self._places):
            self._file.seek(offset)
            yield msgspec.json.decode(self._file.readline(), type=Finding)

    def close(self) -> None:
        """Forget them."""
        self._file.close()


def _worst_first(finding: Finding) -> tuple[int, int, int, int]:
    address = parse_address(finding.endpoint.address)
    severity = list(Severity).index(finding.severity)
    return severity, address.version, int(address), finding.endpoint.port
