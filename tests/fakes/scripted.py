"""Servers that say fixed bytes: most hostile replies need no more."""

from dataclasses import dataclass

import anyio
from anyio.abc import ByteStream


@dataclass(frozen=True, slots=True)
class Says:
    """Says the same bytes to everyone, after being spoken to unless it is `first`.

    Then it closes, or `holds` the connection open and says nothing more.
    """

    said: bytes
    first: bool = False
    holds: bool = False

    async def __call__(self, stream: ByteStream) -> None:
        """Serve one connection."""
        if not self.first:
            await stream.receive()
        await stream.send(self.said)
        if self.holds:
            await anyio.sleep_forever()


@dataclass(frozen=True, slots=True)
class Drips:
    """Says its bytes one at a time, `seconds` apart, after being spoken to."""

    said: bytes
    seconds: float = 1.0

    async def __call__(self, stream: ByteStream) -> None:
        """Serve one connection."""
        await stream.receive()
        for place in range(len(self.said)):
            await stream.send(self.said[place : place + 1])
            await anyio.sleep(self.seconds)


@dataclass(frozen=True, slots=True)
class Repeats:
    """Says an opening, then the same bytes again and again until `most` are sent.

    `most` catches a client without a cap and keeps the machine whole.
    """

    opening: bytes
    again: bytes
    first: bool = False
    most: int = 64 << 20

    async def __call__(self, stream: ByteStream) -> None:
        """Serve one connection."""
        if not self.first:
            await stream.receive()
        await stream.send(self.opening)
        chunk = self.again * max(1, (1 << 14) // len(self.again))
        for _ in range(self.most // len(chunk)):
            await stream.send(chunk)
