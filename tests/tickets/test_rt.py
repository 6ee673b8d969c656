"""What Request Tracker does without a word, and what we say then."""

from pathlib import Path

import pytest

from scanner.model import Refused
from tests.tickets.fakes.rt import FakeRT, Ticket
from tests.tickets.team import Team, door, worse
from tests.tickets.wire import Wire

DOOR = door(1)


@pytest.fixture
def fake() -> FakeRT:
    """One queue, empty."""
    return FakeRT()


@pytest.fixture
def team(fake: FakeRT, tmp_path: Path) -> Team:
    """A team that uses it."""
    return Team(tmp_path, fake.table, Wire(fake))


def errors(team: Team) -> str:
    """Sync, and give the errors of what waits then."""
    team.sync()
    return "".join(errand.error for errand in team.waiting())


def test_a_ticket_without_its_key_is_told_by_number(team: Team, fake: FakeRT) -> None:
    """RT leaves out the fields that our user may not set, and answers 201."""
    fake.sets_fields = False
    team.night(DOOR)

    assert "delete ticket 1: our user may not set the custom field ronde key" in errors(team)
    assert len(fake.tickets) == 1


def test_a_status_that_is_refused_is_told_in_the_words_of_rt(team: Team, fake: FakeRT) -> None:
    """They come with 200."""
    team.night(DOOR)
    team.sync()
    fake.modifies = False
    team.night(shut=(DOOR,))

    assert 'does not become resolved: ["Ticket 1: Permission Denied"]' in errors(team)
    fake.modifies = True
    team.sync(parked=True)
    assert [ticket.open for ticket in fake.tickets] == [False]


def test_a_text_that_is_refused_is_told(team: Team, fake: FakeRT) -> None:
    """The subject alone is no update."""
    team.night(DOOR)
    team.sync()
    fake.sets_fields = False
    team.night(worse(DOOR))

    assert "ticket 1 is not as it should be" in errors(team)


def test_a_merged_ticket_is_followed(team: Team, fake: FakeRT) -> None:
    """RT gives the one that it went into."""
    team.night(DOOR)
    team.sync()
    (mine,) = fake.tickets
    other = Ticket("2", "another", "Somebody's own", "")
    fake.tickets.append(other)
    assert isinstance(mine, Ticket)
    mine.into = other
    team.night(worse(DOOR))
    team.sync()

    assert "critical" in other.comments[-1]
    assert [ticket.remote for ticket in team.kept()] == ["2"]


def test_check_names_the_queue_and_the_field(fake: FakeRT, tmp_path: Path) -> None:
    """Before a finding needs them."""
    elsewhere = Team(tmp_path, {**fake.table, "queue": "A/B?"}, Wire(fake))
    with pytest.raises(Refused, match=r"the queue A/B\? is not there"):
        elsewhere.connected().check("desk")

    without = Team(tmp_path, {**fake.table, "text_field": "nothing"}, Wire(fake))
    with pytest.raises(Refused, match="no custom field nothing"):
        without.connected().check("desk")


@pytest.mark.parametrize("name", ["x'} OR id > 0", "a{b}", ""])
def test_a_field_is_a_name_and_no_search(fake: FakeRT, tmp_path: Path, name: str) -> None:
    """What ends the name in a search would be part of the search."""
    with pytest.raises(Refused, match="key_field"):
        Team(tmp_path, {**fake.table, "key_field": name}, Wire(fake)).connected()


def test_a_ticket_needs_a_status_to_be_closed_with(fake: FakeRT, tmp_path: Path) -> None:
    """The first of them is set."""
    with pytest.raises(Refused, match="closed_statuses"):
        Team(tmp_path, {**fake.table, "closed_statuses": []}, Wire(fake)).connected()


def test_the_field_that_holds_the_text_is_written_as_html(team: Team, fake: FakeRT) -> None:
    """RT shows it as that, with links and images, and takes out only what runs."""
    team.night(door(1, version="<a href=//evil>x</a> & y"))
    team.sync()

    assert "&lt;a href=//evil&gt;x&lt;/a&gt; &amp; y" in fake.tickets[0].body
