"""Not a packet of a plug-in that tries every way out leaves the scope: all of them are recorded."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests import runaway
from tests.ground import Ground, fresh_ground
from tests.lab.capture import Capture, capturing
from tests.lab.namespace import only_loopback
from tests.test_runaway import scanned

ground = fresh_ground

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not only_loopback(), reason="run it below tests/lab/namespace.py"),
]

#: For documentation, so nobody's [RFC 5737].
OUTSIDE = ("198.51.100.9", 9)

#: The port of DNS; where no name server is set, that of this machine is asked.
NAME_SERVER = 53

LOOPBACK = bytes([127, 0, 0, 1])


@contextmanager
def everything_is_near() -> Iterator[None]:
    """Lead whatever is sent to anywhere, a name server included, over the loopback we record."""
    subprocess.run(["ip", "route", "add", "default", "dev", "lo"], check=True)  # noqa: S607 - iproute2
    try:
        yield
    finally:
        subprocess.run(["ip", "route", "del", "default", "dev", "lo"], check=True)  # noqa: S607 - iproute2


def strays(seen: Capture) -> list[object]:
    """Give what went to or came from another address than the scope's, or a name server."""
    return [
        flow
        for flow in seen.flows
        if flow is None or {flow[0], flow[2]} != {LOOPBACK} or NAME_SERVER in {flow[1], flow[3]}
    ]


def test_no_packet_leaves_the_scope(ground: Ground) -> None:
    """Neither to an address outside, nor to a name server, nor by a raw socket."""
    with everything_is_near(), capturing() as seen:
        ran = scanned(ground, OUTSIDE)

    assert (ran.code, seen.dropped) == (2, 0)
    assert seen.carried(ran.port) > 0
    assert strays(seen) == []


@pytest.mark.parametrize("way", ["connect", "sendmsg", "connect to a name", "raw IP", "packets"])
def test_the_record_shows_a_packet_that_leaves(way: str) -> None:
    """Without a guard each of these is seen: the test above could fail."""
    with everything_is_near(), capturing() as seen:
        runaway.tried(runaway.WAYS[way], OUTSIDE)

    assert strays(seen) != []
