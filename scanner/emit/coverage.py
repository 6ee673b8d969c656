"""The coverage of a round in a file of its own, for whoever watches the watchman."""

from pathlib import Path
from typing import BinaryIO

from scanner.emit import named
from scanner.emit.jsonl import opened
from scanner.model import Coverage, Finding, ServiceSeen
from scanner.plaintext import document


class CoverageFile:
    """One JSON object. The file is empty while the round is under way, or if it did not end."""

    def __init__(self, where: str) -> None:
        """Open the path, emptied, before the round starts.

        Raises:
            Unwritable: a directory, a missing folder, no permission.
        """
        self._name = where
        self._stream: BinaryIO = opened(Path(where))

    def finding(self, finding: Finding) -> None:
        """Leave it out."""

    def service(self, service: ServiceSeen) -> None:
        """Leave it out."""

    def coverage(self, coverage: Coverage) -> None:
        """Write what the round reached."""
        with named(self._name):
            self._stream.write(document(coverage) + b"\n")
            self._stream.flush()

    def close(self) -> None:
        """Close the file."""
        with named(self._name):
            self._stream.close()
