"""The connect sweep against scripted networks: every endpoint gets one true answer."""

import threading
from collections.abc import Iterator, Sequence
from errno import ECONNREFUSED, EHOSTUNREACH, EMFILE, ENOTCONN

import pytest

from scanner.course import Target
from scanner.scope import Rates
from scanner.sweep import ConnectSweep, Observation, Pace, State, Tally
from scanner.sweep.connect import WAITING_PER_FLIGHT
from tests.sweep.network import SILENCE, Hourly, Network

A, B, C = ("192.0.2.1", 80), ("192.0.2.2", 80), ("192.0.2.3", 80)


def sweep(
    network: Network,
    *,
    width: int = 8,
    attempts: int = 1,
    per_host: float = 1000,
    warnings: list[str] | None = None,
) -> ConnectSweep:
    """Build a sweep of a scripted network; an attempt times out after two of its seconds."""
    rates = Rates(
        connections_per_second=1e6, per_host_per_second=per_host, timeout=2, attempts=attempts
    )
    said = [] if warnings is None else warnings
    return ConnectSweep(
        pace=Pace(rates),
        width=width,
        timeout=2,
        attempts=attempts,
        clock=network.clock,
        warn=said.append,
        dialler=lambda: network,
    )


def hosts(count: int) -> list[Target]:
    """Name one endpoint on each of some hosts."""
    return [(f"198.18.{n // 256}.{n % 256}", 80) for n in range(count)]


class TestAnswers:
    """Open, closed, filtered, unreachable: told apart, counted, reported where wanted."""

    def test_each_answer_is_counted_under_its_name(self) -> None:
        """Four sorts of answer and one of our own troubles, each in its place."""
        network = Network({A: [0], B: [SILENCE], C: [EHOSTUNREACH], ("192.0.2.4", 80): [ENOTCONN]})
        tally = sweep(network).run([A, B, C, ("192.0.2.4", 80), ("192.0.2.5", 80)], print)

        assert tally.planned == 5
        assert tally.counts == {
            State.OPEN: 1,
            State.FILTERED: 1,
            State.UNREACHABLE: 1,
            State.ERROR: 1,
            State.CLOSED: 1,
        }

    def test_only_the_open_and_the_watched_are_reported(self) -> None:
        """A closed endpoint is reported if it has an open finding, and only then."""
        seen: list[Observation] = []
        sweep(Network({A: [0]})).run([A, B, C], seen.extend, watch=frozenset({C}))

        assert seen == [Observation(*A, State.OPEN), Observation(*C, State.CLOSED)]

    def test_a_silent_endpoint_is_tried_again(self) -> None:
        """The second attempt may find it open; it is then open and nothing else."""
        network = Network({A: [SILENCE, 0]})
        seen: list[Observation] = []
        tally = sweep(network, attempts=2).run([A], seen.extend)

        assert seen == [Observation(*A, State.OPEN)]
        assert tally.counts == {State.OPEN: 1}
        assert network.begun == [(0.0, A), (pytest.approx(2.0), A)]

    def test_an_endpoint_that_never_answers_gets_its_attempts_and_no_more(self) -> None:
        """Three attempts, then filtered."""
        network = Network({A: [SILENCE]})
        tally = sweep(network, attempts=3).run([A], print)

        assert [target for _, target in network.begun] == [A, A, A]
        assert tally.counts == {State.FILTERED: 1}

    @pytest.mark.parametrize("code", [EHOSTUNREACH, ECONNREFUSED])
    def test_an_answer_is_not_asked_for_twice(self, code: int) -> None:
        """Refused or unreachable is an answer, whoever gave it."""
        network = Network({A: [code]})
        sweep(network, attempts=3).run([A], print)

        assert len(network.begun) == 1


