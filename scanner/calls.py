"""Calls on devices: in place of a sweep, the conversation itself is the knock, in a slow walk.

One socket at a time to a device, with rests in between, and none once it shows strain. Neither the
sweep nor a worker has a part in it: one process counts the sockets, and keeps the book of them in
the history.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

import anyio
import structlog
from anyio import to_thread
from anyio.streams.memory import MemoryObjectSendStream

from scanner.account import Leg
from scanner.audit import Act
from scanner.care import Budget, Care
from scanner.conversation import Conversation, Limits
from scanner.gate import Gate
from scanner.identify import datagram_openings, hearings
from scanner.model import AssetClass, Closed, Endpoint, Silence, Transport, Unknown
from scanner.pipeline import Visited, Walk
from scanner.plan import Call, Skip
from scanner.probe import Answer, Datagram, NoAnswer, Visit
from scanner.scope import Consent
from scanner.store import StoreRefused
from scanner.stream import Meter, Stream
from scanner.sweep import State
from scanner.visit import first_recognised, visit_unheard
from scanner.way import Noted, Sign

#: Devices that are called on at once: they are different ones, but they may share a switch.
DEVICES_AT_ONCE = 8

#: Looking up this often notices that the devices' window has opened, in seconds.
GLANCE = 1.0

#: Why a device gets no further socket, whatever its budget.
OVER = "the round was interrupted, or the hours for this device are over"

#: What the silence of a port that no socket reached says of it.
_STATES: Mapping[Silence, State | Skip] = {
    Silence.TIMEOUT: State.FILTERED,
    Silence.UNREACHABLE: State.UNREACHABLE,
    Silence.SHORT: State.ERROR,
    Silence.SPARED: Skip.WINDOW,
}

log = structlog.get_logger()


class CarefulGate(Gate):
    """The door to one endpoint of a device: every socket is allowed, counted and rested from.

    It stands beside a round's gate, with the same pace, trail and totals. `admits` tells whether
    another socket is allowed by the permission, the hours and the operator at this moment;
    `reached` whether one got through.
    """

    reset_is_final = True

    def __init__(
        self, round_: Walk, endpoint: Endpoint, budget: Budget, admits: Callable[[], bool]
    ) -> None:
        gate, care = round_.gate, budget.care
        super().__init__(
            scope=round_.scope,
            pace=gate.pace,
            audit=gate.audit,
            round_id=gate.round,
            user_agent=gate.user_agent,
            clock=gate.clock,
            now=gate.now,
            limits=Limits(connect=care.connect, ask=care.held, conversation=care.held),
        )
        self.traffic = gate.traffic
        self.reached = False
        self.care = care
        self._port = endpoint.port
        self._budget = budget
        self._admits = admits

    def turn(self, address: str) -> float:
        """Take a turn once the device is rested, or give the seconds until asking again.

        Who may not connect at all need not wait to be told so.
        """
        if self._why_not() is not None:
            return 0.0
        return self._budget.rest(self.clock()) or super().turn(address)

    @asynccontextmanager
    async def converse(self, endpoint: Endpoint, *, tls: bool) -> AsyncIterator[Conversation]:
        """Open a conversation; the device rests when it is over.

        Raises:
            OutOfScope, NoAnswer: as any gate.
        """
        try:
            async with super().converse(endpoint, tls=tls) as talk:
                yield talk
        finally:
            self._budget.left(self.clock())

    async def connect(self, address: str, port: int, meter: Meter) -> Stream:
        """Connect, if the device may have another socket.

        Raises:
            OutOfScope, NoAnswer: as any gate, or the device is spared.
        """
        await self._spend()
        try:
            stream = await super().connect(address, port, meter)
        except NoAnswer as failure:
            if failure.silence in {Silence.TIMEOUT, Silence.UNREACHABLE}:
                self._budget.saw(self._port, Sign.MISS)
            raise
        except anyio.get_cancelled_exc_class():  # by the deadline of the whole conversation
            self._budget.saw(self._port, Sign.MISS)
            raise
        self.reached = True
        return stream

    async def deliver(self, endpoint: Endpoint, ask: Datagram) -> Answer:
        """Send a datagram, if the device may have another.

        Raises:
            OutOfScope, NoAnswer: as any gate, or the device is spared.
        """
        await self._spend()
        answer = await super().deliver(endpoint, ask)
        self.reached = True
        return answer

    def note(self, act: Act, silence: Silence | None) -> None:
        """Note an act, and what it says of the device.

        Who hears nothing where nothing was asked has missed nothing.
        """
        super().note(act, silence)
        self._budget.left(self.clock())
        if silence is Silence.RESET:
            self._budget.saw(self._port, Sign.RESET)
        elif act.sent and (silence is Silence.TIMEOUT or act.end == "cancelled"):
            self._budget.saw(self._port, Sign.MISS)

    def _why_not(self) -> str | None:
        if self._budget.why_not(self._port):
            return "the device may have no further socket in this round"
        return None if self._admits() else OVER

    async def _spend(self) -> None:
        if why_not := self._why_not():
            raise NoAnswer(Silence.SPARED, why_not)
        await to_thread.run_sync(self._budget.spend, self._port)
        if not self._admits():  # writing that down may have taken its time
            raise NoAnswer(Silence.SPARED, OVER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """The calls of a round that are still to be made, each with the `care` of its class.

    `note` writes down a sign of a device, by address and port; `before` is what was noted by a
    process that is no more. While the devices' window is closed they are left out, or, if it
    `waits`, until it opens.
    """

    calls: Iterable[Call]
    note: Callable[[str, int, Sign], None]
    before: Mapping[str, Sequence[Noted]]
    waits: bool
    care: Mapping[AssetClass, Care]

    async def make(self, round_: Walk, visited: MemoryObjectSendStream[Visited]) -> None:
        """Call on all devices, some at a time, and hand over what came of it.

        Raises:
            OutOfScope: something tried to leave the scope.
            Refused: the audit trail cannot be written.
        """
        calls = iter(self.calls)
        async with visited, anyio.create_task_group() as callers:
            for _ in range(DEVICES_AT_ONCE):
                callers.start_soon(self._make_some, round_, calls, visited.clone())

    async def _make_some(
        self, round_: Walk, calls: Iterator[Call], visited: MemoryObjectSendStream[Visited]
    ) -> None:
        async with visited:
            for call in calls:
                if round_.interruptions:
                    return
                leg = round_.account.begin(call)
                try:
                    await self._make(round_, call, leg, visited)
                except StoreRefused as failure:
                    round_.fail(failure)
                    return
                await visited.send((leg, None))

    async def _make(
        self, round_: Walk, call: Call, leg: Leg, visited: MemoryObjectSendStream[Visited]
    ) -> None:
        """Call on one device, port after port; an interruption leaves the rest for another time."""
        budget = Budget(
            self.care[call.asset_class],
            partial(self.note, call.address),
            self.before.get(call.address, ()),
            round_.gate.clock(),
        )
        for endpoint in call.endpoints(round_.scope.host_of(call.address)):
            came = await self._knock(round_, call, budget, endpoint)
            if came is None:
                return
            what, made = came
            leg.sweep.planned += 1
            target = endpoint.address, endpoint.port
            if isinstance(what, Skip):
                leg.skipped[what] += 1
                leg.sweep.census.add(target, what, endpoint.transport)
            else:
                leg.sweep.add(target, what, endpoint.transport)
            if made is not None:
                leg.pending += 1
                await visited.send((leg, made))

    async def _knock(
        self, round_: Walk, call: Call, budget: Budget, endpoint: Endpoint
    ) -> tuple[State | Skip, Visit | None] | None:
        """Knock at one door of a device by speaking.

        Give None when the round is interrupted before it is settled: who continues the round
        knocks again.
        """
        if why_not := budget.why_not(endpoint.port):
            return why_not, None
        consent = round_.scope.consents[call.asset_class]
        admitted = await self._admitted(round_, consent)
        if round_.interruptions:
            return None
        if not admitted:
            return Skip.WINDOW, None
        gate = CarefulGate(round_, endpoint, budget, lambda: _may_connect(round_, consent))
        made = await _speak(round_, call, gate, endpoint)
        round_.guard.raise_if_violated()
        if round_.interruptions and _is_spared(made) and not budget.why_not(endpoint.port):
            return None
        if gate.reached and (why := budget.why_not(endpoint.port)) in {Skip.RESET, Skip.SILENT}:
            log.warning("device-left-alone", endpoint=str(endpoint), why=why)
        what = _what(made, reached=gate.reached)
        return what, made if what in {State.OPEN, State.CLOSED} else None

    async def _admitted(self, round_: Walk, consent: Consent) -> bool:
        """Wait as long as a round waits for its hours, and for the devices' own if it is to."""
        while await round_.may_begin() and not _is_open(round_, consent):
            if not self.waits and not consent.is_open(round_.now()):
                return False
            await anyio.sleep(GLANCE)
        return True


