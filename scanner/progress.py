"""A progress bar on a terminal, and nothing anywhere else."""

from functools import partial
from typing import TextIO

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table

from scanner.model import Coverage, Finding, ServiceSeen
from scanner.pipeline import Walk
from scanner.sweep import State

WIDTH = 40


class Progress:
    """Follows a round on a terminal; without one it shows nothing, so a cron job's log is clean.

    It is a sink among the others, so that the bar is gone before the table is printed.
    """

    def __init__(self, terminal: TextIO | None) -> None:
        self._terminal = terminal
        self._live: Live | None = None

    def follow(self, round_: Walk) -> None:
        """Show a round from now on; its numbers are read where they stand, never asked for."""
        if self._terminal is not None:
            self._live = Live(
                get_renderable=partial(picture, round_),
                console=Console(file=self._terminal),
                refresh_per_second=4,
                transient=True,
            )
            self._live.start()

    def finding(self, finding: Finding) -> None:
        """Leave it to the next look at the numbers."""

    def service(self, service: ServiceSeen) -> None:
        """Leave it to the next look at the numbers."""

    def coverage(self, coverage: Coverage) -> None:  # noqa: ARG002 - a sink's word
        """Take the bar away."""
        self.close()

    def close(self) -> None:
        """Take the bar away, if it still stands."""
        if self._live is not None:
            self._live.stop()
            self._live = None


def picture(round_: Walk) -> Table:
    """Draw the bar and the numbers beside it, as they stand."""
    total = round_.account.total()
    done, planned = sum(total.states.values()), round_.plan.planned
    picture = Table.grid(padding=(0, 1))
    picture.add_row(
        ProgressBar(total=planned, completed=done, width=WIDTH),
        f"{done:,} of {planned:,} endpoints, {total.states.get(State.OPEN, 0):,} open, "
        f"{total.asks:,} asks, {sum(total.findings.values()):,} findings",
    )
    return picture
