"""A document that is there whole or not at all: written beside its place, and renamed."""

import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from stat import S_IMODE
from tempfile import mkstemp

from scanner.emit import STDOUT, named


def write_whole(where: str, pieces: Iterable[bytes]) -> None:
    """Write a document in place of the one before; a new file is its owner's alone.

    An existing file keeps its mode: whoever widened it had a reason.

    Raises:
        Unwritable: a full disk, a directory, no permission; the file before is still there.
    """
    path = Path(where)
    with named("standard output" if where == STDOUT else where):
        if where == STDOUT:
            sys.stdout.buffer.writelines(pieces)
            sys.stdout.buffer.flush()
        # A device or a pipe, which nothing can replace. `/dev/stdout` as it stands: what it leads
        # to is a pipe that has no path.
        elif path.exists() and not path.is_file():
            with path.open("wb") as stream:
                stream.writelines(pieces)
        else:
            _replace(path.resolve(), pieces)  # what a link leads to is replaced, not the link


def _replace(path: Path, pieces: Iterable[bytes]) -> None:
    descriptor, beside = mkstemp(prefix=".ronde-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.writelines(pieces)
            stream.flush()
            if path.exists():
                os.fchmod(descriptor, S_IMODE(path.stat().st_mode))
            os.fsync(descriptor)
        Path(beside).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(beside).unlink()
        raise
