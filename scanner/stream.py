"""A byte stream on a non-blocking socket, plain or TLS: what the gate's conversations run on.

Plain sockets with `anyio.wait_readable` cost half the CPU of `anyio.connect_tcp` (decision 2),
and a connect through the socket object is one that the guard's audit hook sees.
"""

import errno
import os
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import anyio

#: One read; larger only moves the copy, smaller costs a system call each.
CHUNK = 64 << 10

#: How a TLS record begins: an alert (21) or a handshake message (22), then version 3.x.
_TLS_RECORDS = frozenset({b"\x15\x03", b"\x16\x03"})

_IN_PROGRESS = frozenset({errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EAGAIN})

T = TypeVar("T")


@dataclass(slots=True)
class Meter:
    """Bytes on the wire, over all connections of one conversation, and the first two that came."""

    sent: int = 0
    received: int = 0
    first_bytes: bytes = b""

    @property
    def heard_tls(self) -> bool:
        """Tell whether the peer's first word was a TLS record [RFC 8446, 5.1]."""
        return self.first_bytes in _TLS_RECORDS


class CertificateDemanded(Exception):
    """The peer gave up a handshake because we have no certificate of our own to show."""


class Stream:
    """One connection to one address. Reads give b"" at the end, as sockets do."""

    def __init__(self, connected: socket.socket, meter: Meter) -> None:
        self._socket = connected
        self._meter = meter
        self._tls: ssl.SSLObject | None = None
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._broken: ConnectionError | None = None

    @classmethod
    async def connect(cls, address: str, port: int, meter: Meter) -> "Stream":
        """Connect to a literal address; bytes are counted on the meter.

        Raises:
            OSError: refused, unreachable, or no descriptor left.
            OutOfScope: the guard under the socket does not cover the address.
        """
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        connecting = socket.socket(family, socket.SOCK_STREAM)
        try:
            connecting.settimeout(0)
            connecting.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            code = connecting.connect_ex((address, port))
            if code in _IN_PROGRESS:
                await anyio.wait_writable(connecting)
                code = connecting.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if code:
                raise OSError(code, os.strerror(code))  # noqa: TRY301 - must close, as any failure
        except BaseException:  # a cancelled connect must not leak its descriptor
            connecting.close()
            raise
        return cls(connecting, meter)

    @property
    def local(self) -> str:
        """Our own address and port, for the audit trail."""
        host, port = self._socket.getsockname()[:2]
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    async def start_tls(
        self, context: ssl.SSLContext, server_name: str | None, facts: Callable[[ssl.SSLObject], T]
    ) -> T:
        """Shake hands, and hand the finished connection to `facts`.

        Raises:
            CertificateDemanded: TLS 1.2 or older, and the peer wants to know who we are.
            ssl.SSLError: the handshake failed.
            EOFError: the peer closed inside it.
        """
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=server_name)
        try:
            await self._pump(self._tls.do_handshake)
        except ssl.SSLError as error:
            # Before TLS 1.3 no alert says so. But the only thing that a server still weighs once
            # the cipher is settled is the certificate that we left out [RFC 5246, 7.4.6].
            if error.reason == "SSLV3_ALERT_HANDSHAKE_FAILURE" and self._tls.cipher() is not None:
                raise CertificateDemanded from error
            raise
        return facts(self._tls)

    async def send(self, data: bytes) -> None:
        """Send all of the data.

        What a peer said before it broke off is still there to be read: the failure is kept for the
        read that finds nothing more, as a socket tells of a reset only once.
        """
        tls = self._tls
        try:
            if tls is None:
                await self._send_raw(data)
            else:
                await self._pump(lambda: tls.write(data))
        except ConnectionError as error:
            self._broken = error

    async def receive(self) -> bytes:
        """Wait for more to come and receive at most `CHUNK` bytes of it; b"" at the end.

        Raises:
            ConnectionError: the peer broke off, now or when it was last sent something.
        """
        data = await self._received()
        if not data and self._broken is not None:
            raise self._broken
        return data

    def close(self) -> None:
        """Close at once; nothing that is unsent matters to us."""
        self._socket.close()

    async def _received(self) -> bytes:
        if self._tls is None:
            return await self._receive_raw()
        tls = self._tls
        try:
            return await self._pump(lambda: tls.read(CHUNK))
        except (EOFError, ssl.SSLZeroReturnError):
            return b""

    async def _pump(self, step: Callable[[], T]) -> T:
        """Run one step of the TLS engine, moving bytes to and from the socket as it asks."""
        while True:
            try:
                result = step()
            except ssl.SSLWantReadError:
                await self._flush()
                data = await self._receive_raw()
                if not data:
                    self._incoming.write_eof()
                    raise EOFError from None
                self._incoming.write(data)
            else:
                await self._flush()
                return result

    async def _flush(self) -> None:
        if self._outgoing.pending:
            await self._send_raw(self._outgoing.read())

    async def _send_raw(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            try:
                count = self._socket.send(view)
            except BlockingIOError:
                await anyio.wait_writable(self._socket)
            else:
                self._meter.sent += count
                view = view[count:]

    async def _receive_raw(self) -> bytes:
        while True:
            # Wait even when bytes are here: a peer that sends faster than we read would otherwise
            # never let go of the event loop, and no deadline would be kept.
            await anyio.wait_readable(self._socket)
            try:
                data = self._socket.recv(CHUNK)
            except BlockingIOError:  # woken for nothing
                continue
            meter = self._meter
            meter.received += len(data)
            if len(meter.first_bytes) < 2:  # noqa: PLR2004 - a word of TLS is recognised by two
                meter.first_bytes = (meter.first_bytes + data[:2])[:2]
            return data
