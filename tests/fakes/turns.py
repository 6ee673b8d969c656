"""Servers that a test steers while a round goes on."""

import threading
from dataclasses import dataclass, field

import anyio
from anyio.abc import ByteStream
from anyio.streams.buffered import BufferedByteReceiveStream

from scanner.demo.listen import Serve
from scanner.demo.redis import FakeRedis, read_command

#: How often a held server looks whether it may go on, in seconds.
GLANCE = 0.01


@dataclass(slots=True)
class Changing:
    """A port behind which another server stands from now on, whenever `now` is set."""

    now: Serve

    async def serve(self, stream: ByteStream) -> None:
        """Let whoever stands there converse."""
        await self.now(stream)


@dataclass(slots=True)
class Held:
    """An open Redis that answers its first `free` callers at once and holds up those after them.

    `reached` is set when a caller is being held, who is answered once `go` is set.
    """

    free: int = 0
    reached: threading.Event = field(default_factory=threading.Event)
    go: threading.Event = field(default_factory=threading.Event)
    beneath: FakeRedis = field(default_factory=FakeRedis)

    async def serve(self, stream: ByteStream) -> None:
        """Converse with one client, who speaks first; a connect alone is no caller."""
        incoming = BufferedByteReceiveStream(stream)
        command = await read_command(incoming)
        self.free -= 1
        if self.free < 0:
            self.reached.set()
        while self.free < 0 and not self.go.is_set():  # noqa: ASYNC110 - set by another thread
            await anyio.sleep(GLANCE)
        while command is not None:
            await stream.send(self.beneath.answer(command))
            command = await read_command(incoming)
