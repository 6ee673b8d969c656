"""What a round writes to, beside the history: opened and closed in order, whatever happens."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

from scanner.audit import Act, AuditTrail
from scanner.emit import Sink
from scanner.scope import Scope


def open_sinks(openers: Sequence[Callable[[], Sink]], open_files: ExitStack) -> list[Sink]:
    """Open the outputs in their order; they are closed in the same order, with the files.

    Raises:
        Unwritable: one cannot be opened. Those before it are closed.
    """
    sinks: list[Sink] = []
    open_files.callback(_close, sinks)
    for open_ in openers:
        sinks.append(open_())  # noqa: PERF401 - those before one that fails must be closed
    return sinks


def _close(sinks: Sequence[Sink]) -> None:
    """Close all, in their order, whatever one of them raises."""
    with ExitStack() as closing:
        for sink in reversed(sinks):
            closing.callback(sink.close)


@contextmanager
def audit_trail(
    path: Path, name: str, scope: Scope, *, resumed: bool, now: Callable[[], datetime]
) -> Iterator[AuditTrail]:
    """Keep the trail for a block, between one line that opens the round and one that ends it."""
    opens = "round-continues" if resumed else "round-begins"
    trail = AuditTrail(path)
    permission = f"{scope.name} ({scope.reference}), sha256 {scope.digest}"
    trail.note(Act(when=now(), round=name, act=opens, to=permission))
    try:
        yield trail
    finally:
        trail.note(Act(when=now(), round=name, act="round-ends", to=permission))
        trail.close()
