"""GitHub: what is its own, beside the contract of all trackers."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.model import Refused
from scanner.ourside import Answer
from scanner.tickets.github import _Turns, pause
from tests.exposures import NOON
from tests.tickets.fakes.github import FakeGitHub, fails
from tests.tickets.team import Team, door, worse
from tests.tickets.wire import Wire

DOOR = door(1)


@pytest.fixture
def fake() -> FakeGitHub:
    """One private repository."""
    return FakeGitHub()


@pytest.fixture
def team(fake: FakeGitHub, tmp_path: Path) -> Team:
    """A team that uses it."""
    return Team(tmp_path, fake.table, Wire(fake))


def test_nothing_is_made_where_everybody_reads(team: Team, fake: FakeGitHub) -> None:
    """An open door in a public repository would be told to the world."""
    fake.private = False
    team.night(DOOR)
    team.sync()

    assert fake.tickets == []
    (errand,) = team.waiting()
    assert errand.parked
    assert "everybody can read hospital/exposures" in errand.error


def test_a_public_repository_may_be_wanted(fake: FakeGitHub, tmp_path: Path) -> None:
    """If the table says so."""
    fake.private = False
    team = Team(tmp_path, {**fake.table, "public": True}, Wire(fake))
    team.night(DOOR)
    team.sync()

    assert len(fake.tickets) == 1


def test_an_archived_repository_is_said(team: Team, fake: FakeGitHub) -> None:
    """It takes no issues."""
    fake.archived = True
    team.night(DOOR)
    team.sync()

    assert "hospital/exposures is archived" in team.waiting()[0].error


def test_check_says_when_labels_would_be_dropped(team: Team, fake: FakeGitHub) -> None:
    """They are what issues are found again by."""
    assert "Write" not in team.connected().check("desk")
    fake.push = False
    assert "give it the role Write" in team.connected().check("desk")


@pytest.mark.parametrize(
    ("refusal", "seconds"),
    [
        (fails(403, "You have exceeded a secondary rate limit", retry_after="90"), 90),
        (fails(403, "You have exceeded a secondary rate limit and so on"), 60),
        (fails(429, "Too many"), 60),
        (
            fails(
                403,
                "API rate limit exceeded",
                x_ratelimit_remaining="0",
                x_ratelimit_reset=str(int((NOON + timedelta(days=1, minutes=20)).timestamp())),
            ),
            1200,
        ),
    ],
    ids=["retry-after", "secondary", "429", "reset"],
)
def test_every_form_of_a_limit_is_obeyed(
    team: Team, fake: FakeGitHub, refusal: httpx.Response, seconds: int
) -> None:
    """It is told as what it is, and nothing is called before it is over."""
    fake.limited = refusal
    team.night(DOOR, door(2))
    (told,) = team.sync()

    assert (told.tally.failed, told.tally.left) == (1, 1)
    first = team.waiting()[0]
    assert not first.parked
    assert "limit of calls" in first.error
    assert first.next == team.clock + timedelta(seconds=seconds)


def test_who_may_not_is_not_limited(team: Team, fake: FakeGitHub) -> None:
    """403 is also a right that is missing: a person is needed."""
    fake.limited = fails(403, "Resource not accessible by personal access token")
    team.night(DOOR)
    team.sync()

    (errand,) = team.waiting()
    assert errand.parked
    assert "Resource not accessible" in errand.error


@given(
    st.sampled_from([200, 403, 404, 429, 500]),
    st.dictionaries(
        st.sampled_from(["retry-after", "x-ratelimit-remaining", "x-ratelimit-reset"]), st.text()
    ),
    st.binary(max_size=40),
)
def test_no_header_makes_us_wait_without_an_end(
    status: int, headers: dict[str, str], body: bytes
) -> None:
    """Whatever stands in them, it is seconds within bounds, or no limit."""
    wait = pause(Answer(status, headers, body), datetime(2026, 1, 1, tzinfo=UTC))

    assert wait is None or 0 <= wait < 1_000_000


@pytest.mark.parametrize("status", [301, 404, 410])
def test_an_issue_that_is_gone_or_moved_is_not_written_to(
    team: Team, fake: FakeGitHub, status: int
) -> None:
    """News of it make a new one, where we were told to make them."""
    team.night(DOOR)
    team.sync()
    fake.tickets[0].deleted, fake.gone = True, status
    team.night(worse(DOOR))
    team.sync()

    assert [one.deleted for one in fake.tickets] == [True, False]


def test_people_find_the_issue_by_its_url(team: Team) -> None:
    """The pages are on another host than the interface."""
    team.night(DOOR)
    team.sync()

    assert team.kept()[0].url == "https://github.com/hospital/exposures/issues/1"


def test_labels_and_assignees_of_the_team_are_given(fake: FakeGitHub, tmp_path: Path) -> None:
    """To new issues only: afterwards they are the people's."""
    wire = Wire(fake)
    team = Team(tmp_path, {**fake.table, "labels": ["exposure"], "assignees": ["ana"]}, wire)
    team.night(DOOR)
    team.night(worse(DOOR))
    team.sync()

    bodies = [call.content for call in wire.calls if b"labels" in call.content]
    assert len(bodies) == 1
    assert b'"exposure"' in bodies[0]
    assert b'"assignees":["ana"]' in bodies[0]


def test_writes_begin_one_after_the_other() -> None:
    """At most so many in a second, as GitHub asks."""
    turns = _Turns(0.05)

    async def three() -> None:
        for _ in range(3):
            await turns.mine()

    began = time.monotonic()
    anyio.run(three)
    assert time.monotonic() - began >= 0.1


@pytest.mark.parametrize("name", ["hospital", "a/b/c", "a/b?x", "/", "a b/c"])
def test_a_repository_is_an_owner_and_a_name(fake: FakeGitHub, tmp_path: Path, name: str) -> None:
    """Anything else would be another path."""
    team = Team(tmp_path, {**fake.table, "repository": name}, Wire(fake))

    with pytest.raises(Refused, match="repository"):
        team.connected()
