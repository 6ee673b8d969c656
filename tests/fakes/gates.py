"""A gate to loopback, with a trail that a test can read; `hears` counts what reaches a server."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_network

import anyio
from anyio.abc import ByteStream

from scanner.addresses import AddressSet
from scanner.audit import Act
from scanner.conversation import Limits
from scanner.gate import Gate, Paces

LOOPBACK = AddressSet.of([ip_network("127.0.0.0/8"), ip_network("::1/128")])

#: The moment at which everything in a test's trail happened.
NOW = datetime(2026, 3, 1, 14, 3, tzinfo=UTC)


class Loopback:
    """A scope of loopback addresses only."""

    def covers(self, address: str) -> bool:
        """Tell whether an address is loopback."""
        return LOOPBACK.covers(address)


@dataclass(slots=True)
class Waits:
    """A pace that lets nobody wait, but for the waits that it was told, each once."""

    waits: list[float] = field(default_factory=list)
    slowed: list[str] = field(default_factory=list)

    def reserve(self, _address: str, _now: float) -> float:
        """Give the next wait, or a turn."""
        return self.waits.pop(0) if self.waits else 0.0

    def heard(self, target: tuple[str, int], begun: float, now: float) -> None:
        """Note nothing of who answered."""

    def missed(self, target: tuple[str, int], begun: float, now: float) -> None:
        """Note nothing of who did not."""

    def slow_down(self, address: str) -> None:
        """Keep the host that is to be given more rest."""
        self.slowed.append(address)


@dataclass(slots=True)
class Trail:
    """Keeps what is noted."""

    acts: list[Act] = field(default_factory=list)

    def note(self, act: Act) -> None:
        """Keep one act."""
        self.acts.append(act)


def gate_to_loopback(
    *, limits: Limits | None = None, pace: Paces | None = None, trail: Trail | None = None
) -> Gate:
    """Open a gate to every loopback address, in no hurry and without pace."""
    return Gate(
        scope=Loopback(),
        pace=pace or Waits(),
        audit=trail or Trail(),
        round_id="r1",
        user_agent="ronde/test (authorised internal audit; security@example.org)",
        clock=time.monotonic,
        now=lambda: NOW,
        limits=limits,
    )


@dataclass(slots=True)
class Hears:
    """Answers what is said to it with fixed bytes, and keeps what it heard and said.

    It closes a connection after `most` answers, and answers once `ready` is set.
    """

    said: bytes
    most: int = 100
    ready: anyio.Event | None = None
    connections: int = 0
    heard: list[bytes] = field(default_factory=list)
    sent: int = 0

    @property
    def received(self) -> int:
        """How many bytes have come, over all connections."""
        return sum(map(len, self.heard))

    async def __call__(self, stream: ByteStream) -> None:
        """Serve one connection."""
        self.connections += 1
        for _ in range(self.most):
            self.heard.append(await stream.receive())
            if self.ready is not None:
                await self.ready.wait()
            await stream.send(self.said)
            self.sent += len(self.said)