class TestPoliteness:
    """One connection per host, spaced, and slower where a host shows strain."""

    def test_a_host_has_one_connection_at_a_time(self) -> None:
        """Twenty ports of one host are visited one after the other, in their order."""
        network = Network({("192.0.2.1", port): [SILENCE] for port in range(20)})
        tally = sweep(network).run([("192.0.2.1", port) for port in range(20)], print)

        assert network.most_per_host == 1
        assert [port for _, (_, port) in network.begun] == list(range(20))
        assert tally.counts == {State.FILTERED: 20}

    def test_the_spacing_of_a_host_is_kept_while_others_go_on(self) -> None:
        """Two connections a second to the one host; the other one is not held up."""
        network = Network()
        sweep(network, per_host=2).run([A, ("192.0.2.1", 81), ("192.0.2.1", 82), B], print)

        assert network.begun == [
            (0.0, A),
            (0.0, B),
            (pytest.approx(0.5), ("192.0.2.1", 81)),
            (pytest.approx(1.0), ("192.0.2.1", 82)),
        ]

    def test_a_host_that_answered_and_falls_silent_is_given_more_rest(self) -> None:
        """After an answer and a time-out, the spacing of four seconds is eight."""
        network = Network({("192.0.2.1", 81): [SILENCE]})
        slow = sweep(network, per_host=0.25)
        slow.run([A, ("192.0.2.1", 81), ("192.0.2.1", 82)], print)

        assert [when for when, _ in network.begun] == pytest.approx([0.0, 4.0, 12.0])

    def test_a_host_that_never_answered_is_absent_and_not_strained(self) -> None:
        """Its time-outs cost no more than its ordinary spacing."""
        network = Network({("192.0.2.1", port): [SILENCE] for port in (80, 81, 82)})
        sweep(network, per_host=0.25).run([("192.0.2.1", port) for port in (80, 81, 82)], print)

        assert [when for when, _ in network.begun] == pytest.approx([0.0, 4.0, 8.0])

    def test_the_width_is_never_exceeded(self) -> None:
        """Five hundred silent hosts, eight at a time."""
        network = Network({target: [SILENCE] for target in hosts(500)})
        tally = sweep(network, width=8).run(hosts(500), print)

        assert network.most_flying == 8
        assert tally.counts == {State.FILTERED: 500}

    def test_the_plan_is_drawn_only_as_far_as_there_is_room(self) -> None:
        """A busy host's endpoints wait in a bounded line, and the plan waits behind them."""
        tally = Tally()
        furthest = []

        def endpoints() -> Iterator[Target]:
            for port in range(1, 1000):
                furthest.append(port - sum(tally.counts.values()))
                yield ("192.0.2.1", port)

        sweep(Network(), width=4).run(endpoints(), print, tally=tally)

        assert tally.counts == {State.CLOSED: 999}
        assert max(furthest) <= 4 * WAITING_PER_FLIGHT + 2


class TestReporting:
    """The reporter may be slow; nothing is lost or misjudged by that."""

    def test_an_answer_that_came_while_the_reporter_was_slow_still_counts(self) -> None:
        """A minute of silence on our side is no time-out on theirs."""
        network = Network({A: [0], B: [SILENCE], C: [0]})
        seen: list[Observation] = []

        def slowly(told: Sequence[Observation]) -> None:
            seen.extend(told)
            network.now += 60
            network.flying = {fd: (target, 0) for fd, (target, _) in network.flying.items()}

        sweep(network).run([A, B, C], slowly)

        assert seen == [
            Observation(*A, State.OPEN),
            Observation(*C, State.OPEN),
            Observation(*B, State.OPEN),
        ]

    def test_no_answered_connection_is_held_while_the_reporter_is_slow(self) -> None:
        """The service has its socket back before the report begins."""
        network = Network({target: [0] for target in (A, B, C)})
        held: list[int] = []
        sweep(network).run([A, B, C], lambda _: held.append(len(network.flying)))

        assert held == [0]

    def test_whatever_the_reporter_raises_ends_the_sweep_and_closes_all(self) -> None:
        """An error of ours leaves no socket behind."""
        network = Network({A: [0], B: [SILENCE]})

        def broken(_: Sequence[Observation]) -> None:
            raise RuntimeError("disk full")

        with pytest.raises(RuntimeError, match="disk full"):
            sweep(network).run([A, B], broken)

        assert network.closed


