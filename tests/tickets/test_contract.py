"""What holds for every tracker: each system goes through all of this with its fake."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx
import msgspec
import pytest

from scanner.model import Asset
from scanner.ourside import Rehearsal
from scanner.store import Store
from scanner.ticket import State
from tests.exposures import day
from tests.tickets.chaos import told_with_every_call_failing
from tests.tickets.fakes.github import FakeGitHub
from tests.tickets.fakes.gitlab import FakeGitLab
from tests.tickets.fakes.jira import FakeJiraCloud, FakeJiraDataCenter
from tests.tickets.fakes.kept import TOKEN, Fake
from tests.tickets.fakes.redmine import FakeRedmine
from tests.tickets.fakes.roundup import FakeRoundup
from tests.tickets.fakes.rt import FakeRT
from tests.tickets.fakes.servicenow import FakeServiceNow
from tests.tickets.fakes.thehive import FakeTheHive
from tests.tickets.team import Team, door, worse
from tests.tickets.wire import Fate, Wire

#: A system joins by a line here.
FAKES: list[Callable[[], Fake]] = [
    FakeJiraCloud,
    FakeJiraDataCenter,
    FakeGitHub,
    FakeGitLab,
    FakeRedmine,
    FakeRoundup,
    FakeRT,
    FakeServiceNow,
    FakeTheHive,
]

DOOR = door(1)


@pytest.fixture(params=FAKES, ids=lambda fake: fake.__name__)
def maker(request: pytest.FixtureRequest) -> Callable[[], Fake]:
    """Make one tracker after the other."""
    made: Callable[[], Fake] = request.param
    return made


@pytest.fixture
def fake(maker: Callable[[], Fake]) -> Fake:
    """One tracker, empty."""
    return maker()


@pytest.fixture
def team(fake: Fake, tmp_path: Path) -> Team:
    """A team that uses it."""
    return Team(tmp_path, fake.table, Wire(fake))


def test_a_finding_becomes_a_ticket_with_its_key(team: Team, fake: Fake) -> None:
    """It is opened once, and says what is open and what to do."""
    team.night(DOOR)
    team.sync()

    (ticket,) = fake.tickets
    assert ticket.open
    assert f"ronde-{DOOR.fingerprint}" in ticket.key
    assert "198.18.0.2:9200" in ticket.title
    assert "Demand a password." in ticket.body
    assert ticket.comments == []


def test_a_quiet_night_makes_no_call(team: Team, fake: Fake) -> None:
    """Nothing is asked where nothing changed: a finding seen again is no news."""
    team.night(DOOR)
    team.sync()
    calls = len(_calls(team))
    team.night(DOOR)
    team.sync()

    assert len(_calls(team)) == calls
    assert len(fake.tickets) == 1


def test_a_change_is_written_and_commented(team: Team, fake: Fake) -> None:
    """Readers are told what differs; the ticket says how it is now."""
    team.night(DOOR)
    team.sync()
    team.night(worse(DOOR))
    team.sync()

    (ticket,) = fake.tickets
    assert ticket.open
    assert [_one_line(text) for text in ticket.comments] == [
        "198.18.0.2:9200: severity: high is now critical."
    ]
    assert "critical" in ticket.body


def test_a_resolved_finding_closes_its_ticket_with_a_word(team: Team, fake: Fake) -> None:
    """And what was not seen at all closes nothing."""
    team.night(DOOR)
    team.night()
    team.sync()
    assert fake.tickets[0].open

    team.night(shut=(DOOR,))
    team.sync()

    (ticket,) = fake.tickets
    assert not ticket.open
    assert "resolved" in ticket.comments[-1]


def test_a_finding_that_returns_opens_its_ticket_again(team: Team, fake: Fake) -> None:
    """There is no second ticket."""
    _opened_and_closed(team)
    team.night(DOOR)
    team.sync()

    (ticket,) = fake.tickets
    assert ticket.open
    assert "open again" in ticket.comments[-1]


def test_what_is_overdue_is_told_once(team: Team, fake: Fake) -> None:
    """However many nights pass."""
    due = msgspec.structs.replace(DOOR, due=day(3))
    team.night(due)
    team.sync()
    team.night(due)
    team.sync()
    for _ in range(3):
        team.night(due)
        team.sync()

    (ticket,) = fake.tickets
    assert len([text for text in ticket.comments if "overdue" in text]) == 1
    assert "overdue" in ticket.title


def test_a_ticket_that_is_there_is_found_by_its_key(team: Team, fake: Fake, tmp_path: Path) -> None:
    """A history that was lost makes no second ticket."""
    team.night(DOOR)
    team.sync()
    fake.tickets[0].title = "somebody's own words"
    (tmp_path / "elsewhere").mkdir()
    again = Team(tmp_path / "elsewhere", fake.table, Wire(fake))
    again.night(DOOR)
    again.sync()

    assert len(fake.tickets) == 1
    assert [ticket.remote for ticket in again.kept()] == [ticket.remote for ticket in team.kept()]


def test_keys_are_told_apart(team: Team, fake: Fake) -> None:
    """Each finding has a ticket of its own."""
    doors = [door(number) for number in range(1, 6)]
    team.night(*doors)
    team.sync()

    assert len({ticket.key for ticket in fake.tickets}) == 5


def test_an_expired_token_is_said_and_nothing_is_lost(team: Team, fake: Fake) -> None:
    """It waits for a person, and one call was enough to see that."""
    fake.expired = True
    team.night(DOOR, door(2), door(3))
    (told,) = team.sync()

    assert told.failed
    assert "401" in told.tally.errors[0]
    assert [errand.parked for errand in team.waiting()].count(True) >= 1
    fake.expired = False
    team.sync(parked=True)
    assert len(fake.tickets) == 3


def test_a_missing_project_is_said(team: Team, fake: Fake) -> None:
    """Nothing is made in another one."""
    fake.missing = True
    team.night(DOOR)
    (told,) = team.sync()

    assert told.failed
    assert fake.tickets == []
    (errand,) = team.waiting()
    assert errand.parked
    assert errand.error


def test_a_required_field_is_said(team: Team, fake: Fake) -> None:
    """In the tracker's own words, as far as they are safe to show."""
    fake.demands = True
    team.night(DOOR)
    team.sync()

    (errand,) = team.waiting()
    assert errand.parked
    assert any(status in errand.error for status in ("400", "403", "422"))


