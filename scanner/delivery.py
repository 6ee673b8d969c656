"""Where the command line's results go: the outputs that were named, and the terminal, if any."""

import os
import sys
from collections.abc import Sequence
from errno import EACCES
from functools import partial
from pathlib import Path
from typing import TextIO

from scanner.emit.coverage import CoverageFile
from scanner.emit.jsonl import STDOUT, JsonLines
from scanner.inventory.read import Source
from scanner.model import Refused
from scanner.rounds import OpenSink, Order


def terminal_for_people(output: Sequence[str]) -> TextIO | None:
    """Find the terminal for table and progress: never where the JSON Lines go."""
    if sys.stderr.isatty():
        return sys.stderr
    return sys.stdout if sys.stdout.isatty() and STDOUT not in output else None


def file_sinks(output: Sequence[str], coverage: str | None, *, services: bool) -> list[OpenSink]:
    """Say how to open every output that was named."""
    sinks: list[OpenSink] = [partial(JsonLines.to, path, services=services) for path in output]
    if coverage is not None:
        sinks.append(partial(CoverageFile, coverage))
    return sinks


def refuse_clashes(order: Order, written: Sequence[str]) -> None:
    """Refuse to write over what is read, or to write twice to one file.

    Raises:
        Refused: a path has two uses.
    """
    lists = (Source.parse(text).path for text in order.inventory)
    read = (order.scope, *lists, *order.open_from)
    taken = {path.resolve() for path in read}
    for path in map(Path, written):
        place = path.resolve()
        if place in taken:
            raise Refused(f"{path}: has two uses in this command; nothing was written")
        if path.is_file() or not path.exists():  # a device or a pipe may be named twice
            taken.add(place)


def refuse_unwritable(written: Sequence[str]) -> None:
    """Refuse files that cannot be written, and leave them as they are.

    Raises:
        Refused: a directory, a missing folder, no permission.
    """
    for path in (Path(text) for text in written if text != STDOUT):
        try:
            _try_to_write(path)
        except OSError as error:
            raise Refused(f"cannot write {path}: {error.strerror}; nothing was begun") from error


def _try_to_write(path: Path) -> None:
    if not path.exists():
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        path.unlink()
    elif path.is_file() or path.is_dir():
        os.close(os.open(path, os.O_WRONLY | os.O_CLOEXEC))
    elif not os.access(path, os.W_OK):  # whoever reads a pipe would see it end
        raise PermissionError(EACCES, os.strerror(EACCES))
