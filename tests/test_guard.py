"""The guard stops whatever tries to leave the scope, by whichever way, and cannot be talked out."""

import asyncio
import ctypes
import gc
import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import anyio
import elasticsearch
import httpx
import pymongo
import pytest
import trio

from scanner.addresses import AddressSet
from scanner.guard import MAX_VIOLATIONS, Guard, OutOfScope, refuse_blind_loop
from scanner.model import Refused

#: A scope that holds nothing of this machine.
ELSEWHERE = AddressSet.of([ip_network("192.0.2.0/24")])
LOOPBACK = AddressSet.of([ip_network("127.0.0.1/32"), ip_network("::1/128")])

Attempt = Callable[[int], object]


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A server of ours that nobody may reach."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        yield server


def port_of(listener: socket.socket) -> int:
    """The port that it listens on."""
    port: int = listener.getsockname()[1]
    return port


def connect(address: Any, family: int = socket.AF_INET) -> None:
    """Connect to a socket address, and close."""
    with socket.socket(family) as connecting:
        connecting.settimeout(1)
        connecting.connect(address)


def connect_ex(port: int) -> None:
    """Connect by the call that returns its error."""
    with socket.socket() as connecting:
        connecting.connect_ex(("127.0.0.1", port))


def sendto(port: int) -> None:
    """Send a datagram."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
        sending.sendto(b"x", ("127.0.0.1", port))


def sendmsg(port: int) -> None:
    """Send a datagram by the call for several buffers."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
        sending.sendmsg([b"x"], [], 0, ("127.0.0.1", port))


NETWORK: dict[str, Attempt] = {
    "connect": lambda port: connect(("127.0.0.1", port)),
    "connect_ex": connect_ex,
    "sendto": sendto,
    "sendmsg": sendmsg,
}
NAMES: dict[str, Attempt] = {
    "connect to a name": lambda port: connect(("localhost", port)),
    "getaddrinfo": lambda port: socket.getaddrinfo("localhost", port),
    "getaddrinfo of bytes": lambda port: socket.getaddrinfo(b"localhost", port),
    "gethostbyname": lambda _port: socket.gethostbyname("localhost"),
    "gethostbyname_ex": lambda _port: socket.gethostbyname_ex("localhost"),
    "gethostbyaddr": lambda _port: socket.gethostbyaddr("127.0.0.1"),
    "getnameinfo": lambda port: socket.getnameinfo(("127.0.0.1", port), 0),
}
PROCESSES: dict[str, Attempt] = {
    "subprocess": lambda _port: subprocess.run(["true"], check=False),  # noqa: S607 - never runs
    "os.system": lambda _port: os.system("true"),  # noqa: S605, S607 - never runs
    "os.popen": lambda _port: os.popen("true"),  # noqa: S605, S607 - never runs
    "os.posix_spawn": lambda _port: os.posix_spawn("/bin/true", ["true"], {}),
    "os.fork": lambda _port: os.fork(),
    "os.execv": lambda _port: os.execv("/bin/true", ["true"]),  # noqa: S606 - never runs
    "dlopen": lambda _port: ctypes.CDLL(None),
    "dlsym": lambda _port: ctypes.PyDLL.__getitem__(ctypes.pythonapi, "connect"),
}


@pytest.mark.parametrize("attempt", [*NETWORK, *NAMES, *PROCESSES])
def test_whatever_would_leave_the_scope_is_vetoed(attempt: str, listener: socket.socket) -> None:
    """It raises at once, it is recorded, and nothing arrives."""
    guard = Guard(ELSEWHERE)
    try_it = {**NETWORK, **NAMES, **PROCESSES}[attempt]
    with pytest.raises(OutOfScope), guard.watching(), pytest.raises(OutOfScope):
        try_it(port_of(listener))
    assert len(guard.violations) == 1
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_one_command_may_be_started_and_no_other() -> None:
    """Word by word, and by no other way: a worker has a guard of its own."""
    guard = Guard(ELSEWHERE, starts=("true", "one"))
    with guard.watching():
        subprocess.run(["true", "one"], check=True)  # noqa: S607 - any will do
    with pytest.raises(OutOfScope), guard.watching():
        subprocess.run(["true", "two"], check=True)  # noqa: S607 - never runs
    with pytest.raises(OutOfScope), guard.watching():
        subprocess.run("true one", shell=True, check=True)  # noqa: S602, S607 - never runs
    assert guard.violations == ["subprocess.Popen during a round"] * 2


