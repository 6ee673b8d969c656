"""The audit hook under every socket: in a round, only the scope's addresses can be connected to.

CPython raises an audit event before each connect, sendto, process start and `dlopen`; a hook that
raises vetoes it (PEP 578). So a plug-in, a driver or a redirect cannot leave the scope by any way
that goes through the interpreter. What does not (C libraries with sockets of their own, uvloop)
is kept out by refusing `dlopen`, child processes and event loops whose connects are not seen.

What raises no event in time is closed beside it, by `unseen`. It is a guard against mistakes, not
a sandbox: a function of C that a plug-in has laid hands on before the round raises no event.
"""

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import anyio

from scanner.addresses import AddressSet
from scanner.model import Refused
from scanner.unseen import is_literal, overseen

#: Enough to see a pattern; a plug-in in a loop must not fill the memory.
MAX_VIOLATIONS = 100

_ENTERS_NETWORK = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_CREATES = "socket.__new__"
_READS_HOST = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})
_ASKS_RESOLVER = frozenset({"socket.gethostbyaddr", "socket.getnameinfo"})
_LEAVES_INTERPRETER = frozenset(
    {
        "cpython.PyInterpreterState_New",  # a sub-interpreter has hooks of its own: none
        "ctypes.dlopen",
        "ctypes.dlsym",  # libc, which is loaded already, has a `connect` too
        "ctypes.dlsym/handle",
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
        "os.spawn",
        "os.system",
        "pty.spawn",
        "subprocess.Popen",
    }
)
_VETOED = _ASKS_RESOLVER | _LEAVES_INTERPRETER
_WATCHED = _ENTERS_NETWORK | _READS_HOST | _VETOED | {_CREATES}

#: Sockets whose every way to the network is a connect or a message with an address. A socket for
#: raw packets sends what is written into them; netlink is the kernel's own. -1 is whatever a
#: descriptor is that is there already, or IPv4.
_ADDRESSING = frozenset({-1, socket.AF_INET, socket.AF_INET6})
_LOCAL = frozenset(
    getattr(socket, name) for name in ("AF_UNIX", "AF_NETLINK") if hasattr(socket, name)
)

#: What of a socket's type is not a flag [socket(2)].
_TYPE = 0xF


class OutOfScope(Exception):
    """Something tried to reach what the scope does not cover. The round ends; exit code 2."""


class Guard:
    """The scope, enforced under the whole process while `watching` is entered.

    Args:
        allowed: the addresses that may be connected to.
        controllers: our own side (history database, trackers) as `(address, port)`, or the path
            of a Unix socket. Nothing else beside the scope is reachable.
        starts: the one command, with its arguments, that may be started as a process: a worker,
            which has a guard of its own.
        names: the names of controllers, which may be resolved; what they resolve to may only be
            reached if it is among the controllers.
    """

    def __init__(
        self,
        allowed: AddressSet,
        controllers: frozenset[tuple[str, int] | str] = frozenset(),
        starts: tuple[str, ...] = (),
        names: frozenset[str] = frozenset(),
    ) -> None:
        self._allowed = allowed
        self._starts = starts
        self._names = names
        self._controllers = controllers
        self._active = False
        self._installed = False
        self.violations: list[str] = []

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Enforce the scope in every thread until the block ends.

        Raises:
            OutOfScope: the block ended, and something inside had tried to leave the scope, even
                if it swallowed the refusal or failed with something else.
        """
        if not self._installed:
            sys.addaudithook(self._hook)
            self._installed = True
        before, self._active = self._active, True
        try:
            with overseen(self._resolves, self._starts_unseen):
                yield
        finally:
            self._active = before
            self.raise_if_violated()

    def raise_if_violated(self) -> None:
        """Raise `OutOfScope` when anything has tried to leave the scope so far."""
        if self.violations:
            raise OutOfScope("; ".join(self.violations))

    def _hook(self, event: str, args: tuple[object, ...]) -> None:
        if event not in _WATCHED or not self._active:
            return
        if event == _CREATES:
            if args[1] not in _ADDRESSING or args[2] & _TYPE == socket.SOCK_RAW:  # type: ignore[operator]  # numbers both
                self._heed_creation(args[1])
        elif event in _ENTERS_NETWORK:
            if not self._permits(args[1]):
                self._veto(f"{event} to {_shown(args[1])}")
        elif event in _VETOED and not self._may_start(event, args):
            self._veto(f"{event} during a round")
        elif event in _READS_HOST and not (is_literal(args[0]) or args[0] in self._names):
            self._veto(f"{event} of a name during a round")

    def _heed_creation(self, family: object) -> None:
        """Veto a socket that could send without naming an address."""
        if family not in _LOCAL:
            self._veto("a socket for raw packets or another network during a round")

    def _resolves(self, host: object) -> None:
        if host not in self._names:
            self._veto("a name to connect to during a round")

    def _starts_unseen(self, what: object) -> None:
        self._veto(f"a process by {what} during a round")

    def _may_start(self, event: str, args: tuple[object, ...]) -> bool:
        """Decide on a process; the arguments are program, argument list, folder, environment."""
        match event, args:
            case "subprocess.Popen", (_, list(words), *_):
                return bool(words) and tuple(words) == self._starts
            case _:
                return False

    def _permits(self, address: object) -> bool:
        """Decide on a socket address; `None` is a message on a socket that was connected before."""
        # The sweep's connects, by the hundred thousand: a `match` would cost four times as much.
        if type(address) is tuple and type(address[0]) is str and len(address) == 2:  # noqa: PLR2004 - IPv4
            host, port = address
            return self._allowed.covers(host) or (host, port) in self._controllers
        match address:
            case None:
                return True
            case (str(host), int(port), *rest):
                zone = rest[1] if len(rest) > 1 else 0
                covered = self._allowed.covers(host) or (host, port) in self._controllers
                return covered and not zone
            case str(path):
                return path in self._controllers
            case _:
                return False

    def _veto(self, what: str) -> None:
        if len(self.violations) < MAX_VIOLATIONS:
            self.violations.append(what)
        raise OutOfScope(what)


async def refuse_blind_loop() -> None:
    """Refuse an event loop whose connects raise no audit event, by watching one to ourselves.

    uvloop is such a loop: its sockets are C. A connect to a listener of our own on loopback must
    be vetoed by a guard that allows nothing; if it goes through, no guard would see the others.

    Raises:
        Refused: the running event loop cannot be watched, or not be tried.
    """
    guard = Guard(AddressSet())
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        try:
            with guard.watching():
                stream = await anyio.connect_tcp("127.0.0.1", port)
                await stream.aclose()
        except OutOfScope:
            pass
        except OSError as error:
            if not guard.violations:
                why = error.__cause__ or error
                raise Refused(f"the scope guard cannot be tried before the round: {why}") from error
    if not guard.violations:
        raise Refused("this event loop hides its connects from the scope guard; use asyncio's own")


def _shown(address: object) -> str:
    match address:
        case (str(host), int(port), *_):
            return f"{host[:64]!a}:{port}"
        case _:
            return f"a {type(address).__name__}"