class TestStopping:
    """Told to stop, the sweep finishes what is in flight and accounts for the rest."""

    def test_what_is_in_flight_is_finished_and_who_waits_is_counted(self) -> None:
        """Of a busy host's five endpoints one is in flight: it ends, the others are `stopped`."""
        stop = threading.Event()
        network = Network({A: [0], **{("192.0.2.9", port): [SILENCE] for port in range(5)}})
        endpoints = [A, *[("192.0.2.9", port) for port in range(5)]]
        tally = sweep(network).run(endpoints, lambda _: stop.set(), stop=stop)

        assert tally.counts == {State.OPEN: 1, State.FILTERED: 1, State.STOPPED: 4}
        assert tally.planned == 6

    def test_a_retry_is_not_begun_any_more(self) -> None:
        """An endpoint that was silent once has no verdict yet, so it was stopped."""
        stop = threading.Event()
        network = Network({A: [0], B: [SILENCE]})
        tally = sweep(network, attempts=2).run([A, B], lambda _: stop.set(), stop=stop)

        assert tally.counts == {State.OPEN: 1, State.STOPPED: 1}

    def test_a_sweep_that_is_stopped_beforehand_touches_nothing(self) -> None:
        """Not one endpoint is drawn."""
        stop = threading.Event()
        stop.set()
        network = Network()

        assert sweep(network).run([A], print, stop=stop).planned == 0
        assert network.begun == []


class TestOwnMeans:
    """Descriptors and ports run out: narrower, said aloud, nothing lost."""

    def test_a_shortage_halves_the_width_and_costs_no_endpoint(self) -> None:
        """The endpoint that got no socket is visited a little later."""
        warnings: list[str] = []
        network = Network(raises={5: OSError(EMFILE, "too many open files")})
        tally = sweep(network, warnings=warnings).run(hosts(20), print)

        assert tally.counts == {State.CLOSED: 20}
        assert tally.width == 4
        assert len(warnings) == 1
        assert warnings[0].endswith("goes on with 4 connections in flight instead of 8")

    def test_a_shortage_that_never_ends_ends_the_round(self) -> None:
        """With nothing in flight it costs attempts, and the endpoint is an error, not closed."""
        network = Network(raises=dict.fromkeys(range(1, 9), OSError(EMFILE, "none left")))
        tally = sweep(network, attempts=2).run([A], print)

        assert tally.counts == {State.ERROR: 1}


class TestPausing:
    """While it is told to pause, the sweep begins nothing; then it goes on as if nothing was."""

    def test_nothing_begins_during_a_pause_and_nothing_is_lost(self) -> None:
        """The window closes on the first answer and opens an hour later: all are visited."""
        pause = threading.Event()
        network = Hourly({A: [0], **{target: [0] for target in hosts(3)}}, pause=pause)
        tally = sweep(network, width=1).run([A, *hosts(3)], network.close_window, pause=pause)

        assert tally.counts == {State.OPEN: 4}
        assert [when for when, _ in network.begun] == [0.0, *[pytest.approx(3600, abs=1)] * 3]

    def test_what_is_in_flight_is_judged_during_the_pause(self) -> None:
        """A connection that nobody answers times out in its own time; its retry waits."""
        pause = threading.Event()
        network = Hourly({A: [0], B: [SILENCE, 0]}, pause=pause)
        tally = sweep(network, attempts=2).run([A, B], network.close_window, pause=pause)

        assert tally.counts == {State.OPEN: 2}
        assert [when for when, _ in network.begun] == [0.0, 0.0, pytest.approx(3600, abs=1)]

    def test_a_paused_sweep_can_be_stopped(self) -> None:
        """The permission ends while the window is closed: who waits is counted as stopped."""
        pause, stop = threading.Event(), threading.Event()

        def end(_: Sequence[Observation]) -> None:
            pause.set()
            stop.set()

        tally = sweep(Network({A: [0]}), width=1).run([A, B], end, pause=pause, stop=stop)

        assert (tally.planned, +tally.counts) == (1, {State.OPEN: 1})
