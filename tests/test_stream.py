"""A byte stream: every byte arrives, in whatever pieces, and is counted."""

import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import pytest
from anyio.abc import ByteStream

from scanner.demo.certificate import server_context
from scanner.demo.listen import Serve, listening
from scanner.stream import CHUNK, Meter, Stream
from scanner.tls import auditing_context, facts_of
from tests.fakes.scripted import Drips, Says

pytestmark = pytest.mark.anyio

#: More than every buffer between two sockets of one machine.
LARGE = b"0123456789abcdef" * (1 << 19)


async def echo(stream: ByteStream) -> None:
    """Say what was said; hear all of it first, so that the sender has to wait."""
    heard = bytearray()
    while len(heard) < len(LARGE):
        heard += await stream.receive()
    await stream.send(bytes(heard))


@asynccontextmanager
async def connected(
    serve: Serve, *, tls: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[Stream, Meter]]:
    """Connect to a server for the length of a block."""
    meter = Meter()
    async with listening(serve, tls=tls) as (address, port):
        stream = await Stream.connect(address, port, meter)
        try:
            if tls is not None:
                await stream.start_tls(auditing_context(), None, facts_of)
            yield stream, meter
        finally:
            stream.close()


async def everything(stream: Stream) -> bytes:
    """Receive until the end."""
    heard = bytearray()
    while data := await stream.receive():
        assert len(data) <= CHUNK
        heard += data
    return bytes(heard)


@pytest.mark.parametrize("tls", [False, True])
async def test_all_that_is_sent_arrives(tls: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Eight megabytes there and back, through buffers that are full on the way."""
    context = server_context(["echo.example"]) if tls else None
    async with connected(echo, tls=context) as (stream, _):
        await stream.send(LARGE)
        assert await everything(stream) == LARGE


async def test_the_meter_counts_every_byte_of_a_plain_stream() -> None:
    """Both directions, over every connection that shares the meter."""
    async with connected(Says(b"pong" * 10)) as (stream, meter):
        await stream.send(b"ping")
        await everything(stream)
    assert (meter.sent, meter.received) == (4, 40)


async def test_the_meter_counts_the_bytes_of_tls_itself() -> None:
    """What went over the wire, not what was meant."""
    async with connected(Says(b"pong"), tls=server_context(["a.example"])) as (stream, meter):
        await stream.send(b"ping")
        await everything(stream)
    assert meter.sent > 300
    assert meter.received > 300


@pytest.mark.parametrize(
    ("first", "is_tls"),
    [
        (b"\x15\x03\x01\x00\x02\x02\x46", True),
        (b"\x15\x03\x03\x00\x02\x02\x28", True),
        (b"\x16\x03\x03\x00\x7a", True),
        (b"HTTP/1.1 400", False),
        (b"\x15\x04", False),
        (b"\x15", False),
    ],
)
async def test_the_first_bytes_tell_tls(first: bytes, is_tls: bool) -> None:  # noqa: FBT001 - expected
    """An alert or a handshake record of TLS, although it comes byte by byte."""
    async with connected(Drips(first, seconds=0)) as (stream, meter):
        await stream.send(b"x")
        await everything(stream)
    assert meter.heard_tls is is_tls


async def test_a_deadline_is_kept_although_bytes_are_there() -> None:
    """Otherwise a peer that never pauses would be read until its caps, however long that takes."""
    ours, theirs = socket.socketpair()
    ours.settimeout(0)
    with ours, theirs, anyio.CancelScope() as scope:
        theirs.sendall(bytes(1000))
        scope.cancel()
        await Stream(ours, Meter()).receive()
    assert scope.cancelled_caught


async def test_a_refused_connect_is_an_error_of_the_system() -> None:
    """Its meaning is the conversation's business."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(ConnectionRefusedError):
        await Stream.connect("127.0.0.1", port, Meter())


async def test_our_own_address_is_known() -> None:
    """For the audit trail: which address asked, from which port."""
    async with connected(Says(b"")) as (stream, _):
        assert stream.local.startswith("127.0.0.1:")


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6 here")
async def test_ipv6_is_spoken() -> None:
    """The family follows the literal."""
    listener = await anyio.create_tcp_listener(local_host="::1")
    port = listener.extra(anyio.abc.SocketAttribute.local_port)  # noqa: S610 - anyio's, not Django's
    async with listener:
        stream = await Stream.connect("::1", port, Meter())
        assert stream.local.startswith("[::1]:")
        stream.close()
