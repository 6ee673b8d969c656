"""JSON Lines: one published object a line, handed to the system as soon as it is made."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from scanner.emit import STDOUT, named
from scanner.emit.report import Report
from scanner.model import Coverage, Finding, ServiceSeen
from scanner.plaintext import document


class JsonLines:
    """A stream of findings that survives a crash of the round line by line.

    It is not written beside and renamed: a file that appears only at the end would lose with the
    round what a team could already act on. A file without a coverage object at its end is the
    sign of a round that did not end.
    """

    def __init__(
        self, stream: BinaryIO, name: str, *, services: bool = False, owned: bool = False
    ) -> None:
        """Write to an open stream that errors call `name`; an `owned` one is closed at the end.

        `services` asks for the services that are no findings too.
        """
        self._stream = stream
        self._name = name
        self._services = services
        self._owned = owned

    @classmethod
    def to(cls, where: str, *, services: bool = False) -> "JsonLines":
        """Open a path, emptied, or standard output for `-`; a new file is its owner's alone.

        An existing file keeps its mode: whoever widened it had a reason.

        Raises:
            Unwritable: a directory, a missing folder, no permission.
        """
        if where == STDOUT:
            return cls(sys.stdout.buffer, "standard output", services=services)
        return cls(opened(Path(where)), where, services=services, owned=True)

    def finding(self, finding: Finding) -> None:
        """Write one finding."""
        self.write(finding)

    def service(self, service: ServiceSeen) -> None:
        """Write one service, if those were asked for."""
        if self._services:
            self.write(service)

    def coverage(self, coverage: Coverage) -> None:
        """Write the coverage, which ends the round."""
        self.write(coverage)

    def close(self) -> None:
        """Close the file; standard output belongs to the process and stays open."""
        if self._owned:
            with named(self._name):
                self._stream.close()

    def write(self, value: msgspec.Struct) -> None:
        """Write one object, whichever it is."""
        with named(self._name):
            line = memoryview(document(value) + b"\n")
            while line:
                line = line[self._stream.write(line) :]
            self._stream.flush()


def render(report: Report) -> Iterator[bytes]:
    """Write a round that is over: its findings, and the coverage that ends it, if it ended."""
    for finding in report.findings:
        yield document(finding) + b"\n"
    if report.coverage is not None:
        yield document(report.coverage) + b"\n"


def opened(path: Path) -> BinaryIO:
    """Open an output, emptied; a new file is its owner's alone."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
    with named(str(path)):
        # Unbuffered: a line that failed leaves nothing behind for `close` to fail on again.
        return os.fdopen(os.open(path, flags, 0o600), "wb", buffering=0)
