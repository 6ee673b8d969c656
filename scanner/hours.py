"""The hours of a round: it pauses while the scope's windows are closed, and ends with its last day.

What is in flight when a window closes is finished. Nothing here sleeps through anything: the
clock is looked at again and again, so that one that is set right is heeded at once.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import anyio
import structlog

from scanner.model import Refused
from scanner.scope import Scope

#: How often the clock is compared with the scope's windows and its last day, in seconds.
GLANCE = 1.0

log = structlog.get_logger()


@dataclass(slots=True, kw_only=True)
class Hours:
    """Whether a round may send now; another thread may look at `closed`.

    `paused` sums up, in seconds, how long the windows were closed on the round.
    """

    scope: Scope
    now: Callable[[], datetime]
    glance: float = GLANCE
    closed: threading.Event = field(default_factory=threading.Event)
    _paused: timedelta = timedelta()
    _since: datetime | None = None

    @property
    def paused(self) -> float:
        """Give the seconds of all pauses so far."""
        running = self.now() - self._since if self._since else timedelta()
        return (self._paused + max(running, timedelta())).total_seconds()

    async def keep(self, end: Callable[[str], None]) -> None:
        """Follow the windows until the permission ends; then call `end` with the reason."""
        while (refusal := self.scope.refusal_today(self.now())) is None:
            self.look()
            await anyio.sleep(self.glance)
        end(f"the scope is {refusal}")

    def look(self) -> None:
        """Compare the clock with the windows."""
        now = self.now()
        if self.scope.is_open(now) and self._since is not None:
            self._paused += max(now - self._since, timedelta())
            self._since = None
            self.closed.clear()
            log.warning("resumed", why="the scope's window is open")
        elif not self.scope.is_open(now) and self._since is None:
            self._since = now
            self.closed.set()
            log.warning("paused", why=closed_until(self.scope, now))

    async def opened(self, given_up: Callable[[], bool]) -> None:
        """Wait while the windows are closed, unless the round is given up meanwhile."""
        while self.closed.is_set() and not given_up():  # noqa: ASYNC110 - the sweep's thread looks too
            await anyio.sleep(self.glance)


def wait_until_open(
    scope: Scope, *, now: Callable[[], datetime], sleep: Callable[[float], None]
) -> None:
    """Wait, before a round begins, until its window opens.

    Raises:
        Refused: the permission ends before that.
    """
    while not scope.is_open(now()):
        if (refusal := scope.refusal_today(now())) is not None:
            raise Refused(f"the scope is {refusal}")
        sleep(GLANCE)


def closed_until(scope: Scope, now: datetime) -> str:
    """Say until when the windows are closed."""
    return f"the scope's window is closed until {scope.next_open(now):%Y-%m-%d %H:%M} UTC"
