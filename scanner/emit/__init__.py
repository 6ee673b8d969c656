"""Where a round's results go: one file per format, all with the same four words."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from scanner.model import Coverage, Finding, Refused, ServiceSeen

#: What a command line writes for "standard output".
STDOUT = "-"


class Unwritable(Refused):
    """An output cannot be written; the message names it. Its results are in the history."""


class Sink(Protocol):
    """A place that results go to, in the order in which they are made."""

    def finding(self, finding: Finding) -> None:
        """Take one finding, as it stands after this look at it."""

    def service(self, service: ServiceSeen) -> None:
        """Take one service that is no finding; a sink may have no room for those."""

    def coverage(self, coverage: Coverage) -> None:
        """Take what the round reached; nothing of the round follows."""

    def close(self) -> None:
        """Let go of the output. Without coverage before it, the round did not end."""


@contextmanager
def named(name: str) -> Iterator[None]:
    """Name the output in every error of the system.

    A closed pipe passes: it is the reader's choice, as in `ronde scan | head`, not a failure.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise Unwritable(f"cannot write {name}: {error.strerror or error}") from error


__all__ = ["STDOUT", "Sink", "Unwritable", "named"]
