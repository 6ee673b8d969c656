"""The unprivileged sweep: ordinary TCP connects, thousands in flight, in a thread of their own."""

import math
import threading
import time
from collections.abc import Callable, Iterable
from itertools import takewhile
from typing import NamedTuple

from scanner.course import Target
from scanner.model import Transport
from scanner.sweep.answer import SHORTAGES, STATES, Observation, Report, State, Tally
from scanner.sweep.descriptors import fitting
from scanner.sweep.dial import PENDING, Dialler, best_dialler
from scanner.sweep.line import Attempt, Line
from scanner.sweep.pace import Pace

#: Looking up this often notices within a blink that the sweep was told to stop, in seconds.
GLANCE = 0.1

#: Connections begun between two looks at the answers. Over loopback each is answered before the
#: call returns, so the width alone would never end a batch.
BATCH = 256

#: Endpoints that may wait for their host, for each connection in flight. Enough for the other
#: hosts to keep the sweep busy; a few megabytes at the widest.
WAITING_PER_FLIGHT = 4

#: An answer that we looked for within this many seconds tells the host's latency; one that lay
#: there while we were busy tells ours.
PROMPT = 0.02

#: How long to wait for descriptors or local ports to come free, in seconds.
SHORTAGE_PAUSE = 0.1


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
        strains: whether answers and time-outs tell of strain, and so go to the pace.
        transport: what the endpoints are counted under.
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
        dialler: Callable[[], Dialler] = best_dialler,
        strains: bool = True,
        transport: Transport = Transport.TCP,
    ) -> None:
        self.pace = pace
        self.width = width
        self.timeout = timeout
        self.attempts = attempts
        self.clock = clock
        self.warn = warn
        self.dialler = dialler
        self.strains = strains
        self.transport = transport

    def run(  # noqa: PLR0913 - each is a wish that a caller may have
        self,
        endpoints: Iterable[Target],
        report: Report,
        *,
        watch: frozenset[Target] = frozenset(),
        stop: threading.Event | None = None,
        pause: threading.Event | None = None,
        tally: Tally | None = None,
    ) -> Tally:
        """Visit the endpoints, each once, and report the open and the watched ones.

        `report` may block: the sweep waits, holds no answered connection open meanwhile, and
        judges time-outs by what arrived during the wait. After `stop`, what is in flight is
        finished and nothing new begun; while `pause` is set as well, but then it goes on. `tally`
        may be handed in to be read meanwhile.

        Raises:
            OutOfScope: the guard refused an endpoint; all sockets are closed. So they are on
                whatever `endpoints` or `report` raise.
        """
        told = _Told(stop or threading.Event(), pause or threading.Event())
        flight = _Flight(self, endpoints, watch, told, tally or Tally())
        try:
            while flight.goes_on():
                if seen := flight.step():
                    report(seen)
        finally:
            flight.close()
        return flight.tally


class _Told(NamedTuple):
    """What a sweep can be told while it runs."""

    stop: threading.Event
    pause: threading.Event


