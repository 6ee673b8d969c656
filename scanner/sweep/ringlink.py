"""Ordinary connects by the thousand: what the sweep in bulk asks by where it may send no SYNs."""

import errno
import math
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scanner.sweep.answer import STATES, State
from scanner.sweep.answers import CODES, Answers
from scanner.sweep.columns import U32, Columns, Places
from scanner.sweep.link import Errors, Link
from scanner.sweep.packets import addresses4, addresses6
from scanner.sweep.ring import CANCEL, CONNECT, REQUEST, REQUESTS, Requests, Ring, Syscalls, ring

Codes = NDArray[np.int32]

#: Connections begun before their answers are looked for. Few sockets, used again and again, stay
#: in the processor's cache: four times as many cost half as much again.
LOT = 256

#: The mark of a cancellation itself; a connection's is its place.
_CANCELLATION = np.uint64(1 << 32)

#: What an errno says of an endpoint, as `CODES` has it; 0 where it says nothing.
_NEWS = np.zeros(max(errno.errorcode) + 1, np.uint8)
_NEWS[list(STATES)] = [CODES.get(state, 0) for state in STATES.values()]


@dataclass(frozen=True, slots=True)
class Family:
    """How one IP version writes an address for `connect`: how long, and where what stands."""

    number: socket.AddressFamily
    length: int
    address: slice
    packed: Callable[[Columns], NDArray[np.uint8]]


#: `struct sockaddr_in` and `struct sockaddr_in6`; the port stands behind the family in both.
FAMILIES = {
    4: Family(socket.AF_INET, 16, slice(4, 8), addresses4),
    6: Family(socket.AF_INET6, 28, slice(8, 24), addresses6),
}
_PORT = slice(2, 4)


class RingLink:
    """Connects to endpoints of one IP version, so many at a time.

    A connection that was made ends with a FIN at once, and a socket that was refused connects
    again: `dial` says why. What is not answered in time is given up unnoticed; then the socket
    tells what a router has said that did not keep the kernel from trying on.

    Args:
        one: belongs to the thread that sweeps.
        width: connections in flight at most.
        timeout: seconds until one is given up.
        clock: monotonic, in seconds; that of the sweep.
    """

    def __init__(
        self,
        one: Ring,
        family: Family,
        *,
        width: int,
        timeout: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ring = one
        self._family = family
        self._timeout = timeout
        self._clock = clock
        self._sockets: dict[int, socket.socket] = {}
        self._fds = np.full(width, -1, np.int32)
        self._names = np.zeros((width, family.length), np.uint8)
        self._names[:, :2] = np.array([family.number], np.uint16).view(np.uint8)
        self._high, self._low = np.zeros(width, np.uint64), np.zeros(width, np.uint64)
        self._ports, self._numbers = np.zeros(width, np.uint16), np.zeros(width, np.uint32)
        self._late_at = np.full(width, np.inf)
        self._free: Places = np.arange(width)
        self._heard: list[Answers] = []
        self._short = errno.EAGAIN

    def room(self) -> int:
        """Count the places that are free."""
        return len(self._free)

    def send(self, columns: Columns, numbers: U32, now: float) -> Errors:
        """Begin to connect to each; an errno stands for what came at once and is no answer.

        Raises:
            OSError: the kernel takes no requests any more.
        """
        lots = (slice(first, first + LOT) for first in range(0, len(columns), LOT))
        return np.concatenate([self._send(columns[lot], numbers[lot], now) for lot in lots])

    def receive(self) -> Iterator[tuple[int, Answers]]:
        """Give up what is late, and look what has been answered."""
        if self._in_flight():
            late = np.flatnonzero(self._late_at <= self._clock())
            self._late_at[late] = np.inf
            for first in range(0, max(1, len(late)), REQUESTS):
                given_up = _cancellations(late[first : first + REQUESTS])
                self._ring.submit(given_up, self._in_flight() + len(given_up))
                self._take_in()
        heard, self._heard = self._heard, []
        return ((len(one.numbers), one) for one in heard)

    def lost(self) -> int:
        """Lose nothing: the kernel keeps each result until it is taken."""
        return 0

    def close(self) -> None:
        """Close every socket; a connection that was not yet made leaves no trace on the host."""
        for sock in self._sockets.values():
            sock.close()

    def _send(self, columns: Columns, numbers: U32, now: float) -> Errors:
        places = self._furnished(len(columns))
        begun = len(places)
        errors = np.full(len(columns), self._short, np.int32)
        self._high[places], self._low[places] = columns.high[:begun], columns.low[:begun]
        self._ports[places], self._numbers[places] = columns.ports[:begun], numbers[:begun]
        self._late_at[places] = now + self._timeout
        self._ring.submit(self._connects(places), self._in_flight())
        failed = np.zeros(len(self._fds), np.int32)
        strange, codes = self._take_in()
        failed[strange] = codes
        errors[:begun] = failed[places]
        return errors

    def _in_flight(self) -> int:
        return len(self._fds) - len(self._free)

    def _furnished(self, most: int) -> Places:
        """Take places that are free, each with a socket; note why there are no more."""
        places, self._short = self._free[:most], errno.EAGAIN
        for place in places[self._fds[places] < 0].tolist():
            try:
                sock = socket.socket(self._family.number, socket.SOCK_STREAM)
            except OSError as error:
                self._short = error.errno or errno.ENOBUFS
                break
            self._sockets[place], self._fds[place] = sock, sock.fileno()
        bare = self._fds[places] < 0
        self._free = np.concatenate((places[bare], self._free[most:]))
        return places[~bare]

    def _connects(self, places: Places) -> Requests:
        columns = Columns(self._high[places], self._low[places], self._ports[places])
        self._names[places, _PORT] = columns.ports.astype(">u2").view(np.uint8).reshape(-1, 2)
        self._names[places, self._family.address] = self._family.packed(columns)
        requests = np.zeros(len(places), REQUEST)
        requests["opcode"], requests["fd"], requests["mark"] = CONNECT, self._fds[places], places
        requests["address"] = self._names.ctypes.data + places * self._family.length
        requests["offset"] = self._family.length
        return requests

    def _take_in(self) -> tuple[Places, Codes]:
        """Keep the answers among the results; give what is none, with its errno."""
        results = self._ring.results()
        results = results[results["mark"] < _CANCELLATION]
        places, codes = results["mark"].astype(np.int64), -results["code"]
        for at in np.flatnonzero(codes != errno.ECONNREFUSED).tolist():
            codes[at] = self._let_go(int(places[at]), int(codes[at]))
        self._late_at[places] = np.inf
        # The last to come free is the next to be used: few sockets do, and they are in the cache.
        self._free = np.concatenate((places, self._free))
        news = _NEWS[np.minimum(codes, len(_NEWS) - 1)]
        told, strange = places[news > 0], (news == 0) & (codes != errno.ETIMEDOUT)
        if len(told):
            about = Columns(self._high[told], self._low[told], self._ports[told])
            self._heard.append(Answers(about, self._numbers[told], news[news > 0]))
        return places[strange], codes[strange]

    def _let_go(self, place: int, code: int) -> int:
        """Close a socket that cannot connect again, and say what became of the connect.

        The ring's word is not enough: Linux 6.18 calls a connect done that met an ICMP error and
        goes on. Only the socket knows whether it is connected, and what a router has said.
        """
        self._fds[place] = -1
        with self._sockets.pop(place) as sock:
            if code == errno.ECANCELED or (not code and not _is_connected(sock)):
                return sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) or errno.ETIMEDOUT
            return code


