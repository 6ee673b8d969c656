"""Connects by the thousand: against another kernel, and against a peer that keeps to a script."""

import errno
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from ipaddress import ip_network
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from scanner.addresses import AddressSet
from scanner.course import Course
from scanner.scope import Rates, Scope
from scanner.sweep import ConnectSweep, Means, Observation, Pace, State, Tally, choose_sweep
from scanner.sweep.bulk import BulkSweep
from scanner.sweep.choose import WORTH_A_RING
from scanner.sweep.ring import Syscalls
from scanner.sweep.ringlink import ring_links, why_no_ring
from tests.sweep.syns import course
from tests.sweep.wires import (
    ACK,
    RST,
    SYN,
    Heard,
    Peer,
    Room,
    Rule,
    joined,
    listening,
    reset,
    syn_ack,
    tunnelled,
    unreachable,
    why_not,
)

pytestmark = [
    pytest.mark.skipif(bool(why_not()), reason=str(why_not())),
    pytest.mark.skipif(
        why_not() is None and why_no_ring(Syscalls()) is not None,
        reason="this kernel has no io_uring for us",
    ),
]

EVERYWHERE = AddressSet.of(map(ip_network, ("0.0.0.0/0", "::/0")))
HOST_UNREACHABLE = 1


def sweep(*, width: int = 512, attempts: int = 1, timeout: float = 1.0) -> BulkSweep:
    """Build a sweep by rings."""
    rates = Rates(
        connections_per_second=1e5, per_host_per_second=1e3, timeout=timeout, attempts=attempts
    )
    syscalls = Syscalls()
    return BulkSweep(
        pace=Pace(rates),
        links=lambda: ring_links(syscalls, width=width, timeout=timeout),
        allowed=EVERYWHERE,
        attempts=attempts,
        timeout=timeout,
    )


def swept(
    rule: Rule, one: BulkSweep, endpoints: Course, *, watched: bool = False
) -> tuple[Tally, dict[State, int], Peer]:
    """Sweep a scripted peer to the end; count by state what was reported."""
    seen: list[Observation] = []
    watch = frozenset(endpoints) if watched else frozenset()
    with tunnelled(rule) as (room, peer):
        tally = room.run(lambda: one.run(endpoints, seen.extend, watch=watch))
    states = [observation.state for observation in seen]
    return tally, {state: states.count(state) for state in set(states)}, peer


@pytest.fixture(scope="module")
def rooms() -> Iterator[tuple[Room, Room]]:
    """Join two kernels; the far one listens on port 9200 of every address of its networks."""
    with joined() as (here, there), there.run(listening, 9200):
        yield here, there


@pytest.mark.parametrize("network", ["198.18.4.0/24", "fd00:1::/120"])
def test_rings_say_what_sockets_say(rooms: tuple[Room, Room], network: str) -> None:
    """Open, closed and without a route: one truth, two ways to it."""
    mixed = course(network, "203.0.113.0/30", ports=(9200, 9201))
    rates = Rates(connections_per_second=1e5, per_host_per_second=1e3, timeout=1, attempts=1)
    sockets = ConnectSweep(pace=Pace(rates), width=64, timeout=1, attempts=1)
    told: list[set[Observation]] = []
    for one in (sweep(), sockets):
        seen: list[Observation] = []
        rooms[0].run(lambda: one.run(mixed, seen.extend, watch=frozenset(mixed)))  # noqa: B023 - called at once
        told.append(set(seen))

    assert told[0] == told[1]
    assert len(told[0]) == 520


def test_each_endpoint_gets_one_syn_and_no_reset_from_us() -> None:
    """A socket that was refused asks the next one anew; each of them has its own answer."""
    tally, _, peer = swept(lambda syn: [reset(syn)], sweep(), course("198.18.4.0/22"))

    assert tally.counts == {State.CLOSED: 1024}
    assert sorted(syn.address for syn in peer.syns) == sorted(
        address for address, _ in course("198.18.4.0/22")
    )
    assert peer.resets == []


def test_an_open_endpoint_is_left_with_a_fin() -> None:
    """SYN, the handshake's end, and a goodbye; not a byte of data."""
    tally, reported, peer = swept(lambda syn: [syn_ack(syn)], sweep(), course("198.18.4.7/32"))
    flags = [packet.flags for packet in peer.heard]

    assert (tally.counts, reported) == ({State.OPEN: 1}, {State.OPEN: 1})
    assert flags[:3] == [SYN, ACK, ACK | 1]
    assert not any(flag & RST for flag in flags)


