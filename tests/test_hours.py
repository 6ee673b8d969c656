"""The hours of a round, by a clock that the test moves."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest

from scanner.hours import Hours, wait_until_open
from scanner.model import Refused
from scanner.scope import Scope, load_scope

pytestmark = pytest.mark.anyio

#: A Monday; the window of the test's scope is open from 22:00 to 05:00.
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)

HOUR = timedelta(hours=1)


@pytest.fixture
def scope(tmp_path: Path) -> Scope:
    """Permit a round at night, until Tuesday."""
    path = tmp_path / "scope.toml"
    path.write_text("""
name = "nights"
owner = "IT operations"
approver = "Head of IT"
reference = "SEC-7"
contact = "sec@example.org"
valid_until = 2026-03-03
ranges = ["192.0.2.0/24"]
[[windows]]
from = "22:00"
until = "05:00"
""")
    path.chmod(0o600)
    return load_scope(path, now=MONDAY, resolve=lambda _: [])


@dataclass
class Clock:
    """A clock that goes on by an hour whenever somebody sleeps."""

    reading: datetime
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        """Read it."""
        return self.reading

    def sleep(self, seconds: float) -> None:
        """Let an hour pass."""
        self.slept.append(seconds)
        self.reading += HOUR


def hours(scope: Scope, clock: Clock) -> Hours:
    """Follow the scope's windows without ever waiting for long."""
    return Hours(scope=scope, now=clock.now, glance=0.0)


def test_a_round_pauses_when_the_window_closes_and_resumes_when_it_opens(scope: Scope) -> None:
    """At 04:00 it goes, at 05:00 it is paused, at 22:00 it goes; seventeen hours are accounted."""
    clock = Clock(MONDAY + 4 * HOUR)
    kept = hours(scope, clock)
    kept.look()
    before = kept.closed.is_set()
    clock.reading = MONDAY + 5 * HOUR
    kept.look()
    during = kept.closed.is_set()
    clock.reading = MONDAY + 22 * HOUR
    kept.look()

    assert (before, during, kept.closed.is_set()) == (False, True, False)
    assert kept.paused == 17 * 3600


def test_a_pause_that_goes_on_counts_so_far(scope: Scope) -> None:
    """A round that ends during a pause accounts for it as well."""
    clock = Clock(MONDAY + 5 * HOUR)
    kept = hours(scope, clock)
    kept.look()
    clock.reading += 2 * HOUR

    assert kept.paused == 2 * 3600


def test_a_clock_that_is_set_back_makes_no_pause_negative(scope: Scope) -> None:
    """Seconds of pause are never less than none."""
    clock = Clock(MONDAY + 5 * HOUR)
    kept = hours(scope, clock)
    kept.look()
    clock.reading -= 2 * HOUR
    kept.look()

    assert kept.paused == 0
    assert not kept.closed.is_set()


async def test_the_last_day_ends_the_round_even_in_a_pause(scope: Scope) -> None:
    """Hour by hour to the first minute of Wednesday; then the reason is given, once."""
    clock, reasons = Clock(MONDAY + 20 * HOUR), list[str]()
    kept = Hours(scope=scope, now=stepping(clock), glance=0.0)
    await kept.keep(reasons.append)

    assert clock.reading >= MONDAY + 48 * HOUR
    assert reasons == [
        "the scope is expired on 2026-03-03; have the permission renewed, then change the date"
    ]


def stepping(clock: Clock) -> Callable[[], datetime]:
    """Read a clock that goes on by a quarter of an hour at each reading."""

    def now() -> datetime:
        clock.reading += HOUR / 4
        return clock.reading

    return now


async def test_a_conversation_waits_for_the_window_without_a_deadline(scope: Scope) -> None:
    """It begins when the window has opened, and not before."""
    clock = Clock(MONDAY + 5 * HOUR)
    kept = hours(scope, clock)
    kept.look()
    began: list[datetime] = []

    async def converse() -> None:
        await kept.opened(lambda: False)
        began.append(clock.reading)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(converse)
        await anyio.lowlevel.checkpoint()
        await anyio.lowlevel.checkpoint()
        assert began == []
        clock.reading = MONDAY + 22 * HOUR
        kept.look()

    assert began == [MONDAY + 22 * HOUR]


async def test_a_round_that_is_given_up_waits_for_no_window(scope: Scope) -> None:
    """Interrupted in a pause, it ends at once."""
    kept = hours(scope, Clock(MONDAY + 5 * HOUR))
    kept.look()
    with anyio.fail_after(1):
        await kept.opened(lambda: True)

    assert kept.closed.is_set()


def test_waiting_ends_when_the_window_opens(scope: Scope) -> None:
    """From noon to ten in the evening: ten hours, in short naps."""
    clock = Clock(MONDAY + 12 * HOUR)
    wait_until_open(scope, now=clock.now, sleep=clock.sleep)

    assert clock.reading == MONDAY + 22 * HOUR
    assert clock.slept == [1.0] * 10


def test_waiting_ends_with_the_permission(scope: Scope) -> None:
    """No window opens any more: refused, with the reason."""
    clock = Clock(MONDAY + 48 * HOUR + 6 * HOUR)
    with pytest.raises(Refused, match="the scope is expired on 2026-03-03"):
        wait_until_open(scope, now=clock.now, sleep=clock.sleep)


def test_an_open_window_is_not_waited_for(scope: Scope) -> None:
    """Not a second is slept."""
    clock = Clock(MONDAY + 23 * HOUR)
    wait_until_open(scope, now=clock.now, sleep=clock.sleep)

    assert clock.slept == []
