"""What Redmine does without a word, and what we say then."""

from pathlib import Path

import pytest

from scanner.model import Refused
from tests.tickets.fakes.redmine import FakeRedmine, Issue
from tests.tickets.team import Team, door, worse
from tests.tickets.wire import Wire

DOOR = door(1)


@pytest.fixture
def fake() -> FakeRedmine:
    """One project, empty."""
    return FakeRedmine()


@pytest.fixture
def team(fake: FakeRedmine, tmp_path: Path) -> Team:
    """A team that uses it."""
    return Team(tmp_path, fake.table, Wire(fake))


def errors(team: Team) -> str:
    """Sync, and give the errors of what waits then."""
    team.sync()
    return "".join(errand.error for errand in team.waiting())


def test_a_field_that_is_no_filter_makes_no_ticket(team: Team, fake: FakeRedmine) -> None:
    """Redmine lists every issue then, and each night would make another one."""
    fake.filters = False
    fake.tickets = [Issue("1", "", "Somebody's own", "")]
    team.night(DOOR)

    assert "cannot be searched by the custom field 1" in errors(team)
    assert len(fake.tickets) == 1


def test_an_issue_without_its_key_is_told_by_number(team: Team, fake: FakeRedmine) -> None:
    """It was made, and nobody would find it again."""
    fake.takes_key = False
    team.night(DOOR)

    assert "delete issue 1: issues of the tracker 1 take no custom field 1" in errors(team)
    assert len(fake.tickets) == 1


def test_a_workflow_that_closes_nothing_is_told(team: Team, fake: FakeRedmine) -> None:
    """Redmine answers 204 and leaves the status."""
    team.night(DOOR)
    team.sync()
    fake.transitions = False
    team.night(shut=(DOOR,))

    assert "the workflow does not let our user set the status 5" in errors(team)
    fake.transitions = True
    team.sync(parked=True)
    assert [ticket.open for ticket in fake.tickets] == [False]


def test_an_issue_that_may_not_be_edited_is_told(team: Team, fake: FakeRedmine) -> None:
    """Likewise."""
    team.night(DOOR)
    team.sync()
    fake.edits = False
    team.night(worse(DOOR))
    fake.tickets[0].title = "Somebody's own"

    assert "issue 1 stays as it is: our user may not edit it" in errors(team)


def test_a_priority_is_set_where_one_is_configured(team: Team) -> None:
    """Its numbers differ from Redmine to Redmine, so there is none by default."""
    team.night(DOOR)
    team.sync()

    assert isinstance(team.transport, Wire)
    assert b'"priority_id":4' in team.transport.calls[-1].content


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("tracker", 3, "does not use the tracker 3"),
        ("open_status", 5, "open_status or closed_status is not the number"),
        ("closed_status", 1, "open_status or closed_status is not the number"),
        ("key_field", 8, "cannot be searched by the custom field 8"),
    ],
)
def test_check_names_the_number_that_is_wrong(
    fake: FakeRedmine, tmp_path: Path, field: str, value: int, why: str
) -> None:
    """Before a finding needs it."""
    fake.tickets = [Issue("1", "", "Somebody's own", "")]
    team = Team(tmp_path, {**fake.table, field: value}, Wire(fake))

    with pytest.raises(Refused, match=why):
        team.connected().check("desk")


def test_check_sees_a_tracker_without_the_field(team: Team, fake: FakeRedmine) -> None:
    """As soon as there is an issue that shows it."""
    fake.tickets = [Issue("1", "other", "Somebody's own", "")]
    fake.takes_key = False

    with pytest.raises(Refused, match="take no custom field 1"):
        team.connected().check("desk")


def test_a_formatting_must_be_told(fake: FakeRedmine, tmp_path: Path) -> None:
    """Redmine does not tell it, and what is harmless in one is a link in another."""
    table = {name: value for name, value in fake.table.items() if name != "formatting"}

    with pytest.raises(Refused, match="formatting"):
        Team(tmp_path, table, Wire(fake)).connected()


@pytest.mark.parametrize(
    ("formatting", "written"),
    [
        ("textile", "<notextile>*b*</notextile>"),
        ("markdown", r"\*b\*"),
        ("none", "*b*"),
    ],
)
def test_a_value_is_written_in_the_formatting(
    fake: FakeRedmine, tmp_path: Path, formatting: str, written: str
) -> None:
    """Which is the instance's, not Redmine's."""
    team = Team(tmp_path, {**fake.table, "formatting": formatting}, Wire(fake))
    team.night(door(1, version="*b*"))
    team.sync()

    assert written in fake.tickets[0].body
