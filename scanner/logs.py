"""Logs for people and machines; the last processor makes everything safe to print."""

import os
import sys
from collections.abc import MutableMapping
from dataclasses import dataclass
from pathlib import Path

import structlog

from scanner.model import Refused
from scanner.plaintext import printable


def configure(*, level: int, as_json: bool, file: Path | None = None) -> None:
    """Send events to stderr or to a file, as JSON lines or as text.

    Called once, by the command line.

    Raises:
        Refused: the file cannot be written.
    """
    log = None if file is None else LogFile(file)
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False, pad_event_to=20)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            without_traceback,
            safe_to_print,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        # Looked up for each event: while a progress bar stands, lines go above it.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr) if log is None else log,
        cache_logger_on_first_use=False,
    )


@dataclass(frozen=True, slots=True)
class LogFile:
    """Appends each event to a file that is opened for it: it may be renamed at any time.

    So its rotation takes no signal and no copy. A disk that is full ends no round: what cannot be
    written goes to stderr.

    Raises:
        Refused: the file cannot be written from the beginning.
    """

    path: Path

    def __post_init__(self) -> None:
        """Find out before a round begins."""
        try:
            self._append("")
        except OSError as error:
            raise Refused(
                f"cannot write {self.path}: {error.strerror}; nothing was begun"
            ) from error

    def msg(self, event: str) -> None:
        """Write a line."""
        try:
            self._append(f"{event}\n")
        except OSError:
            sys.stderr.write(f"{event}\n")

    debug = info = warning = error = critical = msg

    def _append(self, text: str) -> None:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        with os.fdopen(os.open(self.path, flags, 0o600), "a", encoding="utf-8") as file:
            file.write(text)


def without_traceback(
    _logger: object, _method: str, event: MutableMapping[str, object]
) -> MutableMapping[str, object]:
    """Keep of an exception its type: its message and its locals may hold what a peer said."""
    failure = event.pop("exc_info", None)
    event.pop("stack_info", None)
    if failure:
        event.setdefault("error", _kind(failure))
    return event


def safe_to_print(
    _logger: object, _method: str, event: MutableMapping[str, object]
) -> MutableMapping[str, object]:
    """Escape every text of an event, and turn every other object into escaped text."""
    for key, value in event.items():
        if isinstance(value, bool | int | float) or value is None:
            continue
        event[key] = printable(str(value))
    return event


def _kind(failure: object) -> str | None:
    """Name the type of an exception, in any form that `exc_info` takes."""
    match failure:
        case BaseException():
            return type(failure).__name__
        case (type() as kind, *_):
            return kind.__name__
        case _:
            current = sys.exc_info()[0]
            return None if current is None else current.__name__
