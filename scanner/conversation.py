"""One conversation through the gate: a few asks to one endpoint, every one bounded and accounted.

Here, and only here, the failures of sockets, TLS and framing become `NoAnswer` with a silence.
"""

import errno
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import anyio

from scanner.audit import Act
from scanner.model import Endpoint, Silence, TlsFacts
from scanner.probe import Answer, Ask, CountLines, Exchange, Framing, Get, Listen, NoAnswer, Page
from scanner.stream import Meter, Stream
from scanner.wire import Garbled
from scanner.wire.http import Client, TooLarge

#: Asks above this are for listings of large estates; few may be held in memory at once.
LARGE = 1 << 20

_UNREACHABLE = frozenset({errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.EACCES})

#: Alert 116 is TLS 1.3's word for it; Go servers say `bad_certificate` in TLS 1.2 [RFC 8446, 6.2].
_WANTS_CERTIFICATE = ("CERTIFICATE_REQUIRED", "ALERT_BAD_CERTIFICATE")


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
    """What a conversation needs of the gate that opened it."""

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

    def note(self, act: Act, silence: Silence | None) -> None:
        """Keep one act in the audit trail and the totals."""


class Conversation:
    """A few asks to one endpoint, on as few connections as the server allows."""

    def __init__(self, endpoint: Endpoint, *, tls: bool, door: Door) -> None:
        self.endpoint = endpoint
        self.tls_facts: TlsFacts | None = None
        self.meter = Meter()
        self._door = door
        self._tls = tls
        self._stream: Stream | None = None
        self._http: Client | None = None
        self._buffer = b""
        self._local = ""
        self._asks = 0
        self._connections = 0
        self._deadlines: list[anyio.CancelScope] = []

    async def get(self, ask: Get) -> Page:
        """Put one HTTP ask and wait for its whole page.

        Raises:
            NoAnswer: why there is none.
            OutOfScope: the endpoint is not in the scope.
        """
        async with self._large_enough(ask.max_bytes):
            with self._accounted(ask), translated(), self.deadline(self._door.limits.ask):
                return await self._get(ask)

    async def exchange(self, ask: Listen | Exchange | CountLines) -> Answer:
        """Put one ask on the byte stream and wait for its whole frame.

        Raises:
            NoAnswer: why there is none.
            OutOfScope: the endpoint is not in the scope.
        """
        seconds = (ask.seconds if isinstance(ask, Listen) else None) or self._door.limits.ask
        with self._accounted(ask), translated(), self.deadline(seconds):
            stream = await self._connected()
            match ask:
                case CountLines():
                    return await self._count(stream, ask)
                case Exchange():
                    # What a server said before it closed is still there to be read.
                    with suppress(ConnectionError):
                        await stream.send(ask.payload)
                case Listen():
                    pass
            return await self._framed(stream, ask.framing, ask.max_bytes)

    @contextmanager
    def deadline(self, seconds: float) -> Iterator[None]:
        """Raise TimeoutError when the block takes longer, waiting for our own turn not counted."""
        with anyio.fail_after(seconds) as scope:
            self._deadlines.append(scope)
            try:
                yield
            finally:
                self._deadlines.pop()

    def close(self) -> None:
        """Close the connection, if there is one."""
        if self._stream is not None:
            self._stream.close()
        self._stream, self._http, self._buffer = None, None, b""

    async def _get(self, ask: Get) -> Page:
        reused = self._stream is not None
        try:
            return await self._get_once(ask)
        except (ConnectionError, EOFError):
            # A server may close an idle connection just as we ask again: once more on a new one.
            if not reused or (self._http is not None and self._http.head is not None):
                raise
            self.close()
            return await self._get_once(ask)

    async def _get_once(self, ask: Get) -> Page:
        stream = await self._connected()
        if self._http is None:
            self._http = Client(self._host_header(), self._door.user_agent)
        http = self._http
        with suppress(ConnectionError):  # as in `exchange`
            await stream.send(http.request(ask.target, max_bytes=ask.max_bytes))
        head = None
        while head is None:
            data = await self._receive(stream)
            if not data and http.head is None:
                raise EOFError
            head = http.feed(data)  # which refuses an end inside a body
        body, self._http = bytes(http.body), http if http.reusable else None
        if self._http is None:
            self.close()
        return Page(status=head.status, headers=head.headers, body=body, tls=self.tls_facts)

    def _host_header(self) -> str:
        name = self.endpoint.host or self.endpoint.address
        return f"[{name}]:{self.endpoint.port}" if ":" in name else f"{name}:{self.endpoint.port}"

    async def _framed(self, stream: Stream, framing: Framing, max_bytes: int) -> Answer:
        while (length := framing(self._buffer)) is None:
            if len(self._buffer) > max_bytes:
                raise TooLarge(f"a reply above {max_bytes} bytes")
            data = await self._receive(stream)
            if not data:
                raise EOFError
            self._buffer += data
        data, self._buffer = self._buffer[:length], self._buffer[length:]
        return Answer(data=data, tls=self.tls_facts)

    async def _count(self, control: Stream, ask: CountLines) -> Answer:
        """Count the lines of a passive data connection, and keep none of them."""
        side = await self._connect(ask.port)
        try:
            await control.send(ask.command)
            first = await self._framed(control, ask.framing, ask.max_bytes)
            if not first.data.startswith(b"1"):  # refused: the data connection is never served
                return first
            lines = await self._lines(side, ask.max_bytes)
        finally:
            side.close()
        last = await self._framed(control, ask.framing, ask.max_bytes)
        return Answer(data=first.data + last.data, lines=lines, tls=self.tls_facts)

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
            for scope in self._deadlines:
                scope.deadline += delay
            await anyio.sleep(delay)
        return await self._door.connect(self.endpoint.address, port, self.meter)

    async def _receive(self, stream: Stream) -> bytes:
        if self.meter.received > self._door.limits.received:
            raise TooLarge("the conversation grew beyond its budget")
        return await stream.receive()

    @contextmanager
    def _accounted(self, ask: Ask) -> Iterator[None]:
        """Account for the ask, however it ends, and refuse it beyond the conversation's budget."""
        self._asks += 1
        if self._asks > self._door.limits.asks:
            raise NoAnswer(Silence.TOO_LARGE, "more asks than a conversation may have")
        started, sent, received = self._door.clock(), self.meter.sent, self.meter.received
        end, silence = "cancelled", None
        try:
            yield
            end = "answered"
        except NoAnswer as failure:
            silence = failure.silence
            end = silence.value
            raise
        finally:
            act = Act(
                when=self._door.now(),
                round=self._door.round,
                act="ask",
                to=str(self.endpoint),
                source=self._local,
                ask=ask.name,
                sent=self.meter.sent - sent,
                received=self.meter.received - received,
                seconds=round(self._door.clock() - started, 6),
                end=end,
            )
            self._door.note(act, silence)
            if end != "answered":
                self.close()

    def _large_enough(self, max_bytes: int) -> "anyio.CapacityLimiter | _Unlimited":
        return self._door.large if max_bytes > LARGE else _Unlimited()
