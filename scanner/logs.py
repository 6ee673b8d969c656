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
            safe_to_print,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def safe_to_print(
    _logger: object, _method: str, event: MutableMapping[str, object]
) -> MutableMapping[str, object]:
    """Escape every text of an event, and turn every other object into escaped text."""
    for key, value in event.items():
        if isinstance(value, bool | int | float) or value is None:
            continue
        event[key] = printable(str(value))
    return event
