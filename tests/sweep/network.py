"""A network for the sweep that exists on paper only: scripted answers and a clock of its own."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from errno import ECONNREFUSED, EINPROGRESS, ETIMEDOUT
from threading import Event

from scanner.course import Target
from scanner.sweep.answer import Observation

#: A result that never comes.
SILENCE = -1

HOUR = 3600.0


@dataclass
class Network:
    """A `Dialler` whose endpoints answer at once, in turn, with the scripted errno.

    What is not scripted refuses. Time passes only while the sweep waits and nothing answers.
    """

    answers: Mapping[Target, list[int]] = field(default_factory=dict)
    raises: Mapping[int, Exception] = field(default_factory=dict)
    now: float = 0.0
    begun: list[tuple[float, Target]] = field(default_factory=list)
    flying: dict[int, tuple[Target, int]] = field(default_factory=dict)
    most_flying: int = 0
    most_per_host: int = 0
    closed: bool = False

    def clock(self) -> float:
        """Read the clock."""
        return self.now

    def begin(self, target: Target) -> tuple[int, int]:
        """Note who is connected to, and when."""
        self.begun.append((self.now, target))
        if error := self.raises.get(len(self.begun)):
            raise error
        script = self.answers.get(target, [ECONNREFUSED])
        fd = len(self.begun)
        self.flying[fd] = (target, script.pop(0) if len(script) > 1 else script[0])
        self.most_flying = max(self.most_flying, len(self.flying))
        hosts = Counter(host for (host, _), _ in self.flying.values())
        self.most_per_host = max(self.most_per_host, *hosts.values())
        return fd, EINPROGRESS

    def settled(self, seconds: float, most: int) -> list[int]:
        """Give whom an answer has come from, or let the time pass."""
        ready = [fd for fd, (_, code) in self.flying.items() if code != SILENCE]
        self.now += 0.0 if ready else seconds
        return ready[:most]

    def land(self, fd: int, target: Target) -> int:
        """Hand out the scripted answer."""
        begun, code = self.flying.pop(fd)
        assert begun == target
        return code

    def abandon(self, fd: int) -> int:
        """Forget a connection that nobody answered."""
        del self.flying[fd]
        return ETIMEDOUT

    def close(self) -> None:
        """Note that the sweep let go of everything."""
        self.flying.clear()
        self.closed = True


@dataclass
class Hourly(Network):
    """A network whose window closes when the first answer is reported, for an hour."""

    pause: Event = field(default_factory=Event)

    def close_window(self, _: Sequence[Observation]) -> None:
        """Close the window, unless it has opened again already."""
        if self.now < HOUR:
            self.pause.set()

    def settled(self, seconds: float, most: int) -> list[int]:
        """Open the window when its time has come."""
        ready = super().settled(seconds, most)
        if self.now >= HOUR:
            self.pause.clear()
        return ready
