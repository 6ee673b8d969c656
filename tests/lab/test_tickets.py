"""Tickets in real trackers: opened, changed, closed, opened again and told to be overdue, once."""

from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from scanner.store import Store, StoreRefused
from scanner.ticket import State
from tests.exposures import day
from tests.lab.servers.process import PASSWORD, USER
from tests.lab.servers.roundup import NAME, roundup
from tests.lab.servers.sql import postgresql
from tests.lab.session import Lab
from tests.lab.test_histories import fresh
from tests.tickets.fakes.roundup import FakeRoundup
from tests.tickets.team import Team, door, worse
from tests.tickets.wire import Wire

pytestmark = pytest.mark.real

DOOR = door(1)
DUE = msgspec.structs.replace(door(2), due=day(3))  # three days after it was first seen open


@pytest.fixture
def url(lab: Lab) -> str:
    """A tracker that stands."""
    return f"{lab.start(roundup).url}/{NAME}"


@pytest.fixture
def team(url: str, tmp_path: Path) -> Team:
    """A team that uses it."""
    table = {"system": "roundup", "url": url, "user": USER, "password": "env:TRACKER_TOKEN"}
    return Team(tmp_path, table, None, environment={"TRACKER_TOKEN": PASSWORD})


def issues(url: str) -> dict[str, Any]:
    """Read all issues, by key, as somebody does who knows nothing of ours."""
    origin = url.removesuffix(f"/{NAME}")
    answer = httpx.get(
        f"{url}/rest/data/issue",
        params={"@fields": "title,status,messages,external_key,priority", "@verbose": "2"},
        auth=(USER, PASSWORD),
        headers={"X-Requested-With": "test", "Origin": origin, "Referer": f"{url}/"},
        trust_env=False,
    )
    listed = answer.raise_for_status().json()["data"]["collection"]
    assert len({one["external_key"] for one in listed}) == len(listed)
    return {one["external_key"]: one for one in listed}


def test_roundup_follows_a_finding_over_several_rounds(team: Team, url: str) -> None:
    """One issue each, from the first night to the last."""
    one, other = f"ronde-{DOOR.fingerprint}", f"ronde-{DUE.fingerprint}"
    team.night(DOOR, DUE)
    assert [told.tally.errors for told in team.sync()] == [[]]
    first = issues(url)
    assert first[one]["status"]["name"] == "unread"

    team.night(worse(DOOR), DUE)
    team.sync()
    assert issues(url)[one]["priority"]["name"] == "critical"

    team.night(DUE, shut=(worse(DOOR),))
    team.sync()
    assert issues(url)[one]["status"]["name"] == "resolved"

    team.night(DOOR, DUE)
    team.sync()
    team.night(DOOR, DUE)
    assert team.sync() == []
    last = issues(url)
    assert (last[one]["id"], last[other]["id"]) == (first[one]["id"], first[other]["id"])
    assert last[one]["status"]["name"] == "unread"
    assert len(last[one]["messages"]) == 4  # text, change, end, return
    assert last[other]["title"].endswith("(overdue)")
    assert len(last[other]["messages"]) == 2  # text, overdue
    assert [ticket.seen for ticket in team.kept()] == [State.OPEN, State.OPEN]


def test_roundup_refuses_a_second_issue_with_one_key(team: Team, url: str, tmp_path: Path) -> None:
    """A history that was lost finds the issues that are there."""
    team.night(door(7))
    team.sync()
    (tmp_path / "anew").mkdir()
    again = Team(tmp_path / "anew", team.table, None, environment=team.environment)
    again.night(door(7))
    again.sync()

    assert f"ronde-{door(7).fingerprint}" in issues(url)  # which are all different
    assert [one.remote for one in again.kept()] == [one.remote for one in team.kept()]


def test_roundup_refuses_a_wrong_password(team: Team) -> None:
    """Nothing is made, and it is said."""
    team.environment["TRACKER_TOKEN"] = "expired"
    team.night(door(8))
    (told,) = team.sync()

    assert told.failed
    assert "401" in told.tally.errors[0]
    assert [errand.parked for errand in team.waiting()] == [True]


def test_tickets_are_kept_in_postgresql_as_in_a_file(lab: Lab, tmp_path: Path) -> None:
    """Ordered with the round, done once, by one sync at a time."""
    fake = FakeRoundup()
    server = lab.start(postgresql)
    kept = Team(tmp_path, fake.table, Wire(fake), url=fresh(server))
    kept.night(DOOR)
    kept.night(worse(DOOR))
    kept.sync()
    kept.night(shut=(worse(DOOR),))
    kept.sync()

    (ticket,) = fake.tickets
    assert not ticket.open
    assert len(ticket.comments) == 2
    assert [one.seen for one in kept.kept()] == [State.CLOSED]
    kept.night(DOOR)
    with (
        Store.open(kept.history) as store,
        store.desk().alone(),
        pytest.raises(StoreRefused, match="another sync of tickets is using"),
    ):
        kept.sync()
