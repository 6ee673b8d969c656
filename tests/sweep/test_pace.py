"""The pace: nobody is connected to before their turn, whichever thread asks."""

import math
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.scope import Rates
from scanner.sweep.bucket import FORGET_FROM
from scanner.sweep.pace import MAX_BACK_OFF, Pace


def pace(*, per_second: float = 1000, per_subnet: float = math.inf, per_host: float = 2) -> Pace:
    """Build a pace: by default one host may be connected to every half second."""
    return Pace(
        Rates(
            connections_per_second=per_second,
            per_subnet_per_second=per_subnet,
            per_host_per_second=per_host,
            timeout=3,
            attempts=2,
        )
    )


def granted(turns: Pace, arrivals: list[tuple[float, int]]) -> list[tuple[float, int]]:
    """Ask at each step's end for a host of two subnets; give when whom was let through."""
    now, through = 0.0, []
    for step, host in arrivals:
        now += step
        if turns.reserve(f"198.18.{host % 2}.{host}", now) == 0.0:
            through.append((now, host))
    return through


def most_in_a_second(times: list[float]) -> int:
    """Count the most that any second holds, wherever it begins."""
    return max((sum(0 <= later - at < 1 for later in times) for at in times), default=0)


def burst(per_second: float) -> float:
    """Give what one second may hold: the rate and 2 % of it, or one more where that is more."""
    return per_second + max(1.0, 0.02 * per_second) + 1e-6


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


ARRIVALS = st.lists(
    st.tuples(st.sampled_from([0.0, 0.0, 0.001, 0.01, 0.1, 0.7]), st.integers(0, 9)), max_size=300
)


@given(
    arrivals=ARRIVALS,
    per_second=st.floats(1, 200),
    per_subnet=st.floats(1, 200),
    per_host=st.floats(0.1, 100),
)
def test_no_second_holds_more_than_any_of_the_three_rates(
    arrivals: list[tuple[float, int]], per_second: float, per_subnet: float, per_host: float
) -> None:
    """Whatever the arrivals, wherever the second begins: of all, of a subnet, of a host."""
    turns = pace(per_second=per_second, per_subnet=per_subnet, per_host=per_host)
    through = granted(turns, arrivals)

    assert most_in_a_second([at for at, _ in through]) <= burst(per_second)
    assert most_in_a_second([at for at, host in through if host % 2]) <= burst(per_subnet)
    assert most_in_a_second([at for at, host in through if host == 3]) <= per_host + 1 + 1e-6


@given(
    arrivals=ARRIVALS,
    per_second=st.floats(40, 200),
    per_subnet=st.floats(40, 200),
    workers=st.integers(2, 4),
)
def test_several_that_keep_to_their_parts_keep_to_the_whole(
    arrivals: list[tuple[float, int]], per_second: float, per_subnet: float, workers: int
) -> None:
    """Any second holds the rate, and one more for each of them: that is a tenth of it at most."""
    crew = [
        pace(per_second=per_second, per_subnet=per_subnet, per_host=1e6) for _ in range(workers)
    ]
    for turns in crew:
        turns.keep_to(1 / workers, 1.0)
    through = [one for turns in crew for one in granted(turns, arrivals)]

    assert most_in_a_second([at for at, _ in through]) <= per_second + workers + 1e-6
    assert most_in_a_second([at for at, host in through if host % 2]) <= per_subnet + workers + 1e-6


def test_what_others_see_slows_us_and_is_counted_once() -> None:
    """The rate of all is halved, that of a subnet is not: it is not what is strained."""
    turns = pace(per_second=1000, per_subnet=20, per_host=1e6)
    turns.keep_to(0.5, 0.5)
    turns.keep_to(0.5, 0.5)
    times = [turns.reserve(f"192.0.{n}.1", 0.0) == 0.0 for n in range(50)]

    assert sum(times) == 10  # a fiftieth of a second's worth of 500
    assert turns.dry(0.0) == pytest.approx(1 / 250)
    assert turns.reserve("192.0.0.2", 1.0) == 0.0
    assert turns.reserve("192.0.0.3", 1.0) == pytest.approx(1 / 10)
    assert turns.slowed == 1


def test_a_part_that_grows_is_a_higher_rate_and_no_burst() -> None:
    """What the others had not used is not made up for."""
    turns = pace(per_second=10, per_host=1e6)
    turns.keep_to(0.5, 1.0)
    assert turns.reserve("192.0.2.1", 0.0) == 0.0
    assert turns.dry(0.0) == pytest.approx(0.2)
    turns.keep_to(1.0, 1.0)

    assert turns.dry(0.0) == pytest.approx(0.1)


