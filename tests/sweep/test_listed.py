"""Another scanner's list in place of a sweep: only what is on the course counts."""

import threading
from ipaddress import ip_network

from scanner.addresses import AddressSet
from scanner.course import Block, Course
from scanner.sweep import ListedSweep, Observation, State

COURSE = Course((Block(AddressSet.of([ip_network("192.0.2.0/24")]), (80, 443)),), seed=1)


def test_what_is_listed_and_planned_is_reported_once() -> None:
    """The list says open; a repeated line says nothing new."""
    seen: list[Observation] = []
    listed = [("192.0.2.1", 80), ("192.0.2.1", 80), ("192.0.2.9", 443)]
    tally = ListedSweep(listed).run(COURSE, seen.append)

    assert seen == [
        Observation("192.0.2.1", 80, State.OPEN),
        Observation("192.0.2.9", 443, State.OPEN),
    ]
    assert (tally.planned, tally.counts, tally.repeats) == (2, {State.OPEN: 2}, 1)


def test_what_is_outside_the_plan_is_dropped_and_counted() -> None:
    """An address out of scope, and a port that no probe claims."""
    seen: list[Observation] = []
    listed = [("198.51.100.1", 80), ("192.0.2.1", 9100), ("::ffff:192.0.2.1", 81)]
    tally = ListedSweep(listed).run(COURSE, seen.append)

    assert (seen, tally.planned, tally.outside) == ([], 0, 3)


def test_told_to_stop_it_reports_no_more() -> None:
    """After the first."""
    stop = threading.Event()
    listed = [("192.0.2.1", 80), ("192.0.2.2", 80)]
    tally = ListedSweep(listed).run(COURSE, lambda _: stop.set(), stop=stop)

    assert tally.planned == 1
