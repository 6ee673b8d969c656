"""Logs for people and machines, on stderr; the last processor makes everything safe to print."""

import sys
from collections.abc import MutableMapping

import structlog

from scanner.plaintext import printable


def configure(*, level: int, as_json: bool) -> None:
    """Send events to stderr, as JSON lines or as text; called once, by the command line."""
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
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )


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