@given(per_second=st.floats(100, 2000), step=st.floats(0.0001, 0.003))
def test_the_rate_is_reached_as_well_as_kept(per_second: float, step: float) -> None:
    """Who asks all the time gets two seconds' worth in two seconds, within 2 % and one."""
    turns = pace(per_second=1e6, per_subnet=per_second, per_host=1e6)
    times = [n * step for n in range(int(2 / step))]
    through = sum(turns.reserve("198.18.0.1", now) == 0.0 for now in times)

    assert through >= min(len(times), 2 * per_second * 0.98 - 1) * 0.98 - 1


def test_the_hosts_of_a_subnet_share_its_budget_and_the_next_subnet_has_its_own() -> None:
    """At ten a second for a /24, its second host waits a tenth of a second."""
    turns = pace(per_subnet=10)

    assert turns.reserve("192.0.2.1", 0.0) == 0.0
    assert turns.reserve("192.0.2.200", 0.0) == 0.1
    assert turns.reserve("192.0.3.1", 0.0) == 0.0


def test_an_ipv6_subnet_is_one_link() -> None:
    """Addresses that share 64 bits share the budget, however they are written."""
    turns = pace(per_subnet=10)

    assert turns.reserve("2001:db8::1", 0.0) == 0.0
    assert turns.reserve("2001:db8:0:0:ffff::1", 0.0) == 0.1
    assert turns.reserve("2001:db8:0:1::1", 0.0) == 0.0


def test_those_who_wait_for_one_subnet_are_told_different_moments() -> None:
    """Ten hosts that come at once are asked back one after the other, not all for one token."""
    turns = pace(per_subnet=10)
    turns.reserve("192.0.2.1", 0.0)
    waits = [turns.reserve(f"192.0.2.{n}", 0.0) for n in range(2, 6)]

    assert waits == [pytest.approx(wait) for wait in (0.1, 0.2, 0.3, 0.4)]


@given(
    per_second=st.floats(1, 1000),
    per_host=st.floats(0.1, 1000),
    now=st.floats(0, 1e6),
)
def test_the_wait_that_is_told_is_enough(per_second: float, per_host: float, now: float) -> None:
    """Who waits as long as told, once for each limit, gets the turn; rounding costs no more."""
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
    assert turns.remembered <= 4 * FORGET_FROM


def test_threads_share_the_budget_exactly() -> None:
    """Four threads that ask at one instant get what one would have got."""
    turns = pace(per_second=100_000)  # a burst of 2,000
    with ThreadPoolExecutor(4) as threads:
        waits = threads.map(lambda n: turns.reserve(f"host {n}", 1.0), range(4000))

    assert sum(wait == 0.0 for wait in waits) == 2000


def strained(turns: Pace) -> None:
    """Let fifty hosts answer on a port for a second, and fall silent in the next."""
    for n in range(100):
        turns.heard((f"198.18.0.{n % 50}", 80), 0.5, 0.51)
    for n in range(50):
        turns.missed((f"198.18.0.{n}", 80), 1.5, 4.5)
    turns.heard(("198.18.1.1", 80), 9.0, 9.01)


def test_strain_slows_everybody_and_is_told_once() -> None:
    """At half of ten a second, the next host of all waits a fifth of a second."""
    told: list[float] = []
    rates = Rates(connections_per_second=10, per_host_per_second=5, timeout=3, attempts=2)
    turns = Pace(rates, lambda change: told.append(change.share))
    strained(turns)
    turns.reserve("192.0.2.1", 9.01)

    assert told == [0.5]
    assert turns.slowed == 1
    assert turns.dry(9.01) == pytest.approx(0.2)


def test_turns_are_taken_by_the_lot_and_what_is_not_used_goes_back() -> None:
    """A lot has 10 ms of them at most; what is left of it is there for single turns."""
    turns = pace(per_second=1000)

    assert turns.take(1024, 0.0) == 10
    assert turns.take(1024, 0.0) == 0
    turns.give_back(5)
    assert turns.take(3, 0.0) == 3
    assert turns.take(1024, 0.005) == 7


def test_a_slow_pace_gives_lots_of_one() -> None:
    """Half of a burst would be less than a turn."""
    assert pace(per_second=2).take(1024, 0.0) == 1


def test_a_host_that_was_sent_to_with_a_turn_of_a_lot_rests() -> None:
    """A conversation with it waits out its spacing."""
    turns = pace(per_host=2)
    turns.note("192.0.2.1", 10.0)

    assert turns.reserve("192.0.2.1", 10.25) == 0.25
