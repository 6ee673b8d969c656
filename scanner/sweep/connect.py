"""The unprivileged sweep: ordinary TCP connects, thousands in flight, in a thread of their own."""

import math
import resource
import socket
import threading
import time
from collections.abc import Callable, Iterable
from errno import EINPROGRESS, ETIMEDOUT
from itertools import takewhile

from scanner.sweep.answer import SHORTAGES, STATES, Observation, State, Tally, Target
from scanner.sweep.line import Attempt, Line
from scanner.sweep.pace import Pace
from scanner.sweep.poller import Poller, best_poller

#: Looking up this often notices within a blink that the sweep was told to stop, in seconds.
GLANCE = 0.1

#: Connections begun between two looks at the answers. Over loopback each is answered before the
#: call returns, so the width alone would never end a batch.
BATCH = 256

#: Endpoints that may wait for their host, for each connection in flight. Enough for the other
#: hosts to keep the sweep busy; a few megabytes at the widest.
WAITING_PER_FLIGHT = 4

#: Hosts remembered as having answered, so that a time-out of theirs means strain. When it is full
#: it starts afresh: at worst, a strained host is recognised one answer later.
REMEMBERED = 1 << 16

#: How long to wait for descriptors or local ports to come free, in seconds.
SHORTAGE_PAUSE = 0.1

Report = Callable[[Observation], None]


class ConnectSweep:
    """Tells which endpoints are open by connecting to them, one at a time per host.

    Args:
        pace: the budget that the sweep shares with the conversations.
        width: connections in flight at most. To keep up a rate against silence it takes
            rate x timeout of them. Half of the descriptors that the process may open is the cap.
        timeout: seconds until an attempt counts as unanswered.
        attempts: how often an endpoint that does not answer is tried.
        clock: monotonic, in seconds.
        warn: is told, in our own words, when the sweep has to be narrower than asked.
    """

    def __init__(  # noqa: PLR0913 - each is a setting or a dependency that a test replaces
        self,
        *,
        pace: Pace,
        width: int,
        timeout: float,
        attempts: int,
        clock: Callable[[], float] = time.monotonic,
        warn: Callable[[str], None] = lambda _: None,
        poller: Callable[[], Poller] = best_poller,
    ) -> None:
        self.pace = pace
        self.width = width
        self.timeout = timeout
        self.attempts = attempts
        self.clock = clock
        self.warn = warn
        self.poller = poller

    def run(
        self,
        endpoints: Iterable[Target],
        report: Report,
        *,
        watch: frozenset[Target] = frozenset(),
        stop: threading.Event | None = None,
        tally: Tally | None = None,
    ) -> Tally:
        """Visit the endpoints, each once, and report the open and the watched ones.

        `report` may block: the sweep waits, holds no answered connection open meanwhile, and
        judges time-outs by what arrived during the wait. After `stop`, what is in flight is
        finished and nothing new begun. `tally` may be handed in to be read meanwhile.

        Raises:
            OutOfScope: the guard refused an endpoint; all sockets are closed. So they are on
                whatever `endpoints` or `report` raise.
        """
        flight = _Flight(self, endpoints, watch, stop or threading.Event(), tally or Tally())
        try:
            while flight.goes_on():
                for observation in flight.step():
                    report(observation)
        finally:
            flight.close()
        return flight.tally


