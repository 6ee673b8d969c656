"""GitLab: what is its own, beside the contract of all trackers."""

import re
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from scanner.model import Asset, Refused
from scanner.tickets.gitlab import without_commands
from tests.tickets.fakes.gitlab import FakeGitLab, Issue
from tests.tickets.team import Team, door, worse
from tests.tickets.wire import Wire

DOOR = door(1)

#: GitLab takes carriage returns out, and then looks at the beginning of each line.
COMMAND = re.compile(r"^\s*/", re.MULTILINE)


@pytest.fixture
def fake() -> FakeGitLab:
    """One project."""
    return FakeGitLab()


@pytest.fixture
def team(fake: FakeGitLab, tmp_path: Path) -> Team:
    """A team that uses it."""
    return Team(tmp_path, fake.table, Wire(fake))


def test_an_issue_is_confidential_from_its_first_moment(team: Team, fake: FakeGitLab) -> None:
    """In the call that makes it, not in one afterwards."""
    team.night(DOOR)
    team.sync()

    assert [issue.confidential for issue in cast("list[Issue]", fake.tickets)] == [True]


def test_an_issue_may_be_seen_if_the_team_says_so(fake: FakeGitLab, tmp_path: Path) -> None:
    """A private project may prefer that."""
    team = Team(tmp_path, {**fake.table, "confidential": False}, Wire(fake))
    team.night(DOOR)
    team.sync()

    assert [issue.confidential for issue in cast("list[Issue]", fake.tickets)] == [False]
    assert "NOT confidential" in team.connected().check("desk")


def test_a_role_below_reporter_is_said(team: Team, fake: FakeGitLab) -> None:
    """A guest makes confidential issues and does not find them again."""
    fake.role = 10

    with pytest.raises(Refused, match="below Reporter"):
        team.connected().check("desk")


def test_no_value_is_a_command(fake: FakeGitLab, tmp_path: Path) -> None:
    """Not even where a template of the team's own begins a line with it."""
    (tmp_path / "own.txt").write_text("{{ findings[0].owner }}\n  {{ findings[0].owner }}\n")
    team = Team(tmp_path, {**fake.table, "body": "own.txt"}, Wire(fake))
    team.night(replace(DOOR, asset=Asset(owner="/close")))
    team.sync()

    (ticket,) = fake.tickets
    assert ticket.open
    assert ticket.body == "\\/close\n  \\/close"


@given(st.text(alphabet="/ \t\n\rclose\\x"))
def test_no_line_begins_with_a_slash(text: str) -> None:
    """Whatever stands before and after."""
    assert COMMAND.search(without_commands(text)) is None


@given(st.text(alphabet="/ \t\ncle", max_size=30))
def test_text_is_only_taken_literally(text: str) -> None:
    """What is shown is what was written."""
    assert without_commands(text).replace("\\/", "/") == text


def test_people_find_the_issue_by_its_url(team: Team) -> None:
    """Below the project, by the number that its members know."""
    team.night(DOOR)
    team.sync()

    url = "https://gitlab.example/forge/hospital/it/exposures/-/issues/1"
    assert team.kept()[0].url == url


def test_labels_of_the_team_are_given_once(fake: FakeGitLab, tmp_path: Path) -> None:
    """To new issues; afterwards labels are the people's."""
    wire = Wire(fake)
    team = Team(tmp_path, {**fake.table, "labels": ["exposure"]}, wire)
    team.night(DOOR)
    team.night(worse(DOOR))
    team.sync()

    bodies = [call.content for call in wire.calls if b'"labels"' in call.content]
    assert len(bodies) == 1
    assert f'"labels":"ronde-{DOOR.fingerprint},ronde,exposure"'.encode() in bodies[0]


@pytest.mark.parametrize("changed", [{"project": "a b"}, {"project": ""}, {"labels": ["a,b"]}])
def test_what_gitlab_would_take_for_something_else_is_refused(
    fake: FakeGitLab, tmp_path: Path, changed: dict[str, object]
) -> None:
    """A comma makes two labels of one."""
    team = Team(tmp_path, {**fake.table, **changed}, Wire(fake))

    with pytest.raises(Refused, match=next(iter(changed))):
        team.connected()
