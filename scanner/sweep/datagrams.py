"""The sweep over UDP: the front datagram of a port's probe is the knock, its answer the open door.

There is no handshake to tell an open port from a silent one, so what answers is open, what a host
calls unreachable by ICMP is closed, and what stays silent may be anything: it counts as filtered.
"""

import selectors
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from errno import EBADMSG, ECONNREFUSED, EINPROGRESS, ETIMEDOUT
from typing import TypeAlias

from scanner.course import Target
from scanner.datagrams import Heard, Post
from scanner.model import Silence, Transport
from scanner.probe import Datagram, NoAnswer
from scanner.sweep.answer import Observation, Report, Tally
from scanner.sweep.connect import ConnectSweep
from scanner.sweep.pace import Pace

#: Keeps a datagram that was not answered: to whom, what, what was sent, the silence.
Trail: TypeAlias = Callable[[Target, Datagram, Heard, Silence], None]

#: What the end of a datagram means in the trail; whatever else ends one is a router's word.
_ENDS = {ETIMEDOUT: Silence.TIMEOUT, ECONNREFUSED: Silence.REFUSED}


class DatagramSweep:
    """Tells which endpoints answer a datagram: thousands under way, one at a time per host.

    Args:
        pace: the budget that it shares with the other sweep and the conversations.
        fronts: which datagram opens each port.
        width: datagrams that may wait for an answer at most, each on a socket of its own.
        timeout: seconds until a datagram counts as unanswered.
        attempts: how often an endpoint that does not answer is sent to.
        clock: monotonic, in seconds.
        warn: is told, in our own words, when the sweep has to be narrower than asked.
        trail: is told of each datagram that was sent and not answered, and how it ended; the
            answered ones are reported.
    """

    def __init__(  # noqa: PLR0913 - as the sweep by connects
        self,
        *,
        pace: Pace,
        fronts: Mapping[int, Datagram],
        width: int,
        timeout: float,
        attempts: int,
        clock: Callable[[], float] = time.monotonic,
        warn: Callable[[str], None] = lambda _: None,
        trail: Trail = lambda _target, _ask, _heard, _end: None,
    ) -> None:
        self.pace = pace
        self._heard: dict[Target, Heard] = {}
        self._knocks = ConnectSweep(
            pace=pace,
            width=width,
            timeout=timeout,
            attempts=attempts,
            clock=clock,
            warn=warn,
            dialler=lambda: DatagramDialler(fronts, self._heard, trail),
            transport=Transport.UDP,
            strains=False,  # most ports never answer, and hosts limit the ICMP errors they send
        )

    def run(  # noqa: PLR0913 - every sweep takes these
        self,
        endpoints: Iterable[Target],
        report: Report,
        *,
        watch: frozenset[Target] = frozenset(),
        stop: threading.Event | None = None,
        pause: threading.Event | None = None,
        tally: Tally | None = None,
    ) -> Tally:
        """Visit the endpoints, each once, and report those that answer and the watched ones.

        Raises:
            KeyError: no datagram opens the port of an endpoint.
            OutOfScope: the guard refused an endpoint; all sockets are closed.
        """

        def pass_on(seen: Sequence[Observation]) -> None:
            report([self._with_what_it_said(one) for one in seen])

        return self._knocks.run(
            endpoints, pass_on, watch=watch, stop=stop, pause=pause, tally=tally
        )

    def _with_what_it_said(self, seen: Observation) -> Observation:
        heard = self._heard.pop((seen.address, seen.port), None)
        return replace(seen, transport=Transport.UDP, heard=heard)


class DatagramDialler:
    """Datagrams as a `Dialler` of connections: begun when sent, landed when answered.

    What answered is left in `heard`, until the sweep reports it; the `trail` has the rest.
    """

    def __init__(
        self, fronts: Mapping[int, Datagram], heard: dict[Target, Heard], trail: Trail
    ) -> None:
        self._fronts = fronts
        self._heard = heard
        self._trail = trail
        self._selector = selectors.DefaultSelector()
        self._posts: dict[int, Post] = {}

    def begin(self, target: Target) -> tuple[int, int]:
        """Send the datagram that opens the target's port.

        Raises:
            OSError: no socket is to be had.
            OutOfScope: the guard refused the target.
        """
        post = Post(self._fronts[target[1]], target)
        fd = post.fileno()
        self._posts[fd] = post  # so that it is closed, whatever is raised from here
        self._selector.register(fd, selectors.EVENT_READ)
        code = _sent(post)
        if code != EINPROGRESS:
            self._let_go(fd)
        return fd, code

    def settled(self, seconds: float, most: int) -> list[int]:
        """An ICMP error counts as readable too."""
        return [key.fd for key, _ in self._selector.select(seconds)[:most]]

    def land(self, fd: int, target: Target) -> int:
        """Read the answer, or why there is none; what somebody else sent is no answer."""
        code = 0
        try:
            heard = self._posts[fd].receive()
        except OSError as error:
            code = error.errno or EBADMSG
            self._drop(fd, code)
        else:
            if heard is None:
                return EINPROGRESS
            self._heard[target] = heard
            self._let_go(fd)
        return code

    def abandon(self, fd: int) -> int:
        """Close the socket: what comes later is refused."""
        self._drop(fd, ETIMEDOUT)
        return ETIMEDOUT

    def close(self) -> None:
        """Close every socket."""
        for post in self._posts.values():
            post.close()
        self._selector.close()

    def _drop(self, fd: int, code: int) -> None:
        """Give up a datagram that was sent, and write that down."""
        post = self._posts[fd]
        target, ask = post.about
        unanswered = post.unanswered
        self._let_go(fd)
        self._trail(target, ask, unanswered, _ENDS.get(code, Silence.UNREACHABLE))

    def _let_go(self, fd: int) -> None:
        self._selector.unregister(fd)
        self._posts.pop(fd).close()


def _sent(post: Post) -> int:
    """Send, and give EINPROGRESS or the errno of what kept us from it."""
    try:
        post.send()
    except OSError as error:
        return error.errno or EBADMSG
    except NoAnswer:  # the probe's own bug, which is in the log by now
        return EBADMSG
    return EINPROGRESS
