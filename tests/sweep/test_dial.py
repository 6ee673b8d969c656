"""Real sockets: both diallers tell open from closed, under the guard, and leave nothing open."""

import socket
import sys
from collections.abc import Callable, Iterator
from errno import ECONNREFUSED
from ipaddress import ip_address
from pathlib import Path
from resource import RLIMIT_NOFILE, getrlimit, setrlimit

import pytest

from scanner.addresses import AddressSet
from scanner.course import Target
from scanner.guard import Guard, OutOfScope
from scanner.scope import Rates
from scanner.sweep import ConnectSweep, Observation, Pace, State
from scanner.sweep.dial import PENDING, Dialler, SelectorDialler, best_dialler

RATES = Rates(connections_per_second=1e6, per_host_per_second=1e6, timeout=5, attempts=1)
DIALLERS = [best_dialler, SelectorDialler]


@pytest.fixture(params=["127.0.0.1", "::1"])
def address(request: pytest.FixtureRequest) -> str:
    """Give the loopback address of either family."""
    return str(request.param)


@pytest.fixture
def opened(address: str) -> Iterator[Target]:
    """Keep an endpoint that accepts."""
    with _bound(address) as listener:
        listener.listen(512)  # nobody accepts
        yield address, listener.getsockname()[1]


@pytest.fixture
def closed(address: str) -> Iterator[Target]:
    """Keep an endpoint that refuses: bound, so that nobody else listens there, and deaf."""
    with _bound(address) as deaf:
        yield address, deaf.getsockname()[1]


def sweep(dialler: Callable[[], Dialler], *, width: int = 64) -> ConnectSweep:
    """Build a sweep that touches loopback as fast as it can."""
    return ConnectSweep(
        pace=Pace(RATES), width=width, timeout=5, attempts=1, warn=print, dialler=dialler
    )


@pytest.mark.parametrize("dialler", DIALLERS)
def test_open_and_closed_are_told_apart(
    dialler: Callable[[], Dialler], opened: Target, closed: Target
) -> None:
    """Hundreds of times in turn: a socket that was refused before does not confuse the two."""
    seen: list[Observation] = []
    tally = sweep(dialler).run([opened, closed] * 200, seen.extend)

    assert tally.counts == {State.OPEN: 200, State.CLOSED: 200}
    assert set(seen) == {Observation(*opened, State.OPEN)}


@pytest.mark.parametrize("dialler", DIALLERS)
def test_the_service_sees_an_ordinary_end(dialler: Callable[[], Dialler]) -> None:
    """What was accepted ends with a FIN: the service reads an end-of-file and no reset."""
    with _bound("127.0.0.1") as listener:
        listener.listen()
        sweep(dialler).run([listener.getsockname()], print)
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.recv(1) == b""


@pytest.mark.parametrize("dialler", DIALLERS)
def test_the_guard_ends_the_sweep_and_no_socket_is_left(
    dialler: Callable[[], Dialler], closed: Target
) -> None:
    """An endpoint outside of the scope is not connected to, whatever the plan says."""
    guard = Guard(AddressSet.of([ip_address(closed[0])]))
    outside = ("127.9.9.9", closed[1])
    before = _descriptors()

    with pytest.raises(OutOfScope), guard.watching():
        sweep(dialler).run([closed, outside, closed], print)

    assert _descriptors() == before


@pytest.mark.parametrize("dialler", DIALLERS)
def test_no_socket_is_left_after_a_sweep(
    dialler: Callable[[], Dialler], opened: Target, closed: Target
) -> None:
    """Sockets that are kept for another use are closed in the end."""
    before = _descriptors()
    sweep(dialler).run([opened, closed] * 5, lambda _: None)

    assert _descriptors() == before


def test_half_of_the_descriptors_are_left_to_the_others() -> None:
    """A width beyond that is lowered, and the limit is named."""
    _, limit = getrlimit(RLIMIT_NOFILE)
    warnings: list[str] = []
    wide = ConnectSweep(pace=Pace(RATES), width=limit, timeout=5, attempts=1, warn=warnings.append)

    assert wide.run([], print).width == limit // 2
    assert len(warnings) == 1
    assert f"this process may open {limit} files" in warnings[0]


def test_a_low_soft_limit_is_raised_as_far_as_the_width_needs() -> None:
    """Shells hand out 1,024 descriptors for the sake of old programs; the hard limit counts."""
    before = getrlimit(RLIMIT_NOFILE)
    warnings: list[str] = []
    wide = ConnectSweep(pace=Pace(RATES), width=300, timeout=5, attempts=1, warn=warnings.append)
    setrlimit(RLIMIT_NOFILE, (512, before[1]))
    try:
        tally, raised = wide.run([], print), getrlimit(RLIMIT_NOFILE)
    finally:
        setrlimit(RLIMIT_NOFILE, before)

    assert (tally.width, warnings) == (300, [])
    assert raised == (600, before[1])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux defines a failed socket's state")
def test_a_refused_socket_is_used_again(closed: Target) -> None:
    """On Linux two hundred refusals, one after the other, take one socket."""
    dialler = best_dialler()
    used = {_refused(dialler, closed) for _ in range(200)}
    dialler.close()

    assert len(used) == 1


def _bound(address: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.bind((address, 0))
    except OSError as error:
        pytest.skip(f"no {address} here: {error}")
    return sock


def _refused(dialler: Dialler, target: Target) -> int:
    fd, code = dialler.begin(target)
    settled = dialler.settled(1, 1) if code in PENDING else []
    assert [dialler.land(fd, target) for fd in settled] == [ECONNREFUSED] * len(settled)
    return fd


def _descriptors() -> int:
    return len(list(Path("/dev/fd").iterdir()))