def test_a_deleted_ticket_stays_deleted_until_the_finding_changes(team: Team, fake: Fake) -> None:
    """Then there is a new one."""
    team.night(DOOR)
    team.sync()
    fake.tickets[0].deleted = True
    due = msgspec.structs.replace(DOOR, due=day(2))
    team.night(due)
    team.sync()
    assert len(fake.tickets) == 1
    assert [ticket.seen for ticket in team.kept()] == [State.DELETED]

    team.night(worse(due))
    team.sync()
    assert [ticket.deleted for ticket in fake.tickets] == [True, False]


def test_a_ticket_closed_by_hand_stays_closed_until_the_finding_changes(
    team: Team, fake: Fake
) -> None:
    """A person's word holds, until there is news."""
    team.night(DOOR)
    team.sync()
    _close_by_hand(team, fake)
    moved = msgspec.structs.replace(DOOR, remedy="Also restart it.")
    team.night(moved)
    team.sync()
    assert not fake.tickets[0].open

    team.night(worse(moved))
    team.sync()
    assert fake.tickets[0].open


def test_a_ticket_closed_by_hand_may_stay_closed(fake: Fake, tmp_path: Path) -> None:
    """If the team wants that; the news is written into it."""
    team = Team(tmp_path, {**fake.table, "closed_by_hand": "stays"}, Wire(fake))
    team.night(DOOR)
    team.sync()
    _close_by_hand(team, fake)
    team.night(worse(DOOR))
    team.sync()

    assert not fake.tickets[0].open
    assert "critical" in fake.tickets[0].comments[-1]


