"""How every fake gets its port: loopback only, any free port, bounded in number and in time."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from ssl import SSLContext, SSLError
from typing import TypeAlias

import anyio
from anyio.abc import ByteStream, SocketAttribute, SocketStream, TaskGroup
from anyio.streams.tls import TLSStream

Serve: TypeAlias = Callable[[ByteStream], Awaitable[None]]

#: Nothing of the estate may be reached from another machine, whatever it is told.
LOOPBACK = "127.0.0.1"

#: Far above what one round opens at a time; a port scanner gone wild finds the door shut.
MAX_CONNECTIONS = 64

#: Seconds. The longest conversation of a round has a deadline below this.
MAX_CONVERSATION = 120.0

#: A peer that left, garbled TLS, or sent what does not fit a server's own bounds.
GONE = (
    anyio.BrokenResourceError,
    anyio.ClosedResourceError,
    anyio.DelimiterNotFound,
    anyio.EndOfStream,
    anyio.IncompleteRead,
    OSError,
    SSLError,
)


async def listen(
    tasks: TaskGroup, serve: Serve, *, tls: SSLContext | None = None
) -> tuple[str, int]:
    """Serve on a free loopback port for as long as the task group lives; give address and port."""
    listener = await anyio.create_tcp_listener(local_host=LOOPBACK)
    port: int = listener.extra(SocketAttribute.local_port)  # noqa: S610 - anyio's, not Django's
    places = anyio.Semaphore(MAX_CONNECTIONS)

    async def converse(stream: SocketStream) -> None:
        async with stream:
            with suppress(anyio.WouldBlock, *GONE):
                places.acquire_nowait()
                try:
                    with anyio.move_on_after(MAX_CONVERSATION):
                        await serve(await _wrapped(stream, tls))
                finally:
                    places.release()

    async def accept() -> None:
        async with listener:
            await listener.serve(converse)

    tasks.start_soon(accept)
    return LOOPBACK, port


@asynccontextmanager
async def listening(
    serve: Serve, *, tls: SSLContext | None = None
) -> AsyncIterator[tuple[str, int]]:
    """Serve one fake for the length of a block."""
    async with anyio.create_task_group() as tasks:
        yield await listen(tasks, serve, tls=tls)
        tasks.cancel_scope.cancel()


async def _wrapped(stream: SocketStream, tls: SSLContext | None) -> ByteStream:
    if tls is None:
        return stream
    return await TLSStream.wrap(
        stream, server_side=True, ssl_context=tls, standard_compatible=False
    )
