"""The audit trail: what was sent to whom, when and from where, one JSON object a line.

It answers a clinical engineer's "did you touch my pump at 14:03?": what it does not list was not
done. It holds our own words and counts only, never a byte that a server said.
"""

import fcntl
import os
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Protocol

import msgspec
from msgspec.structs import replace

from scanner.model import Refused
from scanner.seal import NOTHING, last_line, seal_of

#: A size that no file has: where the chain ends must be looked up.
UNKNOWN = -1


class Act(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that the scanner did on the network.

    `act` is `ask`, `connect` (a data connection), `knock` (a connection to a canary port that says
    nothing) or, of the round itself, `round-begins`, `round-continues` and `round-ends`.
    `out` and `in` are bytes on the connection, TLS included; `seconds` is how long it took, no wait
    for our turn counted; `end` is `answered`, `cancelled` or the name of the silence. `chain` is
    the seal of the line before.
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
    chain: str = ""


class Auditor(Protocol):
    """Whoever keeps the trail."""

    def note(self, act: Act) -> None:
        """Keep one act."""


class AuditTrail:
    """A trail in a file, made so that only its owner can read it, and appended to line by line.

    Each line holds the SHA-256 of the line before it, whoever wrote that one: workers of a round,
    and threads, append to one file, each in its turn, and a later round goes on where the last one
    ended.

    Raises:
        Refused: the file cannot be opened for appending.
    """

    def __init__(self, path: Path) -> None:
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            raise _unwritable(path, error) from error
        self._path = path
        self._file = os.fdopen(descriptor, "ab", buffering=0)
        self._encoder = msgspec.json.Encoder()
        self._seal, self._size = NOTHING, 0
        self._one_at_a_time = threading.Lock()  # the kernel's lock parts processes only

    def note(self, act: Act) -> None:
        """Append one act; it is in the file when this returns.

        Raises:
            Refused: it is not: what cannot be accounted for must not go on.
        """
        try:
            with self._one_at_a_time, self._turn():
                line = self._encoder.encode(replace(act, chain=self._seal))
                self._append(line + b"\n")
                self._seal = seal_of(line)
        except OSError as error:
            self._size = UNKNOWN  # a part of the line may be in the file
            raise _unwritable(self._path, error) from error

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Keep other writers away, and know the line that is the last one now."""
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            now = os.fstat(self._file.fileno())
            if stat.S_ISREG(now.st_mode) and now.st_size != self._size:
                self._catch_up(now.st_size)
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def _catch_up(self, size: int) -> None:
        """Take up the chain where somebody else has left it; what he left unfinished is ended."""
        last, is_whole = last_line(self._file.fileno(), size)
        self._seal, self._size = seal_of(last), size
        if not is_whole:
            self._append(b"\n")

    def _append(self, data: bytes) -> None:
        whole = self._size
        try:
            while data:  # a disk that fills up takes the first part only
                written = self._file.write(data)
                self._size += written
                data = data[written:]
        except OSError:
            if whole < self._size:  # a part of a line would break the chain for good
                self._file.truncate(whole)
            raise


def sealed(path: Path) -> str:
    """Name a trail and the seal of its last line: noted elsewhere, it proves a cut later."""
    if not path.is_file():  # a pipe keeps no lines
        return str(path)
    with path.open("rb") as file:
        line, _ = last_line(file.fileno(), os.fstat(file.fileno()).st_size)
    return f"{path}, seal {seal_of(line)}"


def _unwritable(path: Path, error: OSError) -> Refused:
    return Refused(f"{path}: the audit trail cannot be written: {error.strerror}")


class NoTrail:
    """Keeps nothing: for `ronde plan`, and for tests that look elsewhere."""

    def note(self, act: Act) -> None:
        """Forget the act."""
