"""One conversation through the gate: a few asks to one endpoint, all bounded and accounted."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias, TypeVar

import anyio
from msgspec.structs import replace

from scanner.audit import Act
from scanner.boundary import contained
from scanner.denied import DENIED
from scanner.model import Endpoint, Silence, TlsFacts, Unknown
from scanner.patience import Patience
from scanner.probe import (
    Answer,
    Ask,
    CountLines,
    Exchange,
    Fixed,
    HangUp,
    HttpAsk,
    Listen,
    NoAnswer,
    Page,
    StreamAsk,
)
from scanner.silence import translated
from scanner.stream import Meter, Stream
from scanner.wire import Garbled
from scanner.wire.http import Client, Request, TooLarge

#: Asks above this are for listings of large estates; few may be held in memory at once.
LARGE = 1 << 20

#: A look at what has come of a frame that takes longer, in seconds, leaves the event loop to others
#: for so many times as long: who sends a byte at a time must not have us look for each of them.
SLOW_LOOK = 0.002
OTHERS_SHARE = 10

#: Silences of a server that may be strained by us; others are its answer.
STRAINED = frozenset({Silence.TIMEOUT, Silence.RESET})

T = TypeVar("T")

#: What a frame answers.
_Framed: TypeAlias = Listen | Exchange | CountLines


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one conversation may cost. Times in seconds, sizes in bytes.

    An assessment of a large cluster takes thirty asks of a few milliseconds each; the deadline is
    there for peers that drip.
    """

    connect: float = 3.0
    ask: float = 6.0
    conversation: float = 30.0
    asks: int = 400
    received: int = 32 << 20
    connections: int = 16
    large_at_once: int = 4


class Door(Protocol):
    """What a conversation needs of the gate that opened it.

    `reset_is_final` tells whether an ask that met a reset is put no more, even where the connection
    had served others before.
    """

    reset_is_final: bool
    limits: Limits
    large: anyio.CapacityLimiter
    clock: Callable[[], float]
    now: Callable[[], datetime]

    @property
    def user_agent(self) -> str:
        """How the scanner names itself to HTTP servers."""

    @property
    def round(self) -> str:
        """The round that the audit trail files this under."""

    def turn(self, address: str) -> float:
        """Take a turn to connect to a host, or give the seconds until asking again."""

    async def connect(self, address: str, port: int, meter: Meter) -> Stream:
        """Connect, in the scope only."""

    def spare(self, address: str) -> None:
        """Give a host more rest."""

    def note(self, act: Act, silence: Silence | None) -> None:
        """Keep one act in the audit trail and the totals."""