def _is_connected(sock: socket.socket) -> bool:
    """Tell whether a socket has a peer; one that was reset since has an error to tell instead."""
    try:
        sock.getpeername()
    except OSError:
        return False
    return True


def _cancellations(places: Places) -> Requests:
    requests = np.zeros(len(places), REQUEST)
    requests["opcode"], requests["fd"] = CANCEL, -1
    requests["address"], requests["mark"] = places, _CANCELLATION
    return requests


@contextmanager
def ring_links(
    syscalls: Syscalls, *, width: int, timeout: float, clock: Callable[[], float] = time.monotonic
) -> Iterator[dict[int, Link]]:
    """Hold a link for each IP version. Enter it in the thread that sweeps.

    Raises:
        OSError: there are no rings for us.
    """
    with ExitStack() as closing:
        links: dict[int, Link] = {}
        for version, family in FAMILIES.items():
            one = closing.enter_context(ring(syscalls))
            link = RingLink(one, family, width=width, timeout=timeout, clock=clock)
            closing.callback(link.close)
            links[version] = link
        yield links


def why_no_ring(syscalls: Syscalls) -> str | None:
    """Say why connects cannot go by rings here, or None. Connects to nothing but ourselves.

    Linux before 6.1 has none that would do, and many containers allow none. Whether a refused
    socket connects again is for the kernel at hand to show.
    """
    refused = np.full(1, CODES[State.CLOSED], np.uint8)
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))  # it does not listen
        myself = Columns.of([deaf.getsockname()])
        number = np.zeros(1, np.uint32)
        try:
            with ring_links(syscalls, width=1, timeout=math.inf) as links:
                for _ in range(2):
                    links[4].send(myself, number, 0.0)
                    heard = [answers.codes for _, answers in links[4].receive()]
                    if heard != [refused]:
                        return "a refused socket does not connect again"
        except OSError as error:
            return str(error.strerror)
    return None
