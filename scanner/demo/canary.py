"""The mark that every record of the estate carries, and the ear on the wire that counts it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from anyio.abc import ByteStream

#: In each document, key, fax and caller's number; it would fit a fax machine's 20-character name.
CANARY = "CANARY-6b1f9c02"

_MARK = CANARY.encode()


@dataclass(slots=True)
class Leaks:
    """How many bytes of canaries have left the servers that share this count."""

    bytes: int = 0


class Watched(ByteStream):
    """A server's side of a connection, in clear text, that counts the canaries it sends.

    It sits under every server of the estate, so no server has to remember to count.
    """

    def __init__(self, stream: ByteStream, leaks: Leaks) -> None:
        self._stream = stream
        self._leaks = leaks
        self._tail = b""

    async def send(self, item: bytes) -> None:
        """Count, then send; a canary that two sends share is counted once."""
        text = self._tail + item
        self._leaks.bytes += text.count(_MARK) * len(_MARK)
        self._tail = text[-(len(_MARK) - 1) :]
        await self._stream.send(item)

    async def receive(self, max_bytes: int = 65536) -> bytes:
        """Receive from the peer."""
        return await self._stream.receive(max_bytes)

    async def send_eof(self) -> None:
        """Close the sending side."""
        await self._stream.send_eof()

    async def aclose(self) -> None:
        """Close both sides."""
        await self._stream.aclose()

    @property
    def extra_attributes(self) -> Mapping[Any, Callable[[], Any]]:
        """Show the socket beneath."""
        return self._stream.extra_attributes
