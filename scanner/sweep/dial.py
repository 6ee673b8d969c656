"""How a connection is begun, awaited and let go: on Linux with sockets that are used again."""

import select
import selectors
import socket
import sys
from errno import EALREADY, ECONNREFUSED, EINPROGRESS, ETIMEDOUT
from typing import Protocol

from scanner.course import Target

#: The results of a connect that say: not settled yet.
PENDING = frozenset({EINPROGRESS, EALREADY})


class Dialler(Protocol):
    """Non-blocking connections, each known by its descriptor while it is in flight.

    They end with a FIN, like a client that changed its mind. A reset (SO_LINGER 0) would spare
    the service an end-of-file to read and us a port in TIME_WAIT, but it is the less kind of the
    two: it can fail the service's `accept` or first write, and single-threaded servers of the
    sort found in fax and imaging devices are known to die of that.
    """

    def begin(self, target: Target) -> tuple[int, int]:
        """Begin a connection; give its descriptor and, unless it is `PENDING`, its result.

        Raises:
            OSError: no socket is to be had.
            OutOfScope: the guard refused the target.
        """

    def settled(self, seconds: float, most: int) -> list[int]:
        """Wait for connections that can tell how they went; some may turn out to be pending."""

    def land(self, fd: int, target: Target) -> int:
        """Give a connection's result as an errno and, unless it is `PENDING`, let go of it."""

    def abandon(self, fd: int) -> int:
        """Give an unanswered connection up, unnoticed by the host; give the reason as an errno.

        It is the time-out, or what a router has said that did not keep the kernel from trying on.
        """

    def close(self) -> None:
        """Close every socket."""


def best_dialler() -> Dialler:
    """Choose epoll where there is one."""
    return EpollDialler() if sys.platform == "linux" else SelectorDialler()


class SelectorDialler:
    """macOS and the BSDs: kqueue or poll behind one interface, and a socket per connection."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._sockets: dict[int, socket.socket] = {}

    def begin(self, target: Target) -> tuple[int, int]:
        """Begin a connection with a new socket."""
        sock = socket.socket(_family(target), socket.SOCK_STREAM)
        fd = sock.fileno()
        self._sockets[fd] = sock  # so that it is closed, whatever is raised from here
        sock.settimeout(0)
        self._selector.register(fd, selectors.EVENT_WRITE)
        code = sock.connect_ex(target)
        if code not in PENDING:
            self._drop(fd)
        return fd, code

    def settled(self, seconds: float, most: int) -> list[int]:
        """A refused connection counts as writable too."""
        return [key.fd for key, _ in self._selector.select(seconds)[:most]]

    def land(self, fd: int, target: Target) -> int:  # noqa: ARG002 - epoll's twin needs it
        """Ask the socket for the error of its connect, 0 for none."""
        code = _error(self._sockets[fd])
        self._drop(fd)
        return code

    def abandon(self, fd: int) -> int:
        """Close the socket."""
        code = _error(self._sockets[fd])
        self._drop(fd)
        return code or ETIMEDOUT

    def close(self) -> None:
        """Close every socket."""
        for sock in self._sockets.values():
            sock.close()
        self._selector.close()

    def _drop(self, fd: int) -> None:
        self._selector.unregister(fd)
        self._sockets.pop(fd).close()


if sys.platform == "linux":

    class EpollDialler:
        """Linux: a refused socket connects again, so most endpoints cost two system calls.

        That is half the time of the five that `socket`, `epoll_ctl`, `connect`, `getsockopt` and
        `close` are, and of the kernel's work behind them. POSIX leaves the state of a socket
        undefined once its connect has failed. Linux defines it: the next `connect` hands out the
        pending error and disconnects the socket (`__inet_stream_connect` in net/ipv4/af_inet.c),
        and the one after it starts anew, from a new local port.
        """

        def __init__(self) -> None:
            self._epoll = select.epoll()
            self._sockets: dict[int, socket.socket] = {}
            self._idle4: list[int] = []
            self._idle6: list[int] = []

        def begin(self, target: Target) -> tuple[int, int]:
            """Begin a connection with a socket that was refused before, or a new one."""
            idle = self._idle6 if ":" in target[0] else self._idle4
            fd = idle.pop() if idle else self._new(target)
            code = self._sockets[fd].connect_ex(target)
            if code not in PENDING:
                self._sockets.pop(fd).close()
            return fd, code

        def settled(self, seconds: float, most: int) -> list[int]:
            """Errors and hang-ups come without being asked for."""
            return [fd for fd, _ in self._epoll.poll(seconds, most)]

        def land(self, fd: int, target: Target) -> int:
            """Connect once more, which sends nothing but tells how the connect has gone."""
            code = self._sockets[fd].connect_ex(target)
            if code == ECONNREFUSED:
                (self._idle6 if ":" in target[0] else self._idle4).append(fd)
            elif code not in PENDING:
                self._sockets.pop(fd).close()
            return code

        def abandon(self, fd: int) -> int:
            """Close the socket, which takes it out of the epoll set too."""
            with self._sockets.pop(fd) as sock:
                return _error(sock) or ETIMEDOUT

        def close(self) -> None:
            """Close every socket."""
            for sock in self._sockets.values():
                sock.close()
            self._epoll.close()

        def _new(self, target: Target) -> int:
            sock = socket.socket(_family(target), socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
            fd = sock.fileno()
            self._sockets[fd] = sock
            # Edge-triggered, it stays registered while it idles and reports only news. epoll
            # looks at the socket's state again before it reports, so an edge that is left over
            # from an earlier use cannot pass for the result of this one.
            self._epoll.register(fd, select.EPOLLOUT | select.EPOLLET)
            return fd


def _error(sock: socket.socket) -> int:
    """Read the pending error, or the soft one behind it that did not end the connect."""
    return sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)


def _family(target: Target) -> int:
    return socket.AF_INET6 if ":" in target[0] else socket.AF_INET
