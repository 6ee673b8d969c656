"""What a round writes to, beside the history: opened and closed in order, whatever happens."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import ParamSpec

from scanner.audit import Act, AuditTrail
from scanner.emit import Sink, Unwritable
from scanner.model import Coverage, Finding, ServiceSeen
from scanner.scope import Scope

P = ParamSpec("P")


def open_sinks(openers: Sequence[Callable[[], Sink]], open_files: ExitStack) -> list[Sink]:
    """Open the outputs in their order; they are closed in the same order, with the files.

    Raises:
        Unwritable: one cannot be opened, those before it are closed; or, when the files are closed,
            some have failed meanwhile. The message names them all.
    """
    sinks: list[_Separate] = []
    open_files.push(partial(_close, sinks))
    for open_ in openers:
        sinks.append(_Separate(open_()))  # noqa: PERF401 - those before one that fails are closed
    return list(sinks)


class _Separate:
    """An output beside others: its failure keeps nothing from them, and ends no round.

    Nothing more is written to one that has failed; `failures` says why.
    """

    def __init__(self, sink: Sink) -> None:
        self.failures: list[str] = []
        self._sink = sink

    def finding(self, finding: Finding) -> None:
        self._try(self._sink.finding, finding)

    def service(self, service: ServiceSeen) -> None:
        self._try(self._sink.service, service)

    def coverage(self, coverage: Coverage) -> None:
        self._try(self._sink.coverage, coverage)

    def close(self) -> None:
        """Let go of it in any case; what that says of one that has failed is known."""
        if self.failures:
            with suppress(Unwritable):
                self._sink.close()
        else:
            self._try(self._sink.close)

    def _try(self, tell: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        if not self.failures:
            try:
                tell(*args, **kwargs)
            except Unwritable as failure:
                self.failures.append(str(failure))


def _close(sinks: Sequence[_Separate], _kind: object, error: object, _trace: object) -> None:
    """Close all, in their order, whatever one of them raises; then say which have failed.

    Unless something graver ends the round, which is then what is said.
    """
    with ExitStack() as closing:
        for sink in reversed(sinks):
            closing.callback(sink.close)
    failures = [failure for sink in sinks for failure in sink.failures]
    if failures and error is None:
        raise Unwritable("\n".join(failures))


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