def _is_open(round_: Walk, consent: Consent) -> bool:
    now = round_.now()
    return round_.scope.is_open(now) and consent.is_open(now)


def _may_connect(round_: Walk, consent: Consent) -> bool:
    """Tell whether the operator, the permission and the hours allow another socket right now."""
    permitted = round_.scope.refusal_today(round_.now()) is None
    return not round_.interruptions and permitted and _is_open(round_, consent)


async def _speak(round_: Walk, call: Call, gate: CarefulGate, endpoint: Endpoint) -> Visit:
    """Hold the conversations of the probes that are made for such a device, and no others."""
    own = [one for one in round_.probes if one.about.made_for is call.asset_class]
    extra = round_.scope.extra_ports
    if endpoint.transport is Transport.UDP:
        return await visit_unheard(gate, endpoint, datagram_openings(own, extra)[endpoint.port])
    fronts = hearings(own, extra, endpoint.port)
    both_ways = gate.care.other_transport
    return await first_recognised(gate, endpoint, fronts, both_ways=both_ways)


def _is_spared(made: Visit) -> bool:
    return isinstance(made.outcome, Unknown) and made.outcome.silence is Silence.SPARED


def _what(made: Visit, *, reached: bool) -> State | Skip:
    """Say what a sweep would have said of an endpoint, or why it was left out after all."""
    if reached:
        return State.OPEN
    if isinstance(made.outcome, Closed):
        return State.CLOSED
    silence = made.outcome.silence if isinstance(made.outcome, Unknown) else None
    # A reset can only follow a connection that stood.
    return _STATES.get(silence, State.OPEN) if silence else State.OPEN