class _Flight:
    """One run of the sweep: what is in the air, who waits, and what has been counted."""

    def __init__(
        self,
        sweep: ConnectSweep,
        endpoints: Iterable[Target],
        watch: frozenset[Target],
        told: _Told,
        tally: Tally,
    ) -> None:
        self.tally = tally
        self._sweep = sweep
        self._pace = sweep.pace
        self._clock = sweep.clock
        self._rest = iter(endpoints)
        self._watch = watch
        self._told = told
        self._exhausted = False
        self._line = Line()
        # All attempts have the same patience, so the first one in is the first to expire.
        self._flying: dict[int, tuple[Attempt, float]] = {}
        self._looked_at = -math.inf
        self._fresh: list[Observation] = []
        tally.width = fitting(sweep.width, sweep.warn)
        self._dialler = sweep.dialler()

    def goes_on(self) -> bool:
        """Tell whether anything is left to do; told to stop, send away who waits."""
        if self._told.stop.is_set():
            self._exhausted = True
            self.tally.counts[State.STOPPED] += self._line.clear()
        return bool(self._flying or self._line.waiting or not self._exhausted)

    def step(self) -> list[Observation]:
        """Begin what may begin, wait for an answer, and give what is to be reported."""
        wait = self._launch()
        # The clock is read before the poll: what expires has had its chance to be seen answering,
        # however long the reporter held us up.
        now = self._clock()
        prompt = now - self._looked_at <= PROMPT
        patience = min(wait, GLANCE, self._first_deadline() - now)
        settled = self._dialler.settled(max(0.0, patience), self.tally.width)
        self._looked_at = self._clock()
        for fd in settled:
            self._land(fd, prompt=prompt)
        self._expire(now)
        fresh, self._fresh = self._fresh, []
        return fresh

    def close(self) -> None:
        """Close every socket; a connection that was not yet made leaves no trace on the host."""
        self._dialler.close()

    def _launch(self) -> float:
        """Begin a batch of connections; give the seconds until another may begin."""
        if self._told.pause.is_set():
            return GLANCE
        if dry := self._pace.dry(self._clock()):
            return dry
        for _ in range(BATCH):
            if len(self._flying) >= self.tally.width:
                return math.inf
            now = self._clock()
            attempt = self._line.due(now) or self._draw()
            if attempt is None:
                return self._line.wait(now)
            if wait := self._pace.reserve(attempt.target[0], now):
                self._line.defer(attempt, now + wait)
                if dry := self._pace.dry(now):
                    return dry
            else:
                self._connect(attempt, now)
        return 0.0

    def _draw(self) -> Attempt | None:
        """Take the next endpoint of the plan whose host is free; the others stand in line."""
        room = self.tally.width * WAITING_PER_FLIGHT
        while self._line.waiting < room and not self._exhausted:
            for target in self._rest:
                self.tally.planned += 1
                if self._line.admits(target):
                    return Attempt(target)
                break
            else:
                self._exhausted = True
        return None

    def _connect(self, attempt: Attempt, now: float) -> None:
        try:
            fd, code = self._dialler.begin(attempt.target)
        except OSError as error:
            self._judge(attempt, error.errno or 0, now, now)
            return
        if code in PENDING:
            self._flying[fd] = (attempt, now + self._sweep.timeout)
        else:
            self._judge(attempt, code, now, now)

    def _land(self, fd: int, *, prompt: bool) -> None:
        """Read how a connection went; a socket that idles may hang up, which is no news."""
        flying = self._flying.get(fd)
        if flying is None:
            return
        attempt, deadline = flying
        code = self._dialler.land(fd, attempt.target)
        if code not in PENDING:
            del self._flying[fd]
            begun = deadline - self._sweep.timeout
            self._judge(attempt, code, begun, self._looked_at, prompt=prompt)

    def _first_deadline(self) -> float:
        return next(iter(self._flying.values()))[1] if self._flying else math.inf

    def _expire(self, now: float) -> None:
        late = takewhile(lambda fd: self._flying[fd][1] <= now, self._flying)
        for fd in list(late):
            attempt, deadline = self._flying.pop(fd)
            begun = deadline - self._sweep.timeout
            self._judge(attempt, self._dialler.abandon(fd), begun, now)

    def _judge(
        self, attempt: Attempt, code: int, begun: float, now: float, *, prompt: bool = True
    ) -> None:
        """Turn a result into a state, or into another attempt."""
        state = STATES.get(code)
        if state is None:
            self._fall_short(attempt, code, now)
        elif state is State.FILTERED:
            if self._sweep.strains:
                self._pace.missed(attempt.target, begun, now)
            self._retry(attempt, now, else_state=State.FILTERED)
        else:
            if self._sweep.strains and state is not State.UNREACHABLE:
                self._pace.heard(attempt.target, begun, now, prompt=prompt)
            self._conclude(attempt.target, state, now)

    def _conclude(self, target: Target, state: State, now: float) -> None:
        self.tally.add(target, state, self._sweep.transport)
        if state is State.OPEN or target in self._watch:
            self._fresh.append(Observation(*target, state))
        self._line.release(target[0], now)

    def _retry(self, attempt: Attempt, at: float, *, else_state: State) -> None:
        target, number = attempt
        if number < self._sweep.attempts:
            self._line.defer(Attempt(target, number + 1), at)
        else:
            self._conclude(target, else_state, at)

    def _fall_short(self, attempt: Attempt, code: int, now: float) -> None:
        """Halve the width when our own means run out, and try again when some have come free.

        With nothing of ours in flight the shortage is another's. Then it costs an attempt, so
        that a round ends even if the shortage does not.
        """
        if code not in SHORTAGES:
            self._conclude(attempt.target, State.ERROR, now)
        elif not self._flying:
            self._retry(attempt, now + SHORTAGE_PAUSE, else_state=State.ERROR)
        else:
            width = self.tally.width
            self.tally.width = max(1, width // 2)
            self._sweep.warn(
                f"out of descriptors or local ports: the sweep goes on with {self.tally.width} "
                f"connections in flight instead of {width}"
            )
            self._line.defer(attempt, now + SHORTAGE_PAUSE)
