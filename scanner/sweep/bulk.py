"""The sweep in bulk: endpoints as columns, asked a thousand at a time. Linux only.

Each endpoint is asked by a link: with a bare SYN, or with a connect. It has a number, by which an
answer proves that it answers us.
"""

import errno
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import NamedTuple

import numpy as np

from scanner.addresses import AddressSet
from scanner.course import Target
from scanner.guard import OutOfScope
from scanner.sweep.answer import SHORTAGES, STATES, Observation, Report, State, Tally
from scanner.sweep.answers import CODES, Answers
from scanner.sweep.columns import Columns, Drawing, Membership, Places, scrambled
from scanner.sweep.cookie import Cookies
from scanner.sweep.deferred import Deferred
from scanner.sweep.headcount import Headcount
from scanner.sweep.link import Errors, Link
from scanner.sweep.mmsg import MOST
from scanner.sweep.pace import Pace
from scanner.sweep.turns import Turns
from scanner.sweep.window import Window

#: Turns and answers are gathered for so long, in seconds, unless there is enough to do: a quarter
#: of what the pace lets pile up, so that no turn is lost.
TICK = 0.005

#: Endpoints that may wait for their host or subnet: what a second sends, and no fewer than the
#: first. So the others stay busy, and each of those that wait is looked at a few times at most.
LEAST_WAITING, MOST_WAITING = 1 << 10, 1 << 16

#: Endpoints under way at most, in 20 MB: 260,000 a second for two attempts of two seconds.
WIDEST = 1 << 20

#: A lot is full when no more than this part of it is left: filling it up takes ever smaller ones.
ENOUGH_OF_A_LOT = 16

#: Packets taken in before the next ones go out, in lots of `MOST`. More than go out, so that
#: nothing piles up.
LOTS_A_STEP = 8

#: How long to wait for buffers to come free, in seconds, and how often before giving up on those
#: whose turn it is.
SHORTAGE_PAUSE = 0.1
SHORTAGES_IN_A_ROW = 20

#: How often SYNs whose answers may have found no room are sent once more, beside their attempts.
MORE_CHANCES = 100

#: Answers and silences that the pace is told of, a second: more would cost more than they teach.
#: They are those of a fixed share of the hosts, for a host's strain shows against its own past.
TOLD_PER_SECOND = 4_000

#: An answer that we looked for within this many seconds tells the host's latency; one that lay
#: there while we were busy tells ours.
PROMPT = 0.02

_LOW = np.uint64(0xFFFFFFFF)


