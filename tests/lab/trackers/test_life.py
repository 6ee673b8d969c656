"""Tickets in real trackers, and in the fakes that stand for them elsewhere."""

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec
import pytest

from scanner.model import Asset, Finding
from scanner.ticket import State
from tests.exposures import day
from tests.lab.trackers.account import NotHere
from tests.lab.trackers.real import Desk, Make, Twin
from tests.lab.trackers.redmine import redmine
from tests.lab.trackers.rt import request_tracker
from tests.tickets.fakes.redmine import STRICT, WITHOUT
from tests.tickets.fakes.rt import BARE
from tests.tickets.team import Team, door, worse

#: Seconds for one test, with the start of its server on a busy machine.
pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]

APART = "\N{ZERO WIDTH SPACE}"


@pytest.fixture(scope="module", params=[redmine, request_tracker], ids=["redmine", "rt"])
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    """One tracker after the other, for all tests."""
    make: Make = request.param
    with ExitStack() as stack:
        try:
            made = stack.enter_context(make())
        except NotHere as why:
            pytest.skip(str(why))
        yield made


@pytest.fixture
def twin(desk: Desk, tmp_path: Path) -> Iterator[Twin]:
    """The way to it, on which its fake listens."""
    way = Twin(desk)
    yield way
    if folder := os.environ.get("RONDE_TRANSCRIPTS"):
        system = desk.table["system"]
        (Path(folder) / f"{system}-{tmp_path.name}.txt").write_text("\n".join(way.said) + "\n")
    assert way.differences == []
    assert desk.hands.see() == desk.supposed()


@pytest.fixture
def team(desk: Desk, twin: Twin, tmp_path: Path) -> Team:
    """A team that uses it."""
    table = {**desk.table, "concurrency": 1}  # so that both number tickets alike
    return Team(tmp_path, table, twin, environment={"TRACKER_TOKEN": desk.token})


def number(team: Team, finding: Finding) -> str:
    """Give the tracker's number of a finding's ticket."""
    (ticket,) = (one for one in team.kept() if one.key.endswith(finding.fingerprint))
    assert ticket.remote
    return ticket.remote


def test_a_finding_lives_through_several_rounds(team: Team, twin: Twin, desk: Desk) -> None:
    """Opened, worse, overdue, resolved, and open again: one ticket, which says all of it."""
    due = msgspec.structs.replace(door(1), due=day(3))
    assert team.connected().check("desk")
    told = []
    for seen, shut in [(due, ()), (due, ()), (worse(due), ()), (worse(due), ())]:
        team.night(seen, shut=shut)
        told += [one.tally.errors for one in team.sync()]
    before_the_end = desk.hands.see()[-1]
    team.night(shut=(worse(due),))
    team.sync()
    after_the_end = desk.hands.see()[-1]
    team.night(worse(due))
    team.sync()
    calls = len(twin.said)
    team.night(worse(due))
    team.sync()

    last = desk.hands.see()[-1]
    assert told == [[], [], []]
    assert [before_the_end.open, after_the_end.open, last.open] == [True, False, True]
    assert before_the_end.title.endswith("(overdue)")
    assert "critical" in last.body
    assert [text.replace(APART, "") for text in last.comments] == [
        "198.18.0.2:9200: severity: high is now critical.",
        f"It is overdue since {day(4):%Y-%m-%d}.",
        "It is resolved: the door was seen shut.",
        "It is open again.",
    ]
    assert len(twin.said) == calls


def test_what_people_do_is_heeded(team: Team, desk: Desk) -> None:
    """Closed by hand or deleted: until the finding changes."""
    other, one = door(2), door(3)  # Redmine on SQLite gives the number of what is deleted last anew
    team.night(one, other)
    team.sync()
    desk.close(number(team, one))
    desk.delete(number(team, other))
    other = msgspec.structs.replace(other, remedy="Also restart it.")
    team.night(one, other)
    team.sync()
    assert {ticket.seen for ticket in team.kept()} == {State.OPEN, State.DELETED}
    closed = number(team, one)

    team.night(worse(one), worse(other))
    team.sync()
    assert team.waiting() == []
    assert {ticket.seen for ticket in team.kept()} == {State.OPEN}
    assert number(team, one) == closed


def test_a_lost_history_finds_its_tickets(
    team: Team, twin: Twin, desk: Desk, tmp_path: Path
) -> None:
    """Closed or open, by their keys."""
    team.night(door(4), door(5))
    team.sync()
    desk.close(number(team, door(5)))
    (tmp_path / "anew").mkdir()
    again = Team(tmp_path / "anew", team.table, twin, environment=team.environment)
    again.night(door(4), door(5))
    again.sync()

    assert [one.remote for one in again.kept()] == [one.remote for one in team.kept()]


def test_an_expired_token_parks_what_is_due(team: Team, desk: Desk) -> None:
    """It is said, and done once there is a new one."""
    team.environment["TRACKER_TOKEN"] = "1-2-expired"
    team.night(door(6))
    team.sync()
    (errand,) = team.waiting()
    assert errand.parked
    assert errand.error == "the credential is refused (401): it is wrong or has expired"

    team.environment["TRACKER_TOKEN"] = desk.token
    team.sync(parked=True)
    assert team.waiting() == []


def test_a_project_that_is_missing_parks_what_is_due(team: Team, desk: Desk) -> None:
    """Nothing is made elsewhere."""
    nowhere = {"project": "nowhere", "queue": "Nowhere"}
    team.table = {**team.table, **{one: nowhere[one] for one in nowhere if one in desk.table}}
    team.night(door(7))
    team.sync()

    (errand,) = team.waiting()
    assert errand.parked
    assert re.search(r"refused \(40[34]\)", errand.error)


def test_a_field_that_is_demanded_parks_what_is_due(team: Team, desk: Desk) -> None:
    """In Redmine's own words; Request Tracker demands nothing of its interface."""
    if desk.table["system"] == "rt":
        pytest.skip("Request Tracker 5.0.3 makes a ticket without a mandatory field")
    team.table = {**team.table, "tracker": STRICT}
    team.night(door(8))
    team.sync()

    (errand,) = team.waiting()
    assert errand.parked
    assert errand.error == 'refused (422): {"errors":["Region cannot be blank"]}'


def test_a_ticket_without_its_key_parks_what_is_due(team: Team, desk: Desk) -> None:
    """It was made all the same, and is named."""
    bare: dict[str, object] = {"tracker": WITHOUT, "queue": BARE}
    team.table = {**team.table, **{name: bare[name] for name in bare if name in desk.table}}
    team.night(door(10))
    team.sync()

    (errand,) = team.waiting()
    assert errand.parked
    assert re.match(r"delete (issue|ticket) \d+: ", errand.error)


def test_hostile_names_are_text_on_the_page(team: Team, desk: Desk) -> None:
    """Where people read them, nothing of them is a link, an image or a command."""
    names = [
        "http://evil.example/a",
        "www.evil.example",
        '"b":/evil',
        "user:admin",
        "{{macro_list}}",
    ]
    signs = (*names, "<img src=evil>", "!http://evil.example/c.png!", "[[evil]]", "@root", "*evil*")
    hostile = msgspec.structs.replace(
        door(9), version="</notextile><b>evil</b>", asset=Asset(owner=" ".join(signs))
    )
    team.night(hostile)
    team.sync()

    page = desk.hands.page(number(team, hostile))
    assert "evil" in page
    assert re.findall(r"<(?:a|img|b|strong)\b[^>]*evil", page) == []
    assert re.findall(r"<(?:b|strong)>\s*evil", page) == []