def test_silence_is_tried_again_and_given_up_unnoticed() -> None:
    """Each attempt is a connect of its own, from a port of its own."""
    tally, _, peer = swept(
        lambda _: [], sweep(attempts=2, timeout=0.3), course("198.18.4.0/29"), watched=True
    )

    assert tally.counts == {State.FILTERED: 8}
    assert len({(syn.address, syn.sport) for syn in peer.syns}) == 16
    assert {packet.flags for packet in peer.heard} == {SYN}


def test_what_a_router_says_while_the_kernel_tries_on_is_remembered() -> None:
    """It is an answer as soon as it comes, or when patience ends; never a time-out."""
    tally, reported, _ = swept(
        lambda syn: [unreachable(syn, HOST_UNREACHABLE)],
        sweep(timeout=0.3),
        course("198.18.4.0/29", "fd00:1::/125"),
        watched=True,
    )

    assert tally.counts == {State.UNREACHABLE: 16}
    assert reported == {State.UNREACHABLE: 16}


def test_no_more_are_in_flight_than_there_is_room_for() -> None:
    """Silence takes all room; the others wait for it, and all of them have their turn."""
    begun: list[float] = []

    def rule(syn: Heard) -> list[bytes]:
        begun.append(syn.when)
        return []

    tally, _, _ = swept(rule, sweep(width=4, timeout=0.25), course("198.18.4.0/28"))
    first = [when for when in begun if when - begun[0] < 0.2]

    assert tally.counts == {State.FILTERED: 16}
    assert len(first) == 4


def test_every_endpoint_of_a_mixed_network_is_settled_once() -> None:
    """A thousand hosts: some open, some closed, some silent, by the last number of the address."""

    def rule(syn: Heard) -> list[bytes]:
        kind = int(syn.address.rpartition(".")[2]) % 4
        return [[syn_ack(syn)], [reset(syn)], [], [reset(syn)]][kind]

    tally, _, _ = swept(rule, sweep(timeout=0.5), course("198.18.4.0/22"))

    assert tally.counts == {State.OPEN: 256, State.CLOSED: 512, State.FILTERED: 256}


def test_told_to_stop_it_begins_nothing_more() -> None:
    """What is in flight is finished, and all that was drawn is accounted for."""
    stop = threading.Event()
    one = sweep()
    with tunnelled(lambda syn: [syn_ack(syn)]) as (room, peer):
        tally = room.run(lambda: one.run(course("198.18.0.0/16"), lambda _: stop.set(), stop=stop))

    assert tally.planned == sum(tally.counts.values()) < 65_536
    assert len(peer.syns) <= tally.planned


def test_no_descriptor_stays_open(rooms: tuple[Room, Room]) -> None:
    """Neither those of rings nor those of sockets, however it ended."""
    one = sweep(timeout=0.2)
    before = len(list(Path("/proc/self/fd").iterdir()))
    with suppress(RuntimeError):
        rooms[0].run(lambda: one.run(course("198.18.4.0/24"), failing))

    assert len(list(Path("/proc/self/fd").iterdir())) == before


def failing(_: Sequence[Observation]) -> None:
    """Fail to take a report."""
    raise RuntimeError


class Forbidden(Syscalls):
    """A kernel, or a container, that lets nobody have a ring."""

    def __call__(self, number: int, *arguments: int) -> int:  # noqa: ARG002 - a system call's words
        """Refuse."""
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))


def test_where_rings_are_forbidden_it_says_so() -> None:
    """The round then connects by sockets."""
    assert why_no_ring(Forbidden()) == "Operation not permitted"


@pytest.mark.parametrize(
    ("planned", "kind"), [(WORTH_A_RING - 1, ConnectSweep), (WORTH_A_RING, BulkSweep)]
)
def test_a_small_round_needs_no_rings(planned: int, kind: type[object]) -> None:
    """They cost a tenth of a second to load, which is what a thousand endpoints take."""
    rates = Rates(connections_per_second=1, per_host_per_second=1, timeout=1, attempts=1)
    with choose_sweep(
        Means.CONNECT,
        pace=Pace(rates),
        scope=cast("Scope", SimpleNamespace(rates=rates, allowed=AddressSet())),
        planned=planned,
        width=100,
        warn=print,
        drop=lambda: None,
    ) as one:
        assert type(one) is kind
