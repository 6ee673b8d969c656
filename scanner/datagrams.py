"""One datagram on its way, on a socket of its own: what a sweep sends, and what the gate sends.

A socket that was connected is handed datagrams of the very address and port that it asked, and the
ICMP errors that come back: the kernel sees to both. Who answers from another port (TFTP) cannot be
connected to; then the address is compared here.
"""

import socket
import sys
from typing import NamedTuple

import anyio

from scanner.boundary import contained
from scanner.model import Unknown
from scanner.probe import Datagram, Ends, NoAnswer
from scanner.wire.http import TooLarge

#: From linux/in.h and linux/in6.h; `socket` has no names for them before Python 3.14. An ICMP
#: error then ends the wait of any socket, also one that a router sent and one that is not final.
IP_RECVERR, IPV6_RECVERR = 11, 25


class Heard(NamedTuple):
    """What answered a datagram, how many bytes had been sent, and from where."""

    data: bytes
    sent: int
    source: str


class Post:
    """One ask to one literal address and port; it is sent once.

    Raises:
        OSError: no socket is to be had.
    """

    def __init__(self, ask: Datagram, target: tuple[str, int]) -> None:
        self._ask = ask
        self._target = target
        self._family = socket.AF_INET6 if ":" in target[0] else socket.AF_INET
        self._socket = socket.socket(self._family, socket.SOCK_DGRAM)
        self._socket.settimeout(0)
        self._sent = 0
        if sys.platform == "linux":
            self._hear_errors()

    def fileno(self) -> int:
        """Give the descriptor, to wait for."""
        return self._socket.fileno()

    def send(self) -> Heard:
        """Put the datagram on its way, and give what was sent.

        Raises:
            OSError: there is no way there, or no room for it.
            NoAnswer: the ask's own code has a bug; nothing was sent.
            OutOfScope: the guard refused the target.
        """
        if not self._ask.any_port:
            self._socket.connect(self._target)
        payload = contained(self._ask.name, self._encoded)
        if isinstance(payload, Unknown):
            raise NoAnswer(payload.silence, payload.why)
        if self._ask.any_port:
            self._sent = self._socket.sendto(payload, self._target)
        else:
            self._sent = self._socket.send(payload)
        return self.unanswered

    def receive(self) -> Heard | None:
        """Give the answer, or None while there is none.

        A byte more than the ask allows is read, so that one can tell; the rest is dropped.

        Raises:
            OSError: an ICMP error says why there will be none.
        """
        try:
            data, source = self._socket.recvfrom(self._ask.max_bytes + 1)
        except BlockingIOError:
            return None
        return Heard(data, self._sent, self._here) if self._is_asked(source[0]) else None

    @property
    def unanswered(self) -> Heard:
        """Give what was sent, and that nothing came."""
        return Heard(b"", self._sent, self._here)

    @property
    def about(self) -> tuple[tuple[str, int], Datagram]:
        """Name whom it was sent to, and what."""
        return self._target, self._ask

    async def answer(self) -> Heard:
        """Wait for the answer; the patience is the caller's.

        Raises:
            OSError: as `receive`.
            TooLarge: more than the ask allows.
        """
        while (heard := self.receive()) is None:
            await anyio.wait_readable(self._socket)
        if len(heard.data) > self._ask.max_bytes:
            raise TooLarge(f"a reply above {self._ask.max_bytes} bytes")
        return heard

    def close(self) -> None:
        """Close the socket: what comes later is refused."""
        self._socket.close()

    @property
    def _here(self) -> str:
        host, port = self._socket.getsockname()[:2]
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    def _encoded(self) -> bytes:
        return self._ask.encode(Ends(self._socket.getsockname()[:2], self._target))

    def _is_asked(self, address: str) -> bool:
        literal = address.partition("%")[0]
        asked, told = (socket.inet_pton(self._family, one) for one in (self._target[0], literal))
        return asked == told

    def _hear_errors(self) -> None:
        if self._family == socket.AF_INET6:
            self._socket.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVERR, 1)
        else:
            self._socket.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
