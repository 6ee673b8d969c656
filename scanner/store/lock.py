"""One round at a time on one history: a lock that dies with the process that holds it."""

import fcntl
import os
from pathlib import Path

#: A pid and a round's name; what is longer was not written by us.
MAX_HOLDER = 200


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

    def __init__(self, path: Path, round_name: str) -> None:
        """Take the lock, and write down who has it.

        Raises:
            Held: another process has it.
            OSError: the file cannot be opened.
        """
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        self._file = os.open(path, flags, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(self._file, MAX_HOLDER, 0).decode("utf-8", "replace")
            self.release()
            raise Held(holder) from error
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"process {os.getpid()}, round {round_name}".encode(), 0)

    def release(self) -> None:
        """Let go; calling it twice is harmless."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
