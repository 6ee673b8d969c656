"""What holds for Jira beside what holds for every tracker."""

from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
from msgspec.structs import replace

from scanner.model import Refused
from scanner.ticket import State
from tests.tickets.fakes.jira import FakeJira, FakeJiraCloud, FakeJiraDataCenter, Issue
from tests.tickets.team import Team, door, worse
from tests.tickets.wire import Fate, Wire

DOOR = door(1)
KEY = f"ronde-{DOOR.fingerprint}"

Make = Callable[[], FakeJira]
EDITIONS = pytest.mark.parametrize("make", [FakeJiraCloud, FakeJiraDataCenter])


def team(folder: Path, fake: FakeJira, **table: object) -> Team:
    """Give a team that uses a Jira."""
    return Team(folder, {**fake.table, **table}, Wire(fake))


def opened(folder: Path, fake: FakeJira, **table: object) -> tuple[Team, Issue]:
    """Give a team, and the one issue that it has."""
    at = team(folder, fake, **table)
    at.night(DOOR)
    at.sync()
    (issue,) = fake.tickets
    return at, cast("Issue", issue)


def why(at: Team) -> str:
    """Give the one line that `status` shows."""
    (errand,) = at.waiting()
    assert errand.parked
    return errand.error


@EDITIONS
def test_an_issue_carries_its_key_twice(tmp_path: Path, make: Make) -> None:
    """As a label, by which it is searched for, and as a property, which is not cloned."""
    _, issue = opened(tmp_path, make())

    assert issue.labels == ["ronde", KEY]
    assert issue.properties == {"ronde": {"key": KEY}}
    assert issue.priority == "High"


@EDITIONS
def test_people_read_under_the_issue_s_key(tmp_path: Path, make: Make) -> None:
    """It is what they call it by."""
    fake = make()
    at, _ = opened(tmp_path, fake)

    (ticket,) = at.kept()
    assert (ticket.remote, ticket.url) == ("SEC-1", f"{fake.table['url']}/browse/SEC-1")


@EDITIONS
def test_closing_sets_the_resolution_that_the_screen_demands(tmp_path: Path, make: Make) -> None:
    """Without it Jira refuses, and where no screen shows it, it refuses it."""
    at, issue = opened(tmp_path, make())
    at.night(shut=(DOOR,))
    at.sync()
    assert (issue.status, issue.resolution) == ("Done", "Done")

    at.night(DOOR)
    at.sync()
    assert (issue.status, issue.resolution) == ("To Do", None)


def test_a_resolution_that_is_not_there_is_said(tmp_path: Path) -> None:
    """With those that are, so that one can be chosen."""
    at, _ = opened(tmp_path, FakeJiraCloud(), resolution="Fixed")
    at.night(shut=(DOOR,))
    at.sync()

    assert why(at) == "there is no resolution 'Fixed', but Done, Won't Do: set resolution"


def test_which_of_two_ends_is_for_a_person_to_say(tmp_path: Path) -> None:
    """`Rejected` is done as well, and would tell a lie."""
    ends = {"31": "Done", "51": "Rejected"}
    fake = FakeJiraCloud(
        workflow={"To Do": ("new", ends), "Done": ("done", {}), "Rejected": ("done", {})}
    )
    at, issue = opened(tmp_path, fake)
    at.night(shut=(DOOR,))
    at.sync()
    assert why(at) == "several statuses are done (Done, Rejected): set closed_status"

    at.table = {**fake.table, "closed_status": "done"}
    at.sync(parked=True)
    assert issue.status == "Done"


def test_a_workflow_without_a_way_is_said(tmp_path: Path) -> None:
    """With the ways that there are."""
    fake = FakeJiraCloud(
        workflow={"To Do": ("new", {"11": "Doing"}), "Doing": ("indeterminate", {})}
    )
    at, _ = opened(tmp_path, fake)
    at.night(shut=(DOOR,))
    at.sync()

    assert why(at) == "no transition leads to a status that is done from here: there are Doing"


def test_fields_that_a_project_requires_are_given(tmp_path: Path) -> None:
    """As they are written in the configuration."""
    fake = FakeJiraCloud(demands=True)
    _, issue = opened(
        tmp_path, fake, fields={"customfield_10050": {"value": "Blue"}, "labels": ["x"]}
    )

    assert issue.labels == ["x", "ronde", KEY]


def test_a_clone_is_not_taken_for_the_ticket(tmp_path: Path) -> None:
    """It has the label, and may even be older in the list; the property it has not."""
    fake = FakeJiraCloud()
    _, issue = opened(tmp_path, fake)
    clone = Issue("SEC-0", KEY, issue.title, issue.body, labels=list(issue.labels))
    fake.tickets.insert(0, clone)
    (tmp_path / "elsewhere").mkdir()
    again = team(tmp_path / "elsewhere", fake)
    again.night(DOOR)
    again.sync()

    assert [ticket.remote for ticket in again.kept()] == ["SEC-1"]
    assert len(fake.tickets) == 2


