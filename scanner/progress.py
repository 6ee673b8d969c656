"""A progress bar on a terminal, and nothing anywhere else."""

from functools import partial
from types import TracebackType
from typing import Self, TextIO

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table

from scanner.pipeline import Walk
from scanner.sweep import State

WIDTH = 40


class Progress:
    """Follows a round on a stream, if it is a terminal; a cron job's log stays clean."""

    def __init__(self, stream: TextIO, *, shown: bool) -> None:
        self._stream = stream if shown and stream.isatty() else None
        self._live: Live | None = None

    def follow(self, round_: Walk) -> None:
        """Show a round from now on; its numbers are read where they stand, never asked for."""
        if self._stream is not None:
            self._live = Live(
                get_renderable=partial(_picture, round_),
                console=Console(file=self._stream),
                refresh_per_second=4,
                transient=True,
            )
            self._live.start()

    def __enter__(self) -> Self:
        """Show what is followed, until the block ends."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take the bar away."""
        if self._live is not None:
            self._live.stop()


def _picture(round_: Walk) -> Table:
    counts, findings = round_.tally.counts, round_.ledger.counts.findings
    done, planned = sum(counts.values()), round_.plan.planned
    picture = Table.grid(padding=(0, 1))
    picture.add_row(
        ProgressBar(total=planned, completed=done, width=WIDTH),
        f"{done:,} of {planned:,} endpoints, {counts[State.OPEN]:,} open, "
        f"{round_.gate.traffic.asks:,} asks, {sum(findings.values()):,} findings",
    )
    return picture
