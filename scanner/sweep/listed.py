"""The sweep that others have made: their list of open endpoints, as far as it is in the plan."""

import threading
from collections.abc import Callable, Container, Iterable

from scanner.course import Target
from scanner.sweep.answer import Observation, State, Tally


class ListedSweep:
    """Reports the listed endpoints that are on the course, each once; sends nothing.

    What is listed but not on the course is dropped and counted as `outside`: it is in no scope,
    on no port of a probe, or on a device to be left alone. Only what is reported counts as
    planned; of all else nothing was observed.
    """

    def __init__(self, listed: Iterable[Target]) -> None:
        self._listed = listed

    def run(
        self,
        endpoints: Container[Target],
        report: Callable[[Observation], None],
        *,
        watch: frozenset[Target] = frozenset(),  # noqa: ARG002 - a list says nothing of the closed
        stop: threading.Event | None = None,
        tally: Tally | None = None,
    ) -> Tally:
        """Report what is listed and among the endpoints, which are a `Course`."""
        tally = tally or Tally()
        seen: set[Target] = set()
        for target in self._listed:
            if stop is not None and stop.is_set():
                break
            if target not in endpoints:
                tally.outside += 1
            elif target in seen:
                tally.repeats += 1
            else:
                seen.add(target)
                tally.planned += 1
                tally.counts[State.OPEN] += 1
                report(Observation(*target, State.OPEN))
        return tally