def test_a_sub_interpreter_is_vetoed() -> None:
    """It would have no hook, whatever it connects to."""
    interpreters = pytest.importorskip("_xxsubinterpreters", reason="not where Python 3.13 has it")
    with pytest.raises(OutOfScope), Guard(ELSEWHERE).watching():
        interpreters.create()


def veto_swallowed(port: int) -> bool:
    """Try to connect as a driver does that retries in silence; tell whether it was vetoed."""
    try:
        connect(("127.0.0.1", port))
    except OutOfScope:
        return True
    return False


def test_a_swallowed_veto_ends_the_block_all_the_same(listener: socket.socket) -> None:
    """What was tried is not hidden by whoever tried it, and the end of the block names it."""
    named = f"'127.0.0.1':{port_of(listener)}"
    with pytest.raises(OutOfScope, match=named), Guard(ELSEWHERE).watching():
        veto_swallowed(port_of(listener))


def test_another_failure_does_not_hide_a_violation(listener: socket.socket) -> None:
    """Whatever else goes wrong in the block, leaving the scope is what it says."""

    def fail_afterwards() -> None:
        raise KeyError(veto_swallowed(port_of(listener)))

    with pytest.raises(OutOfScope), Guard(ELSEWHERE).watching():
        fail_afterwards()


def test_a_violation_is_known_before_the_block_ends(listener: socket.socket) -> None:
    """A round stops at its next step, and not after the last."""
    guard, known = Guard(ELSEWHERE), []

    def look() -> bool:
        with suppress(OutOfScope):
            guard.raise_if_violated()
            return False
        return True

    with pytest.raises(OutOfScope), guard.watching():
        known += [look(), veto_swallowed(port_of(listener)), look()]
    assert known == [False, True, True]


def test_a_plug_in_in_a_loop_does_not_fill_the_memory(listener: socket.socket) -> None:
    """Every attempt is vetoed; only so many are kept."""
    guard, vetoed, tries = Guard(ELSEWHERE), list[bool](), MAX_VIOLATIONS + 10
    with pytest.raises(OutOfScope), guard.watching():
        vetoed += [veto_swallowed(port_of(listener)) for _ in range(tries)]
    assert vetoed == [True] * tries
    assert len(guard.violations) == MAX_VIOLATIONS


class TestSpellings:
    """One address has many spellings; none of them gets round the scope."""

    @pytest.mark.parametrize(
        "host",
        ["0.0.0.0", "127.1", "2130706433", "0177.0.0.1", "0x7f.0.0.1", "0x7f000001", "", "0"],
    )
    def test_a_loose_spelling_of_an_allowed_address_is_vetoed(
        self, host: str, listener: socket.socket
    ) -> None:
        """The kernel would read each of these as this machine; the scope reads none of them."""
        with pytest.raises(OutOfScope), Guard(LOOPBACK).watching():
            connect((host, port_of(listener)))

    def test_a_mapped_address_is_the_ipv4_address_that_it_reaches(
        self, listener: socket.socket
    ) -> None:
        """In both directions: in the scope where the other is, and out where it is out."""
        mapped = ("::ffff:127.0.0.1", port_of(listener))
        with Guard(LOOPBACK).watching():
            connect(mapped, socket.AF_INET6)
        with pytest.raises(OutOfScope), Guard(ELSEWHERE).watching():
            connect(mapped, socket.AF_INET6)

    @pytest.mark.parametrize("address", [("fe80::1%lo", 9), ("fe80::1", 9, 0, 1)])
    def test_a_zone_is_never_in_the_scope(self, address: object) -> None:
        """The same link-local address is another machine on another link."""
        link_local = AddressSet.of([ip_network("fe80::/10")])
        with pytest.raises(OutOfScope), Guard(link_local).watching():
            connect(address, socket.AF_INET6)

    @pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no Unix sockets here")
    @pytest.mark.parametrize("path", ["/nonexistent/s", b"/nonexistent/s", "\0abstract"])
    def test_a_unix_socket_is_vetoed(self, path: object) -> None:
        """A proxy may listen there; a name of this machine is no address of the scope."""
        with pytest.raises(OutOfScope), Guard(LOOPBACK).watching():
            connect(path, socket.AF_UNIX)


