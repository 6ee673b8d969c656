"""One round at a time on one history: a lock that dies with the process that holds it."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self, TypeAlias

from scanner.store.database import StoreRefused, path_of

#: A pid and a round's name; what is longer was not written by us.
MAX_HOLDER = 200

#: Is told who holds the lock, before it is waited for.
Waiting: TypeAlias = Callable[[str], None]


def hold(where: str | Path, wait: Waiting | None = None) -> "RoundLock":
    """Take the history at a path or URL for one round, whether or not it is there yet.

    `wait` for the one that has it, if it is there to be told of it.

    Raises:
        StoreRefused: another round has it, and nobody wants to wait; or it cannot be locked.
    """
    path = path_of(str(where))
    side_file = path.with_name(path.name + ".lock")
    try:
        return RoundLock(side_file, wait)
    except Held as error:
        raise StoreRefused(f"another round is using {path}: {error.holder}") from error
    except OSError as error:
        raise StoreRefused(f"cannot lock {side_file}: {error.strerror}") from error


class Held(Exception):
    """Another process holds the lock; `holder` is what it wrote about itself."""

    def __init__(self, holder: str) -> None:
        """Name the holder."""
        super().__init__(holder)
        self.holder = holder


class RoundLock:
    """An exclusive `flock` on a side file.

    The kernel drops it when the process ends, however it ends, so there is no stale lock to break.
    The file stays: removing it would let two processes lock two files of the same name.
    """

    def __init__(self, path: Path, wait: Waiting | None = None) -> None:
        """Take the lock; `wait` for it if another process has it.

        Raises:
            Held: another process has it, and nobody wants to wait.
            OSError: the file cannot be opened.
        """
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        self._file = os.open(path, flags, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(self._file, MAX_HOLDER, 0).decode("utf-8", "replace")
            if wait is None:
                self.release()
                raise Held(holder) from error
            self._wait(wait, holder)
        self.name("that begins")

    def name(self, round_name: str) -> None:
        """Write down who has the lock, and for which round."""
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"process {os.getpid()}, round {round_name}".encode(), 0)

    def _wait(self, wait: Waiting, holder: str) -> None:
        try:
            wait(holder)
            fcntl.flock(self._file, fcntl.LOCK_EX)
        except BaseException:  # an impatient user's interrupt among them
            self.release()
            raise

    def release(self) -> None:
        """Let go; calling it twice is harmless."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

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
