"""Messages over a socket between two processes of ours, bounded both ways."""

import socket
from collections.abc import Iterable

import anyio
import msgspec

#: A length of four bytes goes before each message.
HEAD = 4

#: The largest message is a visit with 2,000 holdings or the orders of a large round: a few MiB.
MAX_MESSAGE = 64 << 20

#: Read at once; a few hundred ordinary messages.
CHUNK = 1 << 16


class Channel:
    """One end. Who sends waits until the other reads: the system keeps some 200 KiB between them.

    Any task may send; one task receives.
    """

    def __init__(self, end: socket.socket) -> None:
        end.settimeout(0)
        self._socket = end
        self._sending = anyio.Lock()
        self._held = bytearray()
        self._encode = msgspec.msgpack.Encoder().encode

    async def send(self, message: msgspec.Struct) -> None:
        """Send a message.

        Raises:
            BrokenPipeError: the other end is closed.
        """
        await self.send_bytes(self._encode(message))

    async def send_all(self, messages: Iterable[msgspec.Struct]) -> None:
        """Send some messages in one go: the other end wakes up once.

        Raises:
            BrokenPipeError: the other end is closed.
        """
        await self._send_framed(b"".join(_framed(self._encode(one)) for one in messages))

    async def send_bytes(self, message: bytes) -> None:
        """Send a message that is encoded already.

        Raises:
            BrokenPipeError: the other end is closed.
            ValueError: it is larger than a message may be.
        """
        await self._send_framed(_framed(message))

    async def receive(self) -> bytes | None:
        """Give the next message; None when the other end is closed, perhaps in the middle of one.

        Raises:
            ValueError: a message is announced that is larger than any may be.
        """
        while (message := self._cut()) is None:
            arrived = await self._read()
            if not arrived:
                return None
            self._held += arrived
        return message

    def hang_up(self) -> None:
        """Send nothing more; the other end reads to the end of what was sent."""
        try:
            self._socket.shutdown(socket.SHUT_WR)
        except OSError:  # it is gone already
            return

    def close(self) -> None:
        """Let go of the socket."""
        self._socket.close()

    async def _send_framed(self, messages: bytes) -> None:
        rest = memoryview(messages)
        async with self._sending:
            while rest:
                try:
                    rest = rest[self._socket.send(rest) :]
                except BlockingIOError:
                    await anyio.wait_writable(self._socket)

    async def _read(self) -> bytes:
        while True:
            try:
                return self._socket.recv(CHUNK)
            except BlockingIOError:
                await anyio.wait_readable(self._socket)
            except ConnectionResetError:  # it was closed with something of ours unread
                return b""

    def _cut(self) -> bytes | None:
        """Take the first message off what has arrived."""
        if len(self._held) < HEAD:
            return None
        end = HEAD + int.from_bytes(self._held[:HEAD])
        if end > HEAD + MAX_MESSAGE:
            raise ValueError("the other end announces a message that is too large")
        if len(self._held) < end:
            return None
        message = bytes(self._held[HEAD:end])
        del self._held[:end]
        return message


def _framed(message: bytes) -> bytes:
    if len(message) > MAX_MESSAGE:
        raise ValueError("a message is larger than the other end accepts")
    return len(message).to_bytes(HEAD) + message
