"""What a round meets besides real services: a liar, a tarpit, a flood, a mouthful of noise."""

import random
from dataclasses import dataclass, field

import anyio
from anyio.abc import ByteStream

from scanner.demo.http import Request, Response, serve_http

#: A flood stops here, so that a client without a cap is caught and a machine is not filled.
FLOOD_BYTES = 64 << 20

_CHUNK = 16 * 1024


@dataclass(slots=True)
class Decoy:
    """An HTTP server that gives the same page to everything, 200 OK."""

    body: bytes
    content_type: str = "application/json; charset=UTF-8"
    asked: list[str] = field(default_factory=list)

    async def serve(self, stream: ByteStream) -> None:
        """Converse with one client."""
        await serve_http(stream, self._respond)

    def _respond(self, request: Request) -> Response:
        self.asked.append(f"{request.method} {request.target}")
        return Response(200, self.body, self.content_type)


@dataclass(slots=True)
class Tarpit:
    """A server that accepts and drips one byte every `seconds`, for ever."""

    drip: bytes = b"2"
    seconds: float = 1.0
    asked: list[str] = field(default_factory=list)

    async def serve(self, stream: ByteStream) -> None:
        """Hold one client for as long as it stays."""
        self.asked.append("connect")
        while True:
            await stream.send(self.drip)
            await anyio.sleep(self.seconds)


@dataclass(slots=True)
class Flood:
    """A server that begins an answer and never ends it: `opening`, then `again` and again."""

    opening: bytes
    again: bytes
    asked: list[str] = field(default_factory=list)

    async def serve(self, stream: ByteStream) -> None:
        """Drown one client, after it has said something."""
        self.asked.append("connect")
        await stream.receive()
        await stream.send(self.opening)
        chunk = self.again * (_CHUNK // len(self.again) + 1)
        for _ in range(FLOOD_BYTES // len(chunk)):
            await stream.send(chunk)


@dataclass(slots=True)
class Noise:
    """A server that answers any input with the same random bytes, and closes."""

    size: int = 4096
    seed: int = 4559
    asked: list[str] = field(default_factory=list)

    async def serve(self, stream: ByteStream) -> None:
        """Answer one client with noise."""
        self.asked.append("connect")
        await stream.receive()
        await stream.send(random.Random(self.seed).randbytes(self.size))  # noqa: S311 - noise, not a secret; the seed makes a failure repeatable


#: Headers that never end: each line is well formed, so only a cap stops them.
ENDLESS_HEADERS = (b"HTTP/1.1 200 OK\r\n", b"x-filler: " + b"a" * 80 + b"\r\n")

#: A body in chunks that never ends.
ENDLESS_BODY = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n",
    b"400\r\n" + b"[" * 1024 + b"\r\n",
)