class BulkSweep:
    """Tells which endpoints are open, many at a time; its result is `ConnectSweep`'s.

    Its links send SYNs past the kernel, or have the kernel connect by rings. By raw sockets no
    connection is ever made: what a SYN-ACK left half open on the host's side is reset by our
    kernel, which knows of no such connection. Routes, sources and link layers are the kernel's
    choice, so it sweeps over any interface.

    Args:
        pace: the budget that the sweep shares with the conversations; a SYN is a connection.
        links: holds a link for each IP version; entered in the thread that sweeps.
        allowed: the scope. Each destination is compared with it here once more, since the guard
            does not see what is sent past the interpreter.
        timeout: seconds until a SYN, or a connect, counts as unanswered.
        attempts: how often an endpoint that does not answer is sent to.
        clock: monotonic, in seconds.
        warn: is told, in our own words, of what goes otherwise than asked.
    """

    def __init__(  # noqa: PLR0913 - each is a setting or a dependency that a test replaces
        self,
        *,
        pace: Pace,
        links: Callable[[], AbstractContextManager[dict[int, Link]]],
        allowed: AddressSet,
        timeout: float,
        attempts: int,
        clock: Callable[[], float] = time.monotonic,
        warn: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.pace = pace
        self.links = links
        self.timeout = timeout
        self.attempts = attempts
        self.clock = clock
        self.warn = warn
        self.inside = Membership(allowed)
        self.cookies = Cookies()

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

        A `Course` is drawn in columns, anything else one by one. `report` may block: the sweep
        waits, and judges time-outs by what arrived during the wait. After `stop`, answers to what
        is in flight are awaited and nothing new begun; while `pause` is set as well, but then it
        goes on. `tally` may be handed in to be read meanwhile.

        Raises:
            OutOfScope: an endpoint is not in the scope; it was not sent to.
        """
        told = _Told(stop or threading.Event(), pause or threading.Event())
        with self.links() as links:
            flight = _Flight(self, endpoints, links, watch=watch, told=told, tally=tally or Tally())
            while flight.goes_on():
                if seen := flight.step():
                    report(seen)
        if strays := flight.tally.outside:
            self.warn(f"{strays} answers to nothing that was asked were dropped")
        return flight.tally


class _Told(NamedTuple):
    """What a sweep can be told while it runs."""

    stop: threading.Event
    pause: threading.Event

    @property
    def to_wait(self) -> bool:
        return self.stop.is_set() or self.pause.is_set()


class _Flown(NamedTuple):
    """Endpoints to which SYNs went out together, and when they are late."""

    when: float
    attempt: int
    numbers: Places


class _Flight:
    """One run of the sweep: what is under way, who waits, and what has been counted."""

    def __init__(  # noqa: PLR0913 - what a run was handed
        self,
        sweep: BulkSweep,
        endpoints: Iterable[Target],
        links: dict[int, Link],
        *,
        watch: frozenset[Target],
        told: _Told,
        tally: Tally,
    ) -> None:
        self.tally = tally
        self._headcount = Headcount(tally)
        self._sweep = sweep
        self._links = links
        self._pace = sweep.pace
        self._drawing = Drawing(endpoints)
        self._watch = watch
        self._watched = Columns.of(watch).digests
        self._told = told
        self._most_waiting = int(min(MOST_WAITING, max(LEAST_WAITING, self._pace.per_second)))
        self._window = Window(_width(sweep, self._most_waiting), sweep.cookies)
        self._turns = Turns(self._pace)
        # All SYNs have the same patience, so the first lot out is the first to expire.
        self._flying: deque[_Flown] = deque()
        self._deferred = Deferred()
        self._short = 0
        self._lost = sum(link.lost() for link in self._links.values())
        self._deaf_at = -math.inf
        self._chances = MORE_CHANCES
        self._looked_at = sweep.clock()
        self._fresh: list[Observation] = []
        tally.width = self._window.size

    def goes_on(self) -> bool:
        """Tell whether anything is left to do; told to stop, send away who waits."""
        if not self._told.stop.is_set():
            return bool(self._window.under_way or not self._drawing.exhausted)
        for numbers in self._deferred.clear():
            self._conclude(numbers, State.STOPPED, self._sweep.clock())
        return bool(self._window.under_way)

    def step(self) -> list[Observation]:
        """Take answers in, judge who is late, send, and give what is to be reported."""
        # The clock is read before the answers: what expires has had its chance to be heard,
        # however long the reporter held us up.
        now = self._sweep.clock()
        if self._listen(now):
            self._count_losses(now)
            self._expire(now)
        in_full_swing = not self._told.to_wait and self._send(self._sweep.clock())
        fresh, self._fresh = self._fresh, []
        if not in_full_swing and not fresh:
            time.sleep(TICK)
        return fresh

    # -- answers ---------------------------------------------------------------------------------

    def _listen(self, now: float) -> bool:
        """Take in what has arrived; tell whether that was all."""
        prompt = now - self._looked_at <= PROMPT
        self._looked_at = now
        for _ in range(LOTS_A_STEP):
            most = 0
            for link in self._links.values():
                for packets, answers in link.receive():
                    most = max(most, packets)
                    self._hear(answers, now, prompt=prompt)
            if most < MOST:
                return True
        return False

    def _hear(self, answers: Answers, now: float, *, prompt: bool) -> None:
        """Settle what was answered; drop and count what nobody was asked for."""
        numbers, genuine = self._window.known(answers.about, answers.numbers)
        self.tally.outside += int((~genuine).sum())
        fresh, places = np.unique(numbers[genuine], return_index=True)
        awaited = self._window.awaits(fresh)
        self.tally.repeats += int(genuine.sum()) - int(awaited.sum())
        fresh, codes = fresh[awaited], answers.codes[genuine][places[awaited]]
        for state, code in CODES.items():
            if len(told := fresh[codes == code]):
                if state is not State.UNREACHABLE:
                    self._tell(told, now, lambda *one: self._pace.heard(*one, prompt=prompt))
                self._conclude(told, state, now)

    def _count_losses(self, now: float) -> None:
        """Notice that answers found no room, so that silence until now proves nothing."""
        lost = sum(link.lost() for link in self._links.values())
        if lost > self._lost:
            self._lost, self._deaf_at = lost, now
            self._sweep.warn(
                "answers found no room and are asked for again: a higher net.core.rmem_max, or "
                "CAP_NET_ADMIN, gives them some"
            )

    def _expire(self, now: float) -> None:
        while self._flying and self._flying[0].when <= now:
            lot = self._flying.popleft()
            late = lot.numbers[self._window.awaits(lot.numbers)]
            if not len(late):
                continue
            unheard = lot.when - self._sweep.timeout <= self._deaf_at
            if unheard and self._chances and not self._told.stop.is_set():
                self._chances -= 1
                self._deferred.add(late, lot.attempt, now)
                continue
            self._tell(late, now, self._miss)
            if lot.attempt >= self._sweep.attempts:
                self._conclude(late, State.FILTERED, now)
            elif self._told.stop.is_set():
                self._conclude(late, State.STOPPED, now)
            else:
                self._deferred.add(late, lot.attempt + 1, now)

    def _tell(
        self, numbers: Places, now: float, tell: Callable[[Target, float, float], None]
    ) -> None:
        """Tell the pace of answers or silences, as far as they are of hosts in its sample."""
        share = min(1.0, TOLD_PER_SECOND / self._pace.per_second)
        columns = self._window.columns(numbers)
        sample = (scrambled(columns) & _LOW) <= np.uint64(share * int(_LOW))
        begun = self._window.sent_at(numbers[sample]).tolist()
        for target, at in zip(columns[sample].targets(), begun, strict=True):
            tell(target, at, now)

    def _miss(self, target: Target, begun: float, now: float) -> None:
        self._pace.missed(target, begun, now)
        if self._pace.slows(target[0]):
            self._turns.mark(Columns.of([target]))

    def _conclude(self, numbers: Places, state: State, now: float) -> None:
        """Settle and count endpoints, and keep those that are to be reported."""
        self._window.settle(numbers)
        found = self._window.columns(numbers)
        self._headcount.add(found, state)
        if state is not State.OPEN:
            found = found[np.isin(found.digests, self._watched)] if self._watch else found[:0]
        elif len(found):
            self._turns.mark(found)
        for target in found.targets():
            if state is State.OPEN or target in self._watch:
                self._fresh.append(Observation(*target, state))
                # Conversations keep from the host while it rests after our SYN.
                self._pace.note(target[0], now)

    # -- SYNs ------------------------------------------------------------------------------------

    def _send(self, now: float) -> bool:
        """Send to as many as the pace allows; tell whether there may be more to send at once."""
        room = min(link.room() for link in self._links.values())
        granted = left = self._pace.take(min(MOST, room), now)
        enough = granted // ENOUGH_OF_A_LOT
        while left > enough:
            # Only now: whoever is taken must be sent to or deferred, or nobody knows of them.
            numbers, attempt = self._next(left, now)
            if not len(numbers):
                break
            columns = self._window.columns(numbers)
            waits = self._turns.waits(columns, now)
            free = waits == 0.0
            self._deferred.add_each(numbers[~free], attempt, now + waits[~free])
            self._launch(numbers[free], columns[free], attempt, now)
            left -= int(free.sum())
        self._pace.give_back(left)
        return granted == MOST and left <= enough

    def _next(self, most: int, now: float) -> tuple[Places, int]:
        """Take who has waited long enough, or else the next endpoints of the plan."""
        if most and self._deferred.due(now):
            return self._deferred.take(most, now)
        room = self._window.room if len(self._deferred) < self._most_waiting else 0
        drawn = self._drawing.draw(min(most, room)) if most and room else Columns.of(())
        self.tally.planned = self._drawing.drawn
        return self._window.admit(drawn), 1

    def _launch(self, numbers: Places, columns: Columns, attempt: int, now: float) -> None:
        """Send a SYN to each; what could not be sent is judged by its error.

        Raises:
            OutOfScope: one of them is not in the scope; none was sent.
        """
        if not len(numbers):
            return
        inside = self._sweep.inside.of(columns)
        if not inside.all():
            stranger, port = next(columns[~inside].targets())
            raise OutOfScope(f"a SYN to {stranger}:{port}")
        masked = self._window.masked(numbers, columns)
        v4 = columns.v4
        errors = np.full(len(numbers), errno.EAFNOSUPPORT, np.int32)
        for version, theirs in ((4, v4), (6, ~v4)):
            if version in self._links and theirs.any():
                link = self._links[version]
                errors[theirs] = link.send(columns[theirs], masked[theirs], now)
        # Read again: a sender that was held up lets hosts rest from the end of it.
        self._turns.sent(columns, self._sweep.clock())
        self._window.send(numbers, now)
        self._flying.append(_Flown(now + self._sweep.timeout, attempt, numbers[errors == 0]))
        if errors.any():
            self._fail(numbers, errors, attempt, now)

    def _fail(self, numbers: Places, errors: Errors, attempt: int, now: float) -> None:
        """Judge what the kernel would not send; where buffers were short, try again later."""
        for code in np.unique(errors[errors != 0]).tolist():
            failed = numbers[errors == code]
            if code not in SHORTAGES:
                self._conclude(failed, STATES.get(code, State.ERROR), now)
            elif self._short < SHORTAGES_IN_A_ROW:
                self._short += 1
                self._sweep.warn("out of buffers for packets: the sweep waits until some are free")
                self._deferred.add(failed, attempt, now + SHORTAGE_PAUSE)
            else:
                self._conclude(failed, State.ERROR, now)
        if (errors == 0).any():
            self._short = 0


def _width(sweep: BulkSweep, waiting: int) -> int:
    """Give room for all that can be under way at the sweep's rate, as a power of two."""
    under_way = sweep.pace.per_second * sweep.timeout * sweep.attempts + waiting
    return 1 << (int(min(under_way, WIDEST)) - 1).bit_length()
