"""The audit trail: what was sent to whom, when and from where, one JSON object a line.

It answers a clinical engineer's "did you touch my pump at 14:03?": what it does not list was not
done. It holds our own words and counts only, never a byte that a server said.
"""

import os
from datetime import datetime
from pathlib import Path
from typing import Protocol

import msgspec

from scanner.model import Refused


class Act(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that the scanner did on the network.

    `act` is `ask`, `connect` (a data connection), `knock` (a connection to a canary port that says
    nothing) or, of the round itself, `round-begins`, `round-continues` and `round-ends`.
    `out` and `in` are bytes on the connection, TLS included; `seconds` is how long it took, no wait
    for our turn counted; `end` is `answered`, `cancelled` or the name of the silence.
    """

    when: datetime
    round: str
    act: str
    to: str
    source: str = msgspec.field(name="from", default="")
    ask: str = ""
    sent: int = msgspec.field(name="out", default=0)
    received: int = msgspec.field(name="in", default=0)
    seconds: float = 0.0
    end: str = ""


class Auditor(Protocol):
    """Whoever keeps the trail."""

    def note(self, act: Act) -> None:
        """Keep one act."""


class AuditTrail:
    """A trail in a file, made so that only its owner can read it, and appended to line by line.

    Raises:
        Refused: the file cannot be opened for appending.
    """

    def __init__(self, path: Path) -> None:
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            raise _unwritable(path, error) from error
        self._path = path
        self._file = os.fdopen(descriptor, "ab", buffering=0)
        self._encoder = msgspec.json.Encoder()

    def note(self, act: Act) -> None:
        """Append one act; it is in the file when this returns.

        Raises:
            Refused: it is not: what cannot be accounted for must not go on.
        """
        line = self._encoder.encode(act) + b"\n"
        try:
            while line:  # a disk that fills up takes the first part only
                line = line[self._file.write(line) :]
        except OSError as error:
            raise _unwritable(self._path, error) from error

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _unwritable(path: Path, error: OSError) -> Refused:
    return Refused(f"{path}: the audit trail cannot be written: {error.strerror}")


class NoTrail:
    """Keeps nothing: for `ronde plan`, and for tests that look elsewhere."""

    def note(self, act: Act) -> None:
        """Forget the act."""
