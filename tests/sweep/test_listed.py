"""Another scanner's list in place of a sweep: what is planned and listed counts as open."""

import threading
from ipaddress import ip_network

from scanner.addresses import AddressSet
from scanner.course import Block, Course
from scanner.scope import Rates
from scanner.sweep import ListedSweep, Observation, Pace, State
from scanner.sweep.listed import LOT

COURSE = Course.over(Block(AddressSet.of([ip_network("192.0.2.0/31")]), (80, 443)), seed=0)
PACE = Pace(Rates(connections_per_second=1, per_host_per_second=1, timeout=1, attempts=1))


def test_each_endpoint_is_reported_open_and_costs_no_turn() -> None:
    """The pace has one a second; the list is through at once."""
    seen: list[Observation] = []
    tally = ListedSweep(PACE).run(COURSE, seen.extend)

    assert seen == [
        Observation("192.0.2.0", 80, State.OPEN),
        Observation("192.0.2.1", 80, State.OPEN),
        Observation("192.0.2.0", 443, State.OPEN),
        Observation("192.0.2.1", 443, State.OPEN),
    ]
    assert (tally.planned, tally.counts) == (4, {State.OPEN: 4})


def test_told_to_stop_it_reports_no_more() -> None:
    """After the first lot."""
    stop = threading.Event()
    long = Course.over(Block(AddressSet.of([ip_network("192.0.2.0/24")]), (80,)), seed=0)
    tally = ListedSweep(PACE).run(long, lambda _: stop.set(), stop=stop)

    assert tally.planned == LOT < 256


def test_while_paused_it_waits_and_a_stop_ends_the_wait() -> None:
    """Nothing is reported while the window is closed."""
    stop, pause = threading.Event(), threading.Event()
    pause.set()
    ending = threading.Timer(0.05, stop.set)
    ending.start()
    tally = ListedSweep(PACE).run(COURSE, lambda _: None, stop=stop, pause=pause)
    ending.join()

    assert tally.planned == 0
