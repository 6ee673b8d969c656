"""Where the command line's results go: the outputs that were named, and the terminal, if any."""

import os
import sys
from collections.abc import Sequence
from errno import EACCES
from functools import partial
from pathlib import Path
from typing import TextIO

from scanner.emit import STDOUT, Sink, changes
from scanner.emit.atend import AtEnd
from scanner.emit.cluster import Cluster
from scanner.emit.coverage import CoverageFile
from scanner.emit.formats import Format, Target, renderer
from scanner.emit.jsonl import JsonLines
from scanner.emit.report import Report
from scanner.emit.table import Table
from scanner.emit.whole import write_whole
from scanner.inventory.read import Source
from scanner.model import Coverage, Refused
from scanner.options import default_history
from scanner.past import Past
from scanner.prepare import Order, resolve
from scanner.rounds import OpenSink
from scanner.store import Store


def named_targets(output: Sequence[str], *, quiet: bool = False) -> list[Target]:
    """Read what the user named; without a name it is standard output, unless people read that.

    A `quiet` round writes to what was named, and to nothing else.
    """
    default = () if quiet or sys.stdout.isatty() else (STDOUT,)
    return [Target.parse(text) for text in output or default]


def terminal_for_people(targets: Sequence[Target]) -> TextIO | None:
    """Find the terminal for table and progress: never where an output goes."""
    if sys.stderr.isatty():
        return sys.stderr
    taken = any(target.where == STDOUT for target in targets)
    return sys.stdout if sys.stdout.isatty() and not taken else None


def sinks_for_people(screen: TextIO | None, progress: Sink) -> list[OpenSink]:
    """Say what people at a terminal see: the bar is taken away before the table is printed."""
    return [] if screen is None else [lambda: progress, partial(Table, screen)]


def trail_beside(history: Path | str) -> Path:
    """Say where the audit trail is kept that nobody has named: beside the history's file."""
    file = history if isinstance(history, Path) else default_history()
    return file.with_suffix(".audit.jsonl")


def file_sinks(
    targets: Sequence[Target],
    coverage: str | None,
    *,
    services: bool,
    history: Path | str,
    quiet: bool = False,
) -> list[OpenSink]:
    """Say how to open every output that was named; `history` has what was before the round.

    A `quiet` round also tells people what it changed.

    Raises:
        Refused: a format needs a package that is not installed.
    """
    sinks = [_opener(target, services=services, history=history) for target in targets]
    if coverage is not None:
        sinks.append(partial(CoverageFile, coverage))
    if quiet:
        sinks.append(_changes_sink(targets, history))
    return sinks


def _opener(target: Target, *, services: bool, history: Path | str) -> OpenSink:
    if target.format is Format.JSONL:
        return partial(JsonLines.to, target.where, services=services)
    if target.format is Format.ELASTIC:
        _cluster_of(target)  # before the round: it may be no URL
        return partial(AtEnd, partial(deliver, target))
    renderer(target.format)  # before the round: what it needs may not be installed
    if target.format is Format.HTML:
        return partial(AtEnd, partial(deliver, target), partial(_told_before, history))
    return partial(AtEnd, partial(deliver, target))


def _changes_sink(targets: Sequence[Target], history: Path | str) -> OpenSink:
    """Say how to tell people what a round changed, if it did: never where an output goes."""
    taken = any(target.where == STDOUT for target in targets)
    stream = sys.stderr if taken else sys.stdout

    def tell(report: Report) -> None:
        for line in changes.lines(report):
            stream.write(f"{line}\n")

    return partial(AtEnd, tell, partial(_told_before, history))


def _told_before(history: Path | str, told: Coverage) -> Past:
    with Store.open(history) as store:
        return store.before(told)


def deliver(target: Target, report: Report) -> None:
    """Write a report to one target.

    Raises:
        Unwritable: it cannot be written; a document that was there before is still there.
    """
    if target.format is Format.ELASTIC:
        _ship(target, report)
    else:
        write_whole(target.where, renderer(target.format)(report))


def _cluster_of(target: Target) -> Cluster:
    return Cluster.parse(target.where, os.environ)


def _ship(target: Target, report: Report) -> None:
    from scanner.emit.elastic import ship  # noqa: PLC0415 - its client takes 1.5 s to load

    ship(_cluster_of(target), report, resolve=resolve)


def refuse_clashes(order: Order, written: Sequence[str], targets: Sequence[Target]) -> None:
    """Refuse to write over what is read, or to write twice to one file.

    Raises:
        Refused: a path has two uses.
    """
    lists = (Source.parse(text).path for text in order.inventory)
    read = (order.scope, *lists, *order.open_from)
    taken = {path.resolve() for path in read}
    for path in map(Path, (*(one.where for one in targets if one.is_file), *written)):
        place = path.resolve()
        if place in taken:
            raise Refused(f"{path}: has two uses in this command; nothing was written")
        if path.is_file() or not path.exists():  # a device or a pipe may be named twice
            taken.add(place)


def refuse_unwritable(written: Sequence[str], targets: Sequence[Target] = ()) -> None:
    """Refuse files that cannot be written, and leave them as they are.

    Raises:
        Refused: a directory, a missing folder, no permission.
    """
    places = [(text, False) for text in written]
    places += [(one.where, one.format is not Format.JSONL) for one in targets if one.is_file]
    for text, replaced in places:
        try:
            if text != STDOUT:
                _try_to_write(Path(text), replaced=replaced)
        except OSError as error:
            raise Refused(f"cannot write {text}: {error.strerror}; nothing was begun") from error


def _try_to_write(path: Path, *, replaced: bool) -> None:
    if not path.exists():
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        path.unlink()
    elif path.is_file() or path.is_dir():
        os.close(os.open(path, os.O_WRONLY | os.O_CLOEXEC))
    elif not os.access(path, os.W_OK):  # whoever reads a pipe would see it end
        raise _denied()
    if replaced and path.is_file() and not os.access(path.resolve().parent, os.W_OK):
        raise _denied()


def _denied() -> PermissionError:
    return PermissionError(EACCES, os.strerror(EACCES))