class Conversation:
    """A few asks to one endpoint, on as few connections as the server allows."""

    def __init__(self, endpoint: Endpoint, *, tls: bool, door: Door) -> None:
        self.endpoint = endpoint
        self.tls_facts: TlsFacts | None = None
        self.meter = Meter()
        self.patience = Patience()
        self._door = door
        self._tls = tls
        self._stream: Stream | None = None
        self._http: Client | None = None
        self._buffer = b""
        self._local = ""
        self._asks = 0
        self._connections = 0
        self._at_rest = True

    async def get(self, ask: HttpAsk) -> Page:
        """Put one HTTP ask and wait for its whole page.

        Raises:
            NoAnswer: why there is none.
            OutOfScope: the endpoint is not in the scope.
        """
        async with self._room_for(ask):
            with self._accounted(ask), translated(), self.patience.deadline(self._door.limits.ask):
                return await self._get(ask)

    async def exchange(self, ask: StreamAsk) -> Answer:
        """Put one ask on the byte stream and wait for its whole frame.

        Raises:
            NoAnswer: why there is none.
            OutOfScope: the endpoint is not in the scope.
        """
        if isinstance(ask, HangUp):
            with self._accounted(ask):
                self.close()
            return Answer(data=b"")
        seconds = _seconds(ask, self._door.limits)
        async with self._room_for(ask):
            with self._accounted(ask), translated(), self.patience.deadline(seconds):
                stream = await self._connected()
                if isinstance(ask, CountLines):
                    return await self._count(stream, ask)
                if isinstance(ask, Listen) and ask.silence_answers:
                    return await self._overheard(stream, ask)
                if isinstance(ask, Exchange):
                    await stream.send(_own(ask, lambda: ask.payload))
                return await self._framed(stream, ask)

    def close(self) -> None:
        """Close the connection, if there is one."""
        if self._stream is not None:
            self._stream.close()
        self._stream, self._http, self._buffer = None, None, b""

    async def _get(self, ask: HttpAsk) -> Page:
        reused = self._stream is not None
        try:
            return await self._get_once(ask)
        except (ConnectionError, EOFError) as failure:
            # A server may close an idle connection just as we ask again: once more on a new one.
            final = self._door.reset_is_final and isinstance(failure, ConnectionError)
            if final or not reused or (self._http is not None and self._http.head is not None):
                raise
            self.close()
            return await self._get_once(ask)

    async def _get_once(self, ask: HttpAsk) -> Page:
        stream = await self._connected()
        if self._http is None:
            self._http = Client(self._host_header(), self._door.user_agent)
        http, sent = self._http, _own(ask, lambda: request_of(ask))
        await stream.send(http.request(sent, max_bytes=ask.max_bytes))
        while (head := http.feed(await self._receive(stream))) is None:
            pass
        body, self._http = bytes(http.body), http if http.reusable else None
        if self._http is None:
            self.close()
        return Page(status=head.status, headers=head.headers, body=body, tls=self.tls_facts)

    def _host_header(self) -> str:
        name = self.endpoint.host or self.endpoint.address
        return f"[{name}]:{self.endpoint.port}" if ":" in name else f"{name}:{self.endpoint.port}"

    async def _framed(self, stream: Stream, ask: _Framed) -> Answer:
        begun = self._door.clock()
        while (length := _own(ask, lambda: ask.framing(self._buffer))) is None:
            looked = self._door.clock() - begun
            if len(self._buffer) > ask.max_bytes:
                raise TooLarge(f"a reply above {ask.max_bytes} bytes")
            if not await self._more(stream):
                raise EOFError
            if looked > SLOW_LOOK:
                await self._gathered(stream, ask.max_bytes, looked * OTHERS_SHARE)
            begun = self._door.clock()
        data, self._buffer = self._buffer[:length], self._buffer[length:]
        return Answer(data=data, tls=self.tls_facts)

    async def _more(self, stream: Stream) -> bool:
        """Wait for more of a frame; tell whether there was any."""
        data = await self._receive(stream)
        self._buffer += data
        return bool(data)

    async def _gathered(self, stream: Stream, most: int, seconds: float) -> None:
        """Take what comes for so many seconds, or until it is enough, and look at none of it."""
        with anyio.move_on_after(seconds):
            while len(self._buffer) <= most and await self._more(stream):
                pass

    async def _overheard(self, stream: Stream, ask: Listen) -> Answer:
        """Wait for a first word; that none was begun is an answer, too."""
        with anyio.move_on_after(ask.seconds or self._door.limits.ask):
            return await self._framed(stream, ask)
        if self._buffer:
            raise TimeoutError
        return Answer(data=b"", tls=self.tls_facts)

    async def _count(self, control: Stream, ask: CountLines) -> Answer:
        """Count the lines of a passive data connection, and keep none of them."""
        side = await self._beside(ask)
        try:
            await control.send(ask.command)
            first = await self._framed(control, ask)
            if not first.data.startswith(b"1"):  # refused: the data connection is never served
                return first
            lines = await self._lines(side, ask.max_bytes)
        finally:
            side.close()
        last = await self._framed(control, ask)
        return Answer(data=first.data + last.data, lines=lines, tls=self.tls_facts)

    async def _beside(self, ask: CountLines) -> Stream:
        """Connect to the data port; when that fails, the control connection is none the worse."""
        self._at_rest = True
        if ask.port in DENIED:  # a server may name any port of its address, a printer's as well
            raise Garbled("a data port on which a connection can print or move something")
        with self._noted("connect", ask, replace(self.endpoint, port=ask.port)):
            side = await self._connect(ask.port)
        self._at_rest = False
        return side

    async def _lines(self, side: Stream, max_bytes: int) -> int:
        lines, total, unfinished = 0, 0, False
        while data := await self._receive(side):
            total += len(data)
            if total > max_bytes:
                raise TooLarge(f"a listing above {max_bytes} bytes")
            lines += data.count(b"\n")
            unfinished = not data.endswith(b"\n")
        return lines + unfinished

    async def _connected(self) -> Stream:
        self._at_rest = False
        if self._stream is not None:
            return self._stream
        self._connections += 1
        if self._connections > self._door.limits.connections:
            raise NoAnswer(Silence.CLOSED, "the server closed the connection after every reply")
        self._stream = await self._connect(self.endpoint.port)
        self._local = self._stream.local
        if self._tls:
            from scanner.tls import auditing_context, facts_of  # noqa: PLC0415 - only TLS pays

            self.tls_facts = await self._stream.start_tls(
                auditing_context(), self.endpoint.host, facts_of
            )
        return self._stream

    async def _connect(self, port: int) -> Stream:
        """Connect when it is our turn; politeness must not look like the peer's silence."""
        while delay := self._door.turn(self.endpoint.address):
            with self.patience.unhurried():
                await anyio.sleep(delay)
        return await self._door.connect(self.endpoint.address, port, self.meter)

    async def _receive(self, stream: Stream) -> bytes:
        if self.meter.received > self._door.limits.received:
            raise TooLarge("the conversation grew beyond its budget")
        return await stream.receive()

    @contextmanager
    def _accounted(self, ask: Ask) -> Iterator[None]:
        """Account for the ask, and close what it leaves in doubt.

        Raises:
            NoAnswer: the conversation has had all the asks that it may have.
        """
        self._asks += 1
        if self._asks > self._door.limits.asks:
            raise NoAnswer(Silence.TOO_LARGE, "more asks than a conversation may have")
        try:
            with self._noted("ask", ask, self.endpoint):
                yield
        except BaseException as failure:
            if isinstance(failure, NoAnswer) and failure.silence in STRAINED:
                self._door.spare(self.endpoint.address)
            if not self._at_rest:
                self.close()
            raise

    @contextmanager
    def _noted(self, act: str, ask: Ask, to: Endpoint) -> Iterator[None]:
        """Note the act in the audit trail, however it ends, without the wait for our turn."""
        started, sent, received = self._door.clock(), self.meter.sent, self.meter.received
        waited = self.patience.waited
        silence, end = None, "cancelled"
        try:
            yield
            end = "answered"
        except NoAnswer as failure:
            silence = failure.silence
            end = silence.value
            failure.received = self.meter.received - received
            raise
        finally:
            noted = Act(
                when=self._door.now(),
                round=self._door.round,
                act=act,
                to=str(to),
                source=self._local,
                ask=ask.name,
                sent=self.meter.sent - sent,
                received=self.meter.received - received,
                seconds=round(self._door.clock() - started - self.patience.waited + waited, 6),
                end=end,
            )
            self._door.note(noted, silence)

    @asynccontextmanager
    async def _room_for(self, ask: HttpAsk | _Framed) -> AsyncIterator[None]:
        """Keep a place while a large reply is in memory; a listing that is counted is not kept."""
        if ask.max_bytes <= LARGE or isinstance(ask, CountLines):
            yield
            return
        with self.patience.unhurried():
            await self._door.large.acquire()
        try:
            yield
        finally:
            self._door.large.release()


def _seconds(ask: StreamAsk, limits: Limits) -> float:
    """Say how long an ask may take; where silence answers, connecting must not look like it."""
    if not isinstance(ask, Listen):
        return limits.ask
    seconds = ask.seconds or limits.ask
    return seconds + limits.connect if ask.silence_answers else seconds


def request_of(ask: HttpAsk) -> Request:
    """Say what an ask puts on the wire, besides who asks whom."""
    if isinstance(ask, Fixed):
        return Request(
            target=ask.target,
            accept=ask.accept,
            method=ask.method.value,
            content_type=ask.content_type,
            body=ask.body,
        )
    return Request(target=ask.target, accept=ask.accept, header=ask.header or "")


def _own(ask: Ask, step: Callable[[], T]) -> T:
    """Run the code that an ask brings along, which is its probe's and may be wrong.

    Raises:
        NoAnswer: the peer's bytes are garbled, or the code has a bug.
    """
    result = contained(ask.name, step)
    if isinstance(result, Unknown):
        raise NoAnswer(result.silence, result.why)
    return result
