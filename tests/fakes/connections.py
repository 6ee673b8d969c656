"""Peers that fail below any protocol: mute, gone, reset, stuck in a handshake."""

import os
import socket
import struct
from dataclasses import dataclass, field
from ssl import SSLContext

import anyio
from anyio.abc import ByteStream, SocketAttribute

from scanner.demo.certificate import server_context
from tests.fakes.scripted import Repeats, Says

#: Linger on, for no time: closing such a socket sends a reset.
_RESET = struct.pack("ii", 1, 0)


async def mute(_stream: ByteStream) -> None:
    """Accept, and never say a word."""
    await anyio.sleep_forever()


async def gone(_stream: ByteStream) -> None:
    """Accept, and close at once."""


async def gone_when_asked(stream: ByteStream) -> None:
    """Hear the first bytes, and close."""
    await stream.receive()


async def reset(stream: ByteStream) -> None:
    """Accept, and reset at once: no FIN, which a polite close would send before."""
    plain = stream.extra(SocketAttribute.raw_socket)  # noqa: S610 - anyio's, not Django's
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    nowhere = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nowhere, plain.fileno())  # the kernel closes the connection behind the event loop
    os.close(nowhere)


async def reset_when_asked(stream: ByteStream) -> None:
    """Hear the first bytes, and reset."""
    await stream.receive()
    await reset(stream)


@dataclass(slots=True)
class AnswersThenResets:
    """Answers the first word of each connection, and resets it; `over` is when that was done."""

    said: bytes
    connections: int = 0
    over: anyio.Event = field(default_factory=anyio.Event)

    async def __call__(self, stream: ByteStream) -> None:
        """Serve one connection."""
        self.connections += 1
        await stream.receive()
        await stream.send(self.said)
        await reset(stream)
        self.over.set()


#: TLS: hears the ClientHello, and never answers.
tls_stalls = Says(b"", holds=True)

#: TLS: begins a ServerHello record of 16 KiB, and never ends it.
tls_stalls_within = Says(b"\x16\x03\x03\x40\x00\x02\x00\x00\x76\x03\x03", holds=True)

#: TLS: refuses with a fatal alert (40, handshake_failure).
tls_refuses = Says(b"\x15\x03\x03\x00\x02\x02\x28")

#: TLS: records of handshake type that never make a message.
tls_floods = Repeats(b"\x16\x03\x03\x40\x00\x02\xff\xff\xff", b"\x00" * 1024)

#: Certificates with this many names: about 90 KB, below OpenSSL's limit for a chain of 100 KB,
#: and about 900 KB, beyond it.
MANY_NAMES, TOO_MANY_NAMES = 3_000, 30_000


def tls_with_names(count: int) -> SSLContext:
    """Make a TLS server's context with that many names in its certificate."""
    return server_context([f"host-{number:05}.example.invalid" for number in range(count)])