class TestControllers:
    """Our own side: reachable by exact address and port."""

    def test_a_controller_is_reachable(self, listener: socket.socket) -> None:
        """The history database is no scanned endpoint."""
        controllers = frozenset({("127.0.0.1", port_of(listener))})
        with Guard(ELSEWHERE, controllers).watching():
            connect(("127.0.0.1", port_of(listener)))

    def test_another_port_of_a_controller_is_not(self, listener: socket.socket) -> None:
        """A machine of ours may run a service that must not be scanned."""
        controllers = frozenset({("127.0.0.1", port_of(listener) ^ 1)})
        with pytest.raises(OutOfScope), Guard(ELSEWHERE, controllers).watching():
            connect(("127.0.0.1", port_of(listener)))

    @pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no Unix sockets here")
    def test_a_controller_may_be_a_unix_socket(self, tmp_path: Path) -> None:
        """By the path that was allowed, and no other."""
        path = str(tmp_path / "s")
        with closing(socket.socket(socket.AF_UNIX)) as server:
            server.bind(path)
            server.listen()
            with Guard(ELSEWHERE, frozenset({path})).watching():
                connect(path, socket.AF_UNIX)


class TestWhen:
    """The guard stands for as long as the block, in every thread."""

    def test_an_address_of_the_scope_is_reached(self, listener: socket.socket) -> None:
        """The guard is in nobody's way."""
        with Guard(LOOPBACK).watching():
            connect(("127.0.0.1", port_of(listener)))
            socket.getaddrinfo("127.0.0.1", 80)
            socket.getaddrinfo(None, 80)

    def test_the_name_of_a_controller_may_be_resolved_and_led_nowhere_else(
        self, listener: socket.socket
    ) -> None:
        """TLS must see the name; what it resolves to is held to the controllers all the same."""
        port = port_of(listener)
        reached = Guard(ELSEWHERE, frozenset({("127.0.0.1", port)}), names=frozenset({"localhost"}))
        moved = Guard(ELSEWHERE, frozenset({("192.0.2.7", port)}), names=frozenset({"localhost"}))
        with reached.watching():
            socket.getaddrinfo("localhost", port)
            connect(("127.0.0.1", port))
        with pytest.raises(OutOfScope), moved.watching():
            connect(("127.0.0.1", port))
        with pytest.raises(OutOfScope), reached.watching():
            socket.getaddrinfo("other.example", port)

    def test_datagrams_of_a_connected_socket_pass(self) -> None:
        """Where they go was decided when it was connected."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiving:
            receiving.bind(("127.0.0.1", 0))
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
                sending.connect(receiving.getsockname())
                with Guard(ELSEWHERE).watching():
                    sending.sendmsg([b"x"])
            assert receiving.recv(10) == b"x"

    def test_a_thread_is_watched(self, listener: socket.socket) -> None:
        """The hook is the interpreter's, not a thread's."""
        guard = Guard(ELSEWHERE)
        with pytest.raises(OutOfScope), guard.watching(), ThreadPoolExecutor() as threads:
            vetoed = threads.submit(veto_swallowed, port_of(listener))
        assert vetoed.result() is True

    def test_nothing_is_vetoed_afterwards(self, listener: socket.socket) -> None:
        """A process may report, and be tested, after its round."""
        with Guard(ELSEWHERE).watching():
            pass
        connect(("127.0.0.1", port_of(listener)))
        subprocess.run(["true"], check=True)  # noqa: S607 - any `true` will do

    def test_a_block_inside_a_block_does_not_end_it(self, listener: socket.socket) -> None:
        """The outer block is watched until its own end."""
        guard = Guard(ELSEWHERE)

        def connect_after_an_inner_block() -> None:
            with guard.watching():
                pass
            connect(("127.0.0.1", port_of(listener)))

        with pytest.raises(OutOfScope), guard.watching():
            connect_after_an_inner_block()

    def test_a_guard_may_stand_twice(self, listener: socket.socket) -> None:
        """A second round of the same process is watched as the first."""
        guard = Guard(ELSEWHERE)
        with guard.watching():
            pass
        with pytest.raises(OutOfScope), guard.watching():
            connect(("127.0.0.1", port_of(listener)))


async def _asyncio_stream(port: int) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.close()


async def _asyncio_datagram(port: int) -> None:
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(asyncio.DatagramProtocol, remote_addr=("127.0.0.1", port))


async def _httpx_async(port: int) -> None:
    async with httpx.AsyncClient() as client:
        await client.get(f"http://127.0.0.1:{port}/")


async def _anyio_stream(port: int) -> None:
    await anyio.connect_tcp("127.0.0.1", port)


async def _trio_stream(port: int) -> None:
    await trio.open_tcp_stream("127.0.0.1", port)


def _elasticsearch(port: int) -> None:
    with elasticsearch.Elasticsearch(f"http://127.0.0.1:{port}", max_retries=0) as client:
        client.info()


def _pymongo(port: int) -> None:
    with pymongo.MongoClient[dict[str, object]](
        "127.0.0.1", port, serverSelectionTimeoutMS=300
    ) as client:
        client.admin.command("ping")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # they leak sockets
@pytest.mark.parametrize(
    "attempt",
    [
        lambda port: socket.create_connection(("127.0.0.1", port)),
        lambda port: asyncio.run(_asyncio_stream(port)),
        lambda port: asyncio.run(_asyncio_datagram(port)),
        lambda port: anyio.run(_anyio_stream, port, backend="asyncio"),
        lambda port: anyio.run(_anyio_stream, port, backend="trio"),
        lambda port: trio.run(_trio_stream, port),
        lambda port: httpx.get(f"http://127.0.0.1:{port}/"),
        lambda port: asyncio.run(_httpx_async(port)),
        _elasticsearch,
        _pymongo,
    ],
    ids=[
        "create_connection",
        "asyncio stream",
        "asyncio datagram",
        "anyio on asyncio",
        "anyio on trio",
        "trio",
        "httpx",
        "httpx, async",
        "elasticsearch",
        "pymongo",
    ],
)
def test_no_library_gets_round_the_guard(attempt: Attempt, listener: socket.socket) -> None:
    """Drivers, clients and event loops connect through the interpreter like everybody."""
    guard = Guard(ELSEWHERE)
    with pytest.raises(OutOfScope), guard.watching(), suppress(Exception):
        attempt(port_of(listener))
    assert guard.violations
    with pytest.raises(BlockingIOError):
        listener.accept()
    gc.collect()  # what they leak is complained of here, and not in the middle of another test


class BlindLoop(asyncio.SelectorEventLoop):
    """A loop whose connects raise no audit event: it hands out one end of a pair of sockets."""

    async def create_connection(self, factory, *_args, **_options):  # type: ignore[no-untyped-def, override]  # noqa: ANN001, ANN002, ANN003, ANN201 - the stub is thirty lines
        """Give a transport, as if it had connected."""
        ours, theirs = socket.socketpair()
        theirs.close()
        return await super().create_connection(factory, sock=ours)


class TestBlindLoops:
    """A loop that the hook cannot see is refused before the first packet."""

    # On trio, anyio leaves the socket of a vetoed connect to the collector, which complains of it.
    @pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
    @pytest.mark.parametrize("backend", ["asyncio", "trio"])
    def test_the_loops_of_python_are_accepted(self, backend: str) -> None:
        """Their connects go through the interpreter."""
        anyio.run(refuse_blind_loop, backend=backend)
        gc.collect()  # here, and not in the middle of another test

    def test_a_loop_that_connects_unseen_is_refused(self) -> None:
        """No guard would see where it goes."""
        with pytest.raises(Refused, match="hides its connects"):
            anyio.run(refuse_blind_loop, backend_options={"loop_factory": BlindLoop})

    def test_uvloop_is_refused(self) -> None:
        """Its sockets are C."""
        pytest.importorskip("uvloop", reason="uvloop has no wheel for this platform")
        with pytest.raises(Refused, match="hides its connects"):
            anyio.run(refuse_blind_loop, backend_options={"use_uvloop": True})
