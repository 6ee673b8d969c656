"""One round at a time on one history: a lock that dies with the process that holds it."""

import fcntl
import os
from abc import ABC, abstractmethod
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self, TypeAlias

from scanner.store.refusals import StoreRefused

#: A pid and a round's name; what is longer was not written by us.
MAX_HOLDER = 200

#: Is told who holds the lock, before it is waited for.
Waiting: TypeAlias = Callable[[str], None]


class Use(StrEnum):
    """What a history is held for; one use does not keep the other one waiting."""

    ROUND = "round"
    TICKETS = "sync of tickets"


class RoundLock(ABC):
    """A history that is held for one round, or for one sync of tickets."""

    @abstractmethod
    def name(self, round_name: str) -> None:
        """Write down which round has the history, for whoever is refused."""

    @abstractmethod
    def release(self) -> None:
        """Let go; calling it twice is harmless."""

    @abstractmethod
    def assure(self) -> None:
        """Make sure that the history is still held, before it is written to. From any thread.

        Raises:
            StoreRefused: it is not; another round may have it.
        """

    def __enter__(self) -> Self:
        """Hold the lock for a block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go, however the block ends."""
        self.release()


class FileLock(RoundLock):
    """An exclusive `flock` on a side file.

    The kernel drops it when the process ends, however it ends, so there is no stale lock to break.
    The file stays: removing it would let two processes lock two files of the same name.
    """

    def __init__(self, history: Path, wait: Waiting | None = None, use: Use = Use.ROUND) -> None:
        """Take the lock; `wait` for it if another process has it.

        Raises:
            StoreRefused: another process has it, and nobody wants to wait; or it cannot be locked.
        """
        self._use = use
        suffix = ".lock" if use is Use.ROUND else ".tickets.lock"
        side_file = history.with_name(history.name + suffix)
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            self._file = os.open(side_file, flags, 0o600)
        except OSError as error:
            raise StoreRefused(f"cannot lock {side_file}: {error.strerror}") from error
        try:
            self._take(history, wait)
        except BaseException:  # an impatient user's interrupt among them
            self.release()
            raise
        self.name("that begins")

    def name(self, round_name: str) -> None:
        """Write down who has the lock, and for which round."""
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"process {os.getpid()}, {self._use} {round_name}".encode(), 0)

    def release(self) -> None:
        """Let go; calling it twice is harmless."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def assure(self) -> None:
        """Do nothing: the kernel takes no such lock away."""

    def _take(self, history: Path, wait: Waiting | None) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(self._file, MAX_HOLDER, 0).decode("utf-8", "replace")
            if wait is None:
                raise StoreRefused(f"another {self._use} is using {history}: {holder}") from error
            wait(holder)
            fcntl.flock(self._file, fcntl.LOCK_EX)
