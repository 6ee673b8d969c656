"""Where a round's results go: one file per format, all with the same four words."""

from typing import Protocol

from scanner.model import Coverage, Finding, Refused, ServiceSeen


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


__all__ = ["Sink", "Unwritable"]
