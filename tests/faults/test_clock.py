"""A clock that is set while a round is under way, and a history that somebody else keeps locked."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from anyio.abc import ByteStream

from scanner.demo.redis import FakeRedis
from tests.fakes.running import running
from tests.ground import Ground, fresh_ground

ground = fresh_ground

pytestmark = pytest.mark.slow


@dataclass
class Setting:
    """A server whose first caller finds the clock set by so much."""

    by: timedelta
    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        """Tell the time, as it is set."""
        return datetime.now(UTC) + self.ahead

    async def serve(self, stream: ByteStream) -> None:
        """Set the clock and answer."""
        self.ahead = self.by
        await FakeRedis().serve(stream)


@pytest.fixture
def setting(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Setting:
    """Set the clock of a round by what the test says."""
    one = Setting(request.param)
    monkeypatch.setattr("scanner.rounds.utc_now", one.now)
    return one


@pytest.mark.parametrize(
    "setting", [timedelta(days=3), timedelta(days=-3)], indirect=True, ids=["ahead", "back"]
)
def test_a_clock_that_is_set_costs_no_finding(ground: Ground, setting: Setting) -> None:
    """Both rounds are whole, and the second knows what the first one saw."""
    with running(setting.serve) as (_, one), running(setting.serve) as (_, other):
        ground.permit({"redis": [one, other]})
        first = ground.scan()
        second = ground.scan()

    assert [said.coverage["complete"] for said in (first, second)] == [True, True]
    assert [first.on(port)[0]["status"] for port in (one, other)] == ["new", "new"]
    assert [second.on(port)[0]["status"] for port in (one, other)] == ["ongoing", "ongoing"]
    assert first.coverage["duration"] >= 0


@pytest.mark.parametrize("setting", [timedelta(days=40_000)], indirect=True, ids=["2136"])
def test_a_clock_beyond_the_permission_ends_the_round(ground: Ground, setting: Setting) -> None:
    """What was found is told, the rest is not visited, and the coverage says why."""
    with running(setting.serve) as (_, port):
        ground.permit({"redis": [port]}, ranges=("127.0.0.1", "127.9.0.0/20"))
        said = ground.scan("--fail-on", "none")

    assert said.code == 4
    assert [one["status"] for one in said.on(port)] == ["new"]
    assert said.coverage["why_incomplete"][0].startswith("the scope is expired")


def test_a_history_that_stays_locked_ends_the_round_and_loses_nothing(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be recorded is told, and found again when the round goes on."""
    monkeypatch.setattr("scanner.store.sqlite.BUSY_SECONDS", 0.2)
    locks: list[sqlite3.Connection] = []

    async def serve(stream: ByteStream) -> None:
        if not locks:
            lock = sqlite3.connect(ground.folder / "history.sqlite", check_same_thread=False)
            lock.execute("BEGIN IMMEDIATE")
            locks.append(lock)
        await FakeRedis().serve(stream)

    with running(serve) as (_, port):
        ground.permit({"redis": [port]})
        locked = ground.scan()
        with closing(locks[0]) as lock:
            lock.rollback()
        after = ground.scan("--resume")

    assert (locked.code, after.code) == (2, 3)
    assert "history.sqlite: database is locked" in locked.err
    assert [said.on(port)[0]["fingerprint"] for said in (locked, after)] == [
        after.on(port)[0]["fingerprint"]
    ] * 2
    assert after.coverage["complete"] is True
