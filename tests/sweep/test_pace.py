"""The pace: nobody is connected to before their turn, whichever thread asks."""

from concurrent.futures import ThreadPoolExecutor

from hypothesis import given
from hypothesis import strategies as st

from scanner.scope import Rates
from scanner.sweep.pace import FORGET_FROM, MAX_BACK_OFF, Pace


def pace(*, per_second: float = 1000, per_host: float = 2) -> Pace:
    """Build a pace: by default one host may be connected to every half second."""
    return Pace(
        Rates(
            connections_per_second=per_second, per_host_per_second=per_host, timeout=3, attempts=2
        )
    )


def asks_until_turn(turns: Pace, host: str, now: float) -> int:
    """Wait as told until the turn comes; give how often that took asking."""
    asks = 1
    while wait := turns.reserve(host, now):
        now += wait
        asks += 1
    return asks


def test_a_host_waits_out_its_spacing_and_others_do_not() -> None:
    """The second connection to a host waits; another host goes at once."""
    turns = pace()

    assert turns.reserve("192.0.2.1", 10.0) == 0.0
    assert turns.reserve("192.0.2.1", 10.25) == 0.25
    assert turns.reserve("192.0.2.2", 10.25) == 0.0
    assert turns.reserve("192.0.2.1", 10.5) == 0.0


def test_a_refused_turn_costs_nothing() -> None:
    """Asking too early pushes nobody's turn back."""
    turns = pace()
    turns.reserve("192.0.2.1", 10.0)
    turns.reserve("192.0.2.1", 10.49)

    assert turns.reserve("192.0.2.1", 10.5) == 0.0


def test_all_hosts_share_one_budget() -> None:
    """At ten a second, the second host of all waits a tenth of a second."""
    turns = pace(per_second=10)

    assert turns.reserve("192.0.2.1", 0.0) == 0.0
    assert turns.dry(0.0) == 0.1
    assert turns.reserve("192.0.2.2", 0.0) == 0.1
    assert turns.reserve("192.0.2.2", 0.1) == 0.0


@given(
    per_second=st.floats(1, 5000),
    steps=st.lists(st.floats(0, 0.5), min_size=1, max_size=60),
)
def test_no_second_holds_more_than_the_rate(per_second: float, steps: list[float]) -> None:
    """Whenever the asker comes, two seconds hold at most two seconds' worth and the burst."""
    turns = pace(per_second=per_second)
    now, granted = 0.0, 0
    for step in steps:
        now = min(2.0, now + step)
        while turns.reserve(f"host {granted}", now) == 0.0:
            granted += 1

    assert granted <= now * per_second + max(1.0, 0.02 * per_second) + 1e-6


@given(
    per_second=st.floats(1, 1000),
    per_host=st.floats(0.1, 1000),
    now=st.floats(0, 1e6),
)
def test_the_wait_that_is_told_is_enough(per_second: float, per_host: float, now: float) -> None:
    """Who waits as long as told, once for each limit, gets the turn; rounding costs no third."""
    turns = pace(per_second=per_second, per_host=per_host)
    turns.reserve("192.0.2.1", now)

    assert asks_until_turn(turns, "192.0.2.1", now) <= 3


def test_a_strained_host_gets_twice_the_rest_up_to_a_cap() -> None:
    """Each slow-down doubles the spacing; it never exceeds its cap."""
    turns = pace()
    turns.reserve("192.0.2.1", 0.0)
    turns.slow_down("192.0.2.1")

    assert turns.reserve("192.0.2.1", 0.0) == 1.0

    turns.slow_down("192.0.2.1")
    turns.slow_down("192.0.2.1")
    turns.slow_down("192.0.2.1")

    assert turns.reserve("192.0.2.1", 0.0) == 0.5 * MAX_BACK_OFF


def test_an_answer_gives_half_of_the_rest_back() -> None:
    """Two answers undo two slow-downs; a third changes nothing."""
    turns = pace()
    turns.reserve("192.0.2.1", 0.0)
    turns.slow_down("192.0.2.1")
    turns.slow_down("192.0.2.1")
    turns.ease("192.0.2.1")

    assert turns.reserve("192.0.2.1", 0.0) == 1.0

    turns.ease("192.0.2.1")
    turns.ease("192.0.2.1")

    assert turns.reserve("192.0.2.1", 0.0) == 0.5


def test_rested_hosts_are_forgotten() -> None:
    """A hundred thousand hosts, one a millisecond, leave no more behind than can still matter."""
    turns = pace(per_second=2000)
    waits = {turns.reserve(f"host {n}", n / 1000) for n in range(100_000)}

    assert waits == {0.0}
    assert turns.remembered <= 2 * FORGET_FROM


def test_threads_share_the_budget_exactly() -> None:
    """Four threads that ask at one instant get what one would have got."""
    turns = pace(per_second=100_000)  # a burst of 2,000
    with ThreadPoolExecutor(4) as threads:
        waits = threads.map(lambda n: turns.reserve(f"host {n}", 1.0), range(4000))

    assert sum(wait == 0.0 for wait in waits) == 2000


def test_turns_are_taken_by_the_lot_and_what_is_not_used_goes_back() -> None:
    """The bucket holds 20 ms of them; the lot and single turns share it."""
    turns = pace(per_second=1000)

    assert turns.take(1024, 0.0) == 20
    assert turns.take(1024, 0.0) == 0
    turns.give_back(5)
    assert turns.take(3, 0.0) == 3
    assert turns.take(1024, 0.01) == 12


def test_a_host_that_was_sent_to_with_a_turn_of_a_lot_rests() -> None:
    """A conversation with it waits out its spacing."""
    turns = pace(per_host=2)
    turns.note("192.0.2.1", 10.0)

    assert turns.reserve("192.0.2.1", 10.25) == 0.25