def test_a_short_pause_is_kept_on_the_spot(team: Team, fake: Fake) -> None:
    """`Retry-After: 0` is waited for, and the same call is made again."""
    fake.pause = 0
    team.night(DOOR)
    (told,) = team.sync()

    assert not told.failed
    assert len(fake.tickets) == 1


def test_a_long_pause_is_for_the_next_sync(team: Team, fake: Fake) -> None:
    """Nobody calls again before the tracker said so."""
    fake.pause = 3600
    team.night(DOOR)
    (told,) = team.sync()
    assert told.failed
    assert team.waiting()[0].next >= team.clock + timedelta(hours=1)

    assert not any(one.tally.done for one in team.sync())
    team.later(hours=1)
    team.sync()
    assert len(fake.tickets) == 1


def test_a_redirect_is_not_followed(tmp_path: Path, fake: Fake) -> None:
    """Whoever is at the other end would get our credential."""
    elsewhere = httpx.Response(307, headers={"Location": "https://elsewhere.example/"})
    wire = Wire(lambda _: elsewhere)
    team = Team(tmp_path, fake.table, wire)
    team.night(DOOR)
    team.sync()

    assert {request.headers["host"] for request in wire.calls} == {_host(fake)}
    assert "307" in team.waiting()[0].error


def test_check_tells_that_we_are_let_in(team: Team, fake: Fake) -> None:
    """And makes nothing."""
    assert team.connected().check("desk")
    assert fake.tickets == []


def test_a_rehearsal_writes_nothing_and_shows_no_secret(team: Team, fake: Fake) -> None:
    """What would be called is told; the tracker is only read."""
    team.night(DOOR)
    team.rehearsal = Rehearsal()
    with _opened(team) as store:
        team.connected().rehearse(store.desk())

    assert fake.tickets == []
    assert len(team.rehearsal.told) == 1
    assert TOKEN not in team.rehearsal.told[0]
    assert len(team.waiting()) == 1


def test_hostile_names_wake_nobody_and_link_nowhere(team: Team, fake: Fake) -> None:
    """What a server says is shown as text."""
    hostile = msgspec.structs.replace(
        DOOR,
        version="![x](http://evil.example/p.png) @all {color:red}",
        asset=Asset(owner="<img src=x>\n/close"),
    )
    team.night(hostile)
    team.sync()

    (ticket,) = fake.tickets
    text = ticket.title + ticket.body
    assert "@all" not in text
    assert "http://evil" not in text
    assert "\n/close" not in text


@pytest.mark.parametrize("fate", Fate)
def test_any_call_may_fail_and_there_is_one_ticket(maker: Callable[[], Fake], fate: Fate) -> None:
    """Opened, changed, closed, opened again; each call in turn fails, or the process ends there."""
    stories = list(told_with_every_call_failing(maker, fate))

    assert len(stories) > 4
    assert [story for story in stories if story.kept_open != [True]] == []
    assert [story for story in stories if story.waiting] == []
    assert [story for story in stories if "again" not in story.last_word] == []


def _opened_and_closed(team: Team) -> None:
    team.night(DOOR)
    team.sync()
    team.night(shut=(DOOR,))
    team.sync()


def _close_by_hand(team: Team, fake: Fake) -> None:
    team.later(hours=1)
    fake.close_by_hand(fake.tickets[0])


def _calls(team: Team) -> list[httpx.Request]:
    assert isinstance(team.transport, Wire)
    return team.transport.calls


def _opened(team: Team) -> Store:
    return Store.open(team.history)


def _host(fake: Fake) -> str:
    return httpx.URL(str(fake.table["url"])).host


def _one_line(text: str) -> str:
    """Take away what only keeps characters apart."""
    return text.replace("\N{ZERO WIDTH SPACE}", "").replace("\\", "").strip()
