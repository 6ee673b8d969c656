"""The sweep that others have made: each endpoint of a plan that was cut to their list is open."""

import threading
from collections.abc import Iterable
from itertools import islice

from scanner.course import Target
from scanner.sweep.answer import Observation, Report, State, Tally
from scanner.sweep.pace import Pace

#: Looking up this often notices that a window has opened or the round is stopped, in seconds.
GLANCE = 0.1

#: Endpoints that are reported together: few enough that a round which is stopped passes few by.
LOT = 16


class ListedSweep:
    """Reports every endpoint as open, at the speed at which reports are taken; sends nothing.

    `pace` is that of the conversations, which find out whether the list still holds.
    """

    def __init__(self, pace: Pace) -> None:
        self.pace = pace

    def run(  # noqa: PLR0913 - every sweep takes these
        self,
        endpoints: Iterable[Target],
        report: Report,
        *,
        watch: frozenset[Target] = frozenset(),  # noqa: ARG002 - a list says nothing of the closed
        stop: threading.Event | None = None,
        pause: threading.Event | None = None,
        tally: Tally | None = None,
    ) -> Tally:
        """Report the endpoints, a lot at a time."""
        tally = tally or Tally()
        stop, pause = stop or threading.Event(), pause or threading.Event()
        rest = iter(endpoints)
        while lot := [Observation(*target, State.OPEN) for target in islice(rest, LOT)]:
            while pause.is_set() and not stop.wait(GLANCE):
                pass
            if stop.is_set():
                break
            tally.planned += len(lot)
            for one in lot:
                tally.add((one.address, one.port), State.OPEN)
            report(lot)
        return tally