def test_a_stranger_is_not_told_that_tickets_are_deleted(tmp_path: Path) -> None:
    """The Cloud answers a wrong token as if nobody had asked: 404, and no issues."""
    fake = FakeJiraCloud()
    at, _ = opened(tmp_path, fake)
    fake.expired = True
    at.night(worse(DOOR))
    at.sync()

    assert why(at) == "the credential is refused (401): it is wrong or has expired"
    assert [ticket.seen for ticket in at.kept()] == [State.OPEN]


def test_an_index_that_is_behind_makes_no_second_issue(tmp_path: Path) -> None:
    """A lost answer is looked for only once the issue can be found."""
    fake = FakeJiraCloud(behind=True)
    wire = Wire(fake, at=1, fate=Fate.HALF)
    at = Team(tmp_path, fake.table, wire)
    at.night(DOOR)
    at.sync()
    at.later(minutes=2)
    at.sync()
    assert len(wire.calls) == 2

    fake.behind = False
    at.later(minutes=4)
    at.sync()
    assert [ticket.remote for ticket in at.kept()] == ["SEC-1"]
    assert len(fake.tickets) == 1


def test_an_index_that_is_behind_makes_no_second_issue_for_a_killed_process(tmp_path: Path) -> None:
    """What is begun is written down before."""
    fake = FakeJiraCloud(behind=True)
    at = Team(tmp_path, fake.table, Wire(fake, at=1, fate=Fate.KILLED_AFTER))
    at.night(DOOR)
    with pytest.raises(BaseExceptionGroup):
        at.sync()
    at.sync()

    assert len(fake.tickets) == 1
    (errand,) = at.waiting()
    assert "it was being created when we were stopped" in errand.error
    fake.behind = False
    at.later(minutes=6)
    at.sync()
    assert len(fake.tickets) == 1
    assert at.waiting() == []


@EDITIONS
def test_a_project_out_of_sight_deletes_no_ticket(tmp_path: Path, make: Make) -> None:
    """An issue that may not be seen is a 404 too."""
    fake = make()
    at, issue = opened(tmp_path, fake)
    fake.missing = issue.deleted = True
    at.night(worse(DOOR))
    at.sync()

    assert why(at).startswith("refused (404): ")
    assert [ticket.seen for ticket in at.kept()] == [State.OPEN]


@EDITIONS
def test_check_says_what_is_missing(tmp_path: Path, make: Make) -> None:
    """Before the first round does."""
    fake = make()
    at = team(tmp_path, fake)
    assert at.connected().check("desk") == "let in; the project SEC takes issues of type Task"

    fake.allowed = ("BROWSE_PROJECTS", "CREATE_ISSUES", "EDIT_ISSUES")
    with pytest.raises(Refused, match="does not let us: ADD_COMMENTS, TRANSITION_ISSUES"):
        at.connected().check("desk")
    with pytest.raises(Refused, match="no type of issues 'Story': set issue_type"):
        team(tmp_path, fake, issue_type="Story").connected().check("desk")


def test_a_password_and_a_token_are_told_apart(tmp_path: Path) -> None:
    """A user goes with a password, a personal access token alone."""
    wire = Wire(FakeJiraDataCenter())
    at = Team(tmp_path, {**FakeJiraDataCenter().table, "user": "ronde"}, wire)
    at.night(DOOR)
    at.sync()

    assert wire.calls[0].headers["authorization"].startswith("Basic ")


def test_the_gateway_of_service_accounts_needs_a_site(tmp_path: Path) -> None:
    """Nobody reads tickets there."""
    url = "https://api.atlassian.com/ex/jira/0b5d"
    table = {"system": "jira-cloud", "url": url, "token": "env:TRACKER_TOKEN", "project": "SEC"}
    with pytest.raises(Refused, match=r"tickets\.desk\.site: write https://NAME\.atlassian\.net"):
        Team(tmp_path, table, Wire(FakeJiraCloud())).connected()


@pytest.mark.parametrize("project", ["sec", 'SEC" OR project = "HR', ""])
def test_a_project_is_a_key(tmp_path: Path, project: str) -> None:
    """It stands in a query."""
    with pytest.raises(Refused, match=r"tickets\.desk\.project"):
        team(tmp_path, FakeJiraCloud(), project=project).connected()


def test_mark_up_of_the_wiki_is_text(tmp_path: Path) -> None:
    """Colours, images, links and mentions of a server's words show as they are."""
    said = "{color:red}x{color} !p.png! [a|http://evil.example] [~admin]"
    fake = FakeJiraDataCenter()
    at = team(tmp_path, fake)
    at.night(replace(DOOR, version=said))
    at.sync()

    (issue,) = fake.tickets
    (line,) = [line for line in issue.body.splitlines() if "color" in line]
    assert "\\{color:red\\}" in line
    assert "\\!" in line
    assert "\\[" in line
    assert "[~admin" not in line
