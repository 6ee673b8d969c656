"""What goes wrong under a SYN sweep has a state or a message, and no endpoint is lost."""

import socket
import threading
import time
from collections.abc import Sequence

import pytest

from scanner.sweep import Observation, State
from scanner.sweep.syn import Link4
from tests.sweep.syns import built, course, run, sweep
from tests.sweep.wires import Heard, reset, syn_ack, tunnelled, why_not

pytestmark = pytest.mark.skipif(why_not() is not None, reason=str(why_not()))


def test_an_interface_that_goes_down_leaves_the_rest_unreachable() -> None:
    """What had been answered stays; each of the others is accounted for."""
    seen = []

    def rule(syn: Heard) -> list[bytes]:
        seen.append(syn)
        if len(seen) == 100:
            room.beside("ip", "link", "set", "wire", "down")
        return [reset(syn)] if len(seen) < 100 else []

    with tunnelled(rule) as (room, _):
        tally = run(sweep(rate=500), room, course("198.18.4.0/23"))

    assert tally.planned == sum(tally.counts.values()) == 512
    assert tally.counts[State.CLOSED] == 99
    assert tally.counts[State.UNREACHABLE] > 300


def test_a_clock_that_leaps_ahead_costs_repeats_and_no_endpoint() -> None:
    """What is under way then seems late; it is asked again, and answers."""
    readings = iter(range(1 << 30))

    def leaping() -> float:
        return time.monotonic() + (3600 if next(readings) > 40 else 0)

    with (
        tunnelled(lambda syn: [syn_ack(syn)]) as (room, _),
        built(sweep(rate=2000, attempts=3), room) as one,
    ):
        one.clock = leaping
        tally = room.run(lambda: one.run(course("198.18.4.0/24"), lambda _: None))

    assert tally.counts == {State.OPEN: 256}


def test_answers_that_found_no_room_are_asked_for_again() -> None:
    """Whoever takes the reports is slow, and the kernel keeps a handful of answers meanwhile."""
    told: list[str] = []
    with (
        tunnelled(lambda syn: [syn_ack(syn)]) as (room, _),
        built(sweep(timeout=0.2), room) as one,
        one.links() as links,
    ):
        link = links[4]
        assert isinstance(link, Link4)
        link._tcp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 14)  # noqa: SLF001 - the way to a small one
        one.warn = told.append
        tally = room.run(lambda: one.run(course("198.18.4.0/24"), slow))

    assert tally.counts == {State.OPEN: 256}
    assert "answers found no room" in told[0]


def slow(_: Sequence[Observation]) -> None:
    """Take a report slowly."""
    time.sleep(0.002)


def test_strays_are_said_once_the_sweep_is_over() -> None:
    """Somebody answers what he was never asked; it is dropped, counted and told."""
    told: list[str] = []
    with (
        tunnelled(lambda syn: [syn_ack(syn, off=7)]) as (room, _),
        built(sweep(), room) as one,
    ):
        one.warn = told.append
        room.run(lambda: one.run(course("198.18.4.0/28"), lambda _: None))

    assert told == ["16 answers to nothing that was asked were dropped"]


def test_nothing_is_sent_while_the_window_is_closed() -> None:
    """The sweep goes on as soon as it is open, with what it had not begun."""
    pause = threading.Event()
    pause.set()
    with tunnelled(lambda syn: [reset(syn)]) as (room, peer), built(sweep(), room) as one:
        opening = threading.Timer(0.3, pause.clear)
        opening.start()
        begun = time.monotonic()
        tally = room.run(lambda: one.run(course("198.18.4.0/28"), lambda _: None, pause=pause))
        opening.join()

    assert tally.counts == {State.CLOSED: 16}
    assert min(syn.when for syn in peer.syns) - begun > 0.25


@pytest.mark.slow
def test_hosts_that_fall_silent_slow_the_sweep_down() -> None:
    """Each has answered on the first port; on the second one, two in three suddenly do not."""
    answered = []

    def rule(syn: Heard) -> list[bytes]:
        answered.append(syn)
        strained = 1024 + 600 < len(answered) < 2048
        return [reset(syn)] if not strained or len(answered) % 3 == 0 else []

    build = sweep(rate=512, per_host=100, timeout=0.3)
    with tunnelled(rule) as (room, _), built(build, room) as one:
        room.run(lambda: one.run(course("198.18.4.0/22", ports=(80, 81, 82)), lambda _: None))

    assert one.pace.slowed >= 1
