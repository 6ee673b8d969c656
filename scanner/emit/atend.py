"""An output that is written once the round has ended, from all of it."""

from collections.abc import Callable

from scanner.emit.report import Gathered, Report
from scanner.model import Coverage, Finding, ServiceSeen
from scanner.past import NOTHING_BEFORE, Past


class AtEnd:
    """Gathers a round and writes it when it is closed; a round that did not end is not written.

    Only then, so that a disk that is full for this output keeps nothing from the others.
    """

    def __init__(
        self,
        write: Callable[[Report], None],
        before: Callable[[Coverage], Past] = lambda _: NOTHING_BEFORE,
    ) -> None:
        """Hand the whole of the round to `write`, which may raise `Unwritable`.

        `before` tells what the history knows of the rounds before it.
        """
        self._write = write
        self._before = before
        self._gathered = Gathered()
        self._coverage: Coverage | None = None

    def finding(self, finding: Finding) -> None:
        """Keep it for the end."""
        self._gathered.add(finding)

    def service(self, service: ServiceSeen) -> None:
        """Leave it out: a shut door is nothing to act on."""

    def coverage(self, coverage: Coverage) -> None:
        """Know that the round has ended."""
        self._coverage = coverage

    def close(self) -> None:
        """Write it, if the round has ended.

        Raises:
            Unwritable: it cannot be written; what was there before is still there.
        """
        try:
            if self._coverage is not None:
                past = self._before(self._coverage)
                self._write(Report(self._gathered, self._coverage, past))
        finally:
            self._gathered.close()