class _Flight:
    """One run of the sweep: what is in the air, who waits, and what has been counted."""

    def __init__(
        self,
        sweep: ConnectSweep,
        endpoints: Iterable[Target],
        watch: frozenset[Target],
        stop: threading.Event,
        tally: Tally,
    ) -> None:
        self.tally = tally
        self._sweep = sweep
        self._pace = sweep.pace
        self._clock = sweep.clock
        self._rest = iter(endpoints)
        self._watch = watch
        self._stop = stop
        self._exhausted = False
        self._line = Line()
        # All attempts have the same patience, so the first one in is the first to expire.
        self._flying: dict[int, tuple[socket.socket, Attempt, float]] = {}
        self._answered: set[str] = set()
        self._fresh: list[Observation] = []
        tally.width = self._fitting(sweep.width)
        self._poller = sweep.poller()

    def goes_on(self) -> bool:
        """Tell whether anything is left to do; told to stop, send away who waits."""
        if self._stop.is_set():
            self._exhausted = True
            self.tally.counts[State.STOPPED] += self._line.clear()
        return bool(self._flying or self._line or not self._exhausted)

    def step(self) -> list[Observation]:
        """Begin what may begin, wait for an answer, and give what is to be reported."""
        wait = self._launch()
        # The clock is read before the poll: what expires has had its chance to be seen answering,
        # however long the reporter held us up.
        now = self._clock()
        patience = min(wait, GLANCE, self._first_deadline() - now)
        for fd in self._poller.settled(max(0.0, patience), self.tally.width):
            self._land(fd, now)
        self._expire(now)
        fresh, self._fresh = self._fresh, []
        return fresh

    def close(self) -> None:
        """Close every socket; a connection that was not yet made leaves no trace on the host."""
        for sock, _, _ in self._flying.values():
            sock.close()
        self._flying.clear()
        self._poller.close()

    def _launch(self) -> float:
        """Begin a batch of connections; give the seconds until another may begin."""
        for _ in range(BATCH):
            if len(self._flying) >= self.tally.width:
                return math.inf
            now = self._clock()
            if dry := self._pace.dry(now):
                return dry
            attempt = self._line.due(now) or self._draw()
            if attempt is None:
                return self._line.wait(now)
            if wait := self._pace.reserve(attempt.target[0], now):
                self._line.defer(attempt, now + wait)
            else:
                self._connect(attempt, now)
        return 0.0

    def _draw(self) -> Attempt | None:
        """Take the next endpoint of the plan whose host is free; the others stand in line."""
        room = self.tally.width * WAITING_PER_FLIGHT
        while not self._exhausted and len(self._line) < room:
            target = next(self._rest, None)
            if target is None:
                self._exhausted = True
                break
            self.tally.planned += 1
            if self._line.admits(target):
                return Attempt(target)
        return None

    def _connect(self, attempt: Attempt, now: float) -> None:
        family = socket.AF_INET6 if ":" in attempt.target[0] else socket.AF_INET
        try:
            sock = socket.socket(family, socket.SOCK_STREAM)
        except OSError as error:
            self._judge(attempt, error.errno or 0, now)
            return
        fd = sock.fileno()
        self._flying[fd] = (sock, attempt, now + self._sweep.timeout)  # closed whatever is raised
        sock.settimeout(0)
        code = sock.connect_ex(attempt.target)
        if code == EINPROGRESS:
            self._poller.watch(fd)
        else:
            del self._flying[fd]
            sock.close()
            self._judge(attempt, code, now)

    def _land(self, fd: int, now: float) -> None:
        """Read how a connection went and let go of it.

        It ends with a FIN, like a client that changed its mind. A reset (SO_LINGER 0) would spare
        the service an end-of-file to read and us a port in TIME_WAIT, but it is the less kind
        of the two: it can fail the service's `accept` or first write, and single-threaded
        servers of the sort found in fax and imaging devices are known to die of that.
        """
        code = self._flying[fd][0].getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        self._judge(self._let_go(fd), code, now)

    def _let_go(self, fd: int) -> Attempt:
        sock, attempt, _ = self._flying.pop(fd)
        self._poller.forget(fd)
        sock.close()
        return attempt

    def _first_deadline(self) -> float:
        return next(iter(self._flying.values()))[2] if self._flying else math.inf

    def _expire(self, now: float) -> None:
        late = takewhile(lambda fd: self._flying[fd][2] <= now, self._flying)
        for fd in list(late):
            self._judge(self._let_go(fd), ETIMEDOUT, now)

    def _judge(self, attempt: Attempt, code: int, now: float) -> None:
        """Turn a result into a state, or into another attempt."""
        if code in SHORTAGES:
            self._do_with_less(attempt, now)
            return
        state = STATES.get(code, State.ERROR)
        self._adapt(attempt.target[0], state)
        if state is State.FILTERED and attempt.number < self._sweep.attempts:
            self._retry(attempt, now)
        else:
            self._conclude(attempt.target, state, now)

    def _conclude(self, target: Target, state: State, now: float) -> None:
        self.tally.counts[state] += 1
        if state is State.OPEN or target in self._watch:
            self._fresh.append(Observation(*target, state))
        self._line.release(target[0], now)

    def _retry(self, attempt: Attempt, at: float) -> None:
        self._line.defer(Attempt(attempt.target, attempt.number + 1), at)

    def _adapt(self, host: str, state: State) -> None:
        """Slow down for a host that has answered before and does not now.

        A host that never answered is not strained but absent, and costs its time-outs anyway.
        """
        if state is State.OPEN or state is State.CLOSED:
            if len(self._answered) >= REMEMBERED:
                self._answered.clear()
            self._answered.add(host)
            self._pace.ease(host)
        elif state is State.FILTERED and host in self._answered:
            self._pace.slow_down(host)

    def _do_with_less(self, attempt: Attempt, now: float) -> None:
        """Halve the width when our own means run out, and try again when some have come free.

        With nothing of ours in flight the shortage is another's. Then it costs an attempt, so
        that a round ends even if the shortage does not.
        """
        width = self.tally.width
        if self._flying:
            self.tally.width = max(1, width // 2)
            self._sweep.warn(
                f"out of descriptors or local ports: the sweep goes on with {self.tally.width} "
                f"connections in flight instead of {width}"
            )
            self._line.defer(attempt, now + SHORTAGE_PAUSE)
        elif attempt.number < self._sweep.attempts:
            self._retry(attempt, now + SHORTAGE_PAUSE)
        else:
            self._conclude(attempt.target, State.ERROR, now)

    def _fitting(self, width: int) -> int:
        """Leave half of the descriptors to the conversations, the history and the outputs."""
        limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        if limit == resource.RLIM_INFINITY or width <= limit // 2:
            return width
        self._sweep.warn(
            f"the sweep keeps {limit // 2} connections in flight instead of {width}: this process "
            f"may open {limit} files (see `ulimit -n`)"
        )
        return max(1, limit // 2)
