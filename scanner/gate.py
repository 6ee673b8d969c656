"""The only door for conversations: scope, rates, deadlines, byte caps, audit trail.

Nobody else opens a socket for a conversation; `scanner/sweep/` knocks, this door speaks.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import anyio
from msgspec.structs import replace

from scanner.audit import Act, Auditor
from scanner.conversation import Conversation, Limits
from scanner.datagrams import Heard, Post
from scanner.guard import OutOfScope
from scanner.model import Endpoint, Silence, Transport
from scanner.probe import Answer, Datagram, NoAnswer
from scanner.silence import translated
from scanner.stream import Meter, Stream


class Covers(Protocol):
    """The part of the scope that the gate needs."""

    def covers(self, address: str) -> bool:
        """Tell whether an address may be spoken to."""


class Paces(Protocol):
    """The part of the pace that the gate needs."""

    def reserve(self, address: str, now: float) -> float:
        """Take a turn for the address and give 0.0, or give the seconds until asking again."""

    def heard(self, target: tuple[str, int], begun: float, now: float) -> None:
        """Note that a connection was answered."""

    def missed(self, target: tuple[str, int], begun: float, now: float) -> None:
        """Note that a connection was not answered in time."""

    def slow_down(self, address: str) -> None:
        """Give a host more rest."""


@dataclass(slots=True)
class Traffic:
    """Running totals of what went through the gate in a round."""

    asks: int = 0
    sent: int = 0
    received: int = 0
    silences: Counter[Silence] = field(default_factory=Counter)


class Gate:
    """Opens conversations with endpoints of the scope, one at a time per host."""

    reset_is_final = False

    def __init__(  # noqa: PLR0913 - each is a dependency that a test replaces
        self,
        *,
        scope: Covers,
        pace: Paces,
        audit: Auditor,
        round_id: str,
        user_agent: str,
        clock: Callable[[], float],
        now: Callable[[], datetime],
        limits: Limits | None = None,
    ) -> None:
        self.scope = scope
        self.pace = pace
        self.audit = audit
        self.round = round_id
        self.user_agent = user_agent
        self.clock = clock
        self.now = now
        self.limits = limits or Limits()
        self.traffic = Traffic()
        self.large = anyio.CapacityLimiter(self.limits.large_at_once)
        self._hosts: dict[str, tuple[anyio.Lock, int]] = {}

    @asynccontextmanager
    async def hold(self, address: str) -> AsyncIterator[None]:
        """Keep a host to ourselves: one conversation per host at any time."""
        lock, waiting = self._hosts.get(address) or (anyio.Lock(fast_acquire=True), 0)
        self._hosts[address] = (lock, waiting + 1)
        try:
            async with lock:
                yield
        finally:
            lock, waiting = self._hosts.pop(address)
            if waiting > 1:
                self._hosts[address] = (lock, waiting - 1)

    @asynccontextmanager
    async def converse(self, endpoint: Endpoint, *, tls: bool) -> AsyncIterator[Conversation]:
        """Open a conversation; one deadline covers all of it.

        Raises:
            OutOfScope: the endpoint is not in the scope.
            NoAnswer: the conversation's deadline passed while it was held.
        """
        if not self.scope.covers(endpoint.address):
            raise OutOfScope(f"conversation with {endpoint}")
        talk = Conversation(endpoint, tls=tls, door=self)
        try:
            with talk.patience.deadline(self.limits.conversation):
                yield talk
        except TimeoutError as error:  # its own: every ask has translated those of the peer
            raise NoAnswer(Silence.TIMEOUT, "the conversation took too long") from error
        finally:
            talk.close()

    def turn(self, address: str) -> float:
        """Take a turn to connect to a host, or give the seconds until asking again."""
        return self.pace.reserve(address, self.clock())

    async def connect(self, address: str, port: int, meter: Meter) -> Stream:
        """Connect within the connect limit; the caller has waited for its `turn`.

        Raises:
            NoAnswer: refused, unreachable or timed out.
            OutOfScope: the address is not in the scope.
        """
        begun = self.clock()
        try:
            stream = await self._dial(address, port, meter)
        except NoAnswer as failure:
            if failure.silence is Silence.TIMEOUT:
                self.pace.missed((address, port), begun, self.clock())
            raise
        self.pace.heard((address, port), begun, self.clock())
        return stream

    async def knock(self, endpoint: Endpoint) -> bool:
        """Connect, say nothing and tell whether it was open. A silence here is no strain.

        Raises:
            OutOfScope: the address is not in the scope.
        """
        while delay := self.turn(endpoint.address):  # noqa: ASYNC110 - no event tells of a turn
            await anyio.sleep(delay)
        begun, end = self.clock(), "open"
        try:
            (await self._dial(endpoint.address, endpoint.port, Meter())).close()
        except NoAnswer as failure:
            end = failure.silence.value
        seconds = round(self.clock() - begun, 6)
        knocked = Act(when=self.now(), round=self.round, act="knock", to=str(endpoint))
        self.audit.note(replace(knocked, seconds=seconds, end=end))
        return end == "open"

    async def post(self, endpoint: Endpoint, ask: Datagram) -> Answer:
        """Send one datagram when it is our turn, and wait for the one that answers it.

        Raises:
            NoAnswer: why there is none.
            OutOfScope: the endpoint is not in the scope.
        """
        if not self.scope.covers(endpoint.address):
            raise OutOfScope(f"datagram to {endpoint}")
        while delay := self.turn(endpoint.address):  # noqa: ASYNC110 - no event tells of a turn
            await anyio.sleep(delay)
        return await self.deliver(endpoint, ask)

    async def deliver(self, endpoint: Endpoint, ask: Datagram) -> Answer:
        """Send one datagram within the ask's limit; the caller has waited for its `turn`.

        Raises:
            NoAnswer: why there is no answer.
        """
        target = endpoint.address, endpoint.port
        begun, heard, silence, end = self.clock(), Heard(b"", 0, ""), None, "cancelled"
        try:
            with (
                translated(),
                anyio.fail_after(self.limits.ask),
                closing(Post(ask, target)) as post,
            ):
                heard = post.send()
                heard = await post.answer()
            end = "answered"
        except NoAnswer as failure:
            silence = failure.silence
            end = silence.value
            raise
        finally:
            seconds = round(self.clock() - begun, 6)
            self.note(replace(self._act(endpoint, ask, heard), seconds=seconds, end=end), silence)
        return Answer(data=heard.data)

    def note_front(self, endpoint: Endpoint, ask: Datagram, heard: Heard) -> None:
        """Note a datagram of the sweep that was answered: an ask like any other."""
        self.note(replace(self._act(endpoint, ask, heard), end="answered"), None)

    def note_unanswered(
        self, target: tuple[str, int], ask: Datagram, heard: Heard, silence: Silence
    ) -> None:
        """Note a datagram of the sweep that was not answered; any thread may.

        It is in the trail only: the totals are those of the conversations.
        """
        endpoint = Endpoint(address=target[0], port=target[1], transport=Transport.UDP)
        self.audit.note(replace(self._act(endpoint, ask, heard), end=silence.value))

    def _act(self, endpoint: Endpoint, ask: Datagram, heard: Heard) -> Act:
        return Act(
            when=self.now(),
            round=self.round,
            act="ask",
            to=str(endpoint),
            source=heard.source,
            ask=ask.name,
            sent=heard.sent,
            received=len(heard.data),
        )

    async def _dial(self, address: str, port: int, meter: Meter) -> Stream:
        if not self.scope.covers(address):
            raise OutOfScope(f"connect to {address}")
        with translated(), anyio.fail_after(self.limits.connect):
            return await Stream.connect(address, port, meter)

    def spare(self, address: str) -> None:
        """Give a host more rest: it kept an ask waiting in vain, or broke it off."""
        self.pace.slow_down(address)

    def note(self, act: Act, silence: Silence | None) -> None:
        """Write an act into the audit trail, and an ask into the round's totals."""
        self.audit.note(act)
        if act.act != "ask":  # a data connection: its bytes are its ask's
            return
        self.traffic.asks += 1
        self.traffic.sent += act.sent
        self.traffic.received += act.received
        if silence is not None:
            self.traffic.silences[silence] += 1
