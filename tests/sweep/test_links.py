"""SYNs over whatever has a route: on-link, through tunnels, loopback."""

from subprocess import CalledProcessError

import pytest

from scanner.sweep import Observation, State
from tests.sweep.syns import course, run, sweep
from tests.sweep.wires import Room, ip, joined, listening, tunnelled_through, why_not

pytestmark = pytest.mark.skipif(why_not() is not None, reason=str(why_not()))


def test_neighbours_on_the_link_are_found_and_the_absent_are_unreachable() -> None:
    """The kernel asks who has an address; when nobody answers, it says so itself."""
    with joined() as (here, there):
        there.run(ip, "address", "add", "198.19.0.5/24", "dev", "far")
        here.run(ip, "ntable", "change", "name", "arp_cache", "dev", "near", "retrans", "50")
        with there.run(listening, 9200):
            tally = run(sweep(timeout=1), here, course("198.19.0.4/30", ports=(9200, 9201)))

    assert tally.counts == {State.OPEN: 1, State.CLOSED: 1, State.UNREACHABLE: 6}


@pytest.mark.parametrize(
    ("kind", "words"),
    [("vxlan", ("id", "5", "dstport", "4789")), ("ipip", ()), ("gre", ())],
    ids=["vxlan", "ipip", "gre"],
)
def test_hosts_behind_a_tunnel_are_found(kind: str, words: tuple[str, ...]) -> None:
    """The tunnel's own address is the source, and its headers are the kernel's."""
    try:
        with tunnelled_through(kind, *words) as here:
            tally = run(sweep(timeout=1), here, course("198.19.10.0/26", ports=(9200, 9201)))
    except CalledProcessError:
        pytest.skip(f"this kernel has no {kind}")

    assert tally.counts == {State.OPEN: 64, State.CLOSED: 64}


def test_loopback_is_a_link_like_others() -> None:
    """All of 127.0.0.0/8, and ::1."""
    room = Room()
    seen: list[Observation] = []
    try:
        with room.run(listening, 9200):
            tally = run(
                sweep(), room, course("127.0.0.0/28", "::1/128", ports=(9200, 1)), seen.extend
            )
    finally:
        room.close()

    assert tally.counts == {State.OPEN: 17, State.CLOSED: 17}
    assert {observation.port for observation in seen} == {9200}
