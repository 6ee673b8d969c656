"""How the tests of the SYN sweep sweep: from a room, with a short patience, under the guard."""

import math
import threading
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from ipaddress import ip_network

from scanner.addresses import AddressSet
from scanner.course import Block, Course, Target
from scanner.guard import Guard
from scanner.scope import Rates
from scanner.sweep import Observation, Pace, Tally
from scanner.sweep.answer import Report
from scanner.sweep.bulk import BulkSweep
from scanner.sweep.link import Link
from scanner.sweep.syn import links
from tests.sweep.wires import Peer, Room, Rule, Tap, tunnelled


def course(*networks: str, ports: tuple[int, ...] = (9200,)) -> Course:
    """Build a course over some networks."""
    return Course.over(Block(AddressSet.of(map(ip_network, networks)), ports), seed=1)


Build = Callable[[dict[int, Link]], BulkSweep]


def sweep(  # noqa: PLR0913 - a test names the one that matters
    *,
    allowed: str = "0.0.0.0/0",
    allowed6: str = "::/0",
    rate: float = 1e5,
    per_subnet: float = math.inf,
    per_host: float = 1000,
    attempts: int = 1,
    timeout: float = 1.0,
) -> Build:
    """Say how to build a sweep with a short patience, given raw sockets."""
    rates = Rates(
        connections_per_second=rate,
        per_subnet_per_second=per_subnet,
        per_host_per_second=per_host,
        timeout=timeout,
        attempts=attempts,
    )

    def build(links: dict[int, Link]) -> BulkSweep:
        return BulkSweep(
            pace=Pace(rates),
            links=lambda: nullcontext(links),
            allowed=AddressSet.of(map(ip_network, (allowed, allowed6))),
            attempts=attempts,
            timeout=timeout,
        )

    return build


@contextmanager
def built(build: Build, room: Room) -> Iterator[BulkSweep]:
    """Hold a sweep whose raw sockets are in a room."""
    with ExitStack() as sockets:
        yield build(room.run(sockets.enter_context, links()))


def run(
    build: Build, room: Room, endpoints: Iterable[Target], report: Report = lambda _: None
) -> Tally:
    """Sweep from a room to the end."""
    with built(build, room) as one:
        return room.run(lambda: one.run(endpoints, report))


def swept(
    rule: Rule,
    build: Build,
    course: Course,
    *,
    watch: frozenset[Target] = frozenset(),
    stop: threading.Event | None = None,
) -> tuple[Tally, list[Observation], Peer]:
    """Sweep a scripted peer to the end, under the guard."""
    seen: list[Observation] = []
    guard = Guard(AddressSet.of([*map(ip_network, ("198.18.0.0/16", "fd00:1::/64"))]))
    with tunnelled(rule) as (room, peer), built(build, room) as sweep, guard.watching():
        tally = room.run(lambda: sweep.run(course, seen.extend, watch=watch, stop=stop))
    return tally, seen, peer


def tapped(build: Build, endpoints: Course) -> list[tuple[float, str]]:
    """Sweep a silent peer to the end; give when each SYN went to whom."""
    with tunnelled(lambda _: []) as (room, _):
        tap = room.run(Tap, "wire")
        run(build, room, endpoints)
        return tap.syns()


def most_in_a_second(times: Iterable[float]) -> int:
    """Count what the fullest second holds, wherever it begins."""
    ordered = sorted(times)
    return max(bisect_left(ordered, at + 1) - place for place, at in enumerate(ordered))
