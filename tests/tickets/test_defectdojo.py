"""DefectDojo: a zone is imported as a whole, and nothing is closed that was not seen shut."""

import json
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from scanner.emit.formats import Format
from scanner.model import Asset, Finding, Refused
from scanner.ourside import Rehearsal
from scanner.store import Store
from scanner.tickets.defectdojo import multipart, report
from scanner.tickets.subjects import fact_of
from tests.emit.test_formats import SIGNED, document
from tests.exposures import NOON
from tests.tickets.fakes.defectdojo import FakeDefectDojo, form, parsed
from tests.tickets.fakes.kept import TOKEN
from tests.tickets.team import Team, door, worse
from tests.tickets.wire import Fate, Wire

TABLE = {
    "system": "defectdojo",
    "url": "https://dojo.example",
    "token": "env:TRACKER_TOKEN",
    "product": "Hospital",
}


def ward(number: int, zone: str | None = "ward") -> Finding:
    """Give a door of a zone."""
    return door(number, asset=Asset(zone=zone))


ONE, TWO = ward(1), ward(2)


def title(finding: Finding) -> str:
    """Say what it is known by there."""
    return f"{finding.title}: {finding.endpoint}"


@pytest.fixture
def dojo() -> FakeDefectDojo:
    """An installation with one product."""
    return FakeDefectDojo()


@pytest.fixture
def team(dojo: FakeDefectDojo, tmp_path: Path) -> Team:
    """A team that uses it."""
    return Team(tmp_path, TABLE, Wire(dojo))


def test_a_zone_is_one_import(team: Team, dojo: FakeDefectDojo) -> None:
    """With all that is open in it, under its name."""
    team.night(ONE, TWO, ward(3, "lab"), ward(4, None))
    team.sync()

    assert dojo.open("ward") == {title(ONE), title(TWO)}
    assert len(dojo.open("lab")) == 1
    assert len(dojo.open("(no zone)")) == 1
    assert len(dojo.imports) == 3


def test_what_a_round_has_not_seen_stays_open(team: Team, dojo: FakeDefectDojo) -> None:
    """Half of a round imports the other half as the history knows it."""
    team.night(ONE, TWO)
    team.sync()
    team.night(worse(ONE))
    team.sync()

    assert len(dojo.imports) == 2
    assert dojo.open("ward") == {title(ONE), title(TWO)}


def test_what_was_seen_shut_is_closed_and_nothing_else(team: Team, dojo: FakeDefectDojo) -> None:
    """Other zones are other services."""
    team.night(ONE, TWO, ward(3, "lab"))
    team.sync()
    team.night(shut=(ONE,))
    team.sync()

    assert dojo.open("ward") == {title(TWO)}
    assert len(dojo.open("lab")) == 1


def test_the_last_one_closes_with_an_empty_import(team: Team, dojo: FakeDefectDojo) -> None:
    """And what returns is opened again, not made anew."""
    team.night(ONE)
    team.sync()
    team.night(shut=(ONE,))
    team.sync()
    assert dojo.open("ward") == set()

    team.night(ONE)
    team.sync()
    assert dojo.open("ward") == {title(ONE)}
    assert len(dojo.known) == 1


def test_what_moved_to_another_zone_is_open_there(team: Team, dojo: FakeDefectDojo) -> None:
    """It is closed where it was."""
    team.night(ONE)
    team.sync()
    team.night(replace(ONE, asset=Asset(zone="lab")))
    team.sync()

    assert (dojo.open("ward"), dojo.open("lab")) == (set(), {title(ONE)})


def test_a_quiet_night_imports_nothing(team: Team, dojo: FakeDefectDojo) -> None:
    """Nothing differs."""
    team.night(ONE)
    team.sync()
    team.night(ONE)
    team.sync()

    assert len(dojo.imports) == 1


@pytest.mark.parametrize("fate", [Fate.DOWN, Fate.HALF, Fate.CUT, Fate.ERROR])
def test_an_import_that_fails_is_made_again(tmp_path: Path, fate: Fate) -> None:
    """Whether or not it has had its effect, every finding is there once."""
    dojo = FakeDefectDojo()
    team = Team(tmp_path, TABLE, Wire(dojo, at=0, fate=fate))
    team.night(ONE, TWO)
    (told,) = team.sync()
    assert told.failed

    team.later(minutes=2)
    team.sync()
    assert team.waiting() == []
    assert len(dojo.known) == 2


def test_two_tables_are_two_tests(dojo: FakeDefectDojo, team: Team) -> None:
    """In one, each would close what the other has imported."""
    team.night(ONE)
    team.sync()

    assert dojo.imports[0]["test_title"] == "ronde desk"


def test_it_is_known_by_what_the_output_would_say(dojo: FakeDefectDojo) -> None:
    """Who has imported the file of a round does not get everything twice."""
    known = ("title", "cwe", "description", "unique_id_from_tool", "endpoints")
    (ours,) = parsed(report([fact_of(ONE)]).decode())
    (theirs,) = json.loads(document(Format.DEFECTDOJO, ONE))["findings"]

    assert {name: ours[name] for name in known} == {name: theirs[name] for name in known}
    assert dojo.known == []


def test_what_is_accepted_here_stays_open_there() -> None:
    """A risk that is accepted there is never opened again, when the acceptance ends."""
    (item,) = parsed(report([fact_of(replace(ONE, accepted=SIGNED))]).decode())

    assert not {"active", "risk_accepted", "is_mitigated"} & set(item)
    assert "Accepted until" in item["impact"]


def test_hostile_words_are_shown_as_text() -> None:
    """Its fields are Markdown; tags are parted by commas."""
    hostile = replace(
        ONE,
        version="<script>",
        asset=Asset(owner="![x](http://evil.example/p.png) @all\n# head", zone="ward"),
    )
    (item,) = parsed(report([fact_of(hostile)]).decode())

    assert "![x]" not in item["impact"]
    assert "http://evil" not in item["impact"]
    assert "@all" not in item["impact"]
    assert "\n# head" not in item["impact"]
    assert not any("," in tag or " " in tag for tag in item["tags"])


@given(st.text(), st.text(), st.text())
def test_no_text_ends_a_part(zone: str, owner: str, version: str) -> None:
    """Another parser finds as many parts, and the file as it was."""
    finding = replace(ONE, version=version, asset=Asset(zone=zone, owner=owner))
    file = report([fact_of(finding)])
    body = multipart({"service": zone, "scan_type": "x"}, file, "b0undary")
    kind = {"Content-Type": "multipart/form-data; boundary=b0undary"}
    read = form(httpx.Request("POST", "https://dojo.example/", headers=kind, content=body))

    assert set(read) - {"service"} == {"scan_type", "file"}
    assert read["file"].encode() == file


def test_an_expired_token_is_said(team: Team, dojo: FakeDefectDojo) -> None:
    """It waits for a person, and nothing is lost."""
    dojo.expired = True
    team.night(ONE)
    team.sync()
    (errand,) = team.waiting()
    assert errand.parked
    assert "401" in errand.error

    dojo.expired = False
    team.sync(parked=True)
    assert dojo.open("ward") == {title(ONE)}


def test_a_missing_product_is_said(team: Team, dojo: FakeDefectDojo) -> None:
    """By the test before the first import, and by the import in DefectDojo's words."""
    dojo.products.clear()
    with pytest.raises(Refused, match="there is no product Hospital"):
        team.connected().check("desk")

    team.night(ONE)
    team.sync()
    assert "product_type_name is required" in team.waiting()[0].error


def test_a_product_is_made_where_its_type_is_named(dojo: FakeDefectDojo, tmp_path: Path) -> None:
    """With its engagement and its test."""
    dojo.products.clear()
    team = Team(tmp_path, {**TABLE, "product_type": "Care"}, Wire(dojo))
    assert "will be made" in team.connected().check("desk")
    team.night(ONE)
    team.sync()

    assert dojo.open("ward") == {title(ONE)}


def test_a_long_pause_is_for_the_next_sync(team: Team, dojo: FakeDefectDojo) -> None:
    """As long as it asked for."""
    dojo.pause = 3600
    team.night(ONE)
    team.sync()

    assert (team.waiting()[0].next - team.clock).total_seconds() >= 3600


def test_a_rehearsal_shows_the_file_and_no_secret(team: Team, dojo: FakeDefectDojo) -> None:
    """Nothing is imported."""
    team.night(ONE)
    team.rehearsal = Rehearsal()
    with Store.open(team.history) as store:
        team.connected().rehearse(store.desk())

    assert dojo.imports == []
    (call,) = team.rehearsal.told
    assert str(ONE.endpoint) in call
    assert TOKEN not in call


@pytest.mark.parametrize(("name", "value"), [("group_by", "finding"), ("title", "own.txt")])
def test_what_makes_no_sense_here_is_refused(
    dojo: FakeDefectDojo, tmp_path: Path, name: str, value: str
) -> None:
    """Rather than left without an effect."""
    team = Team(tmp_path, {**TABLE, name: value}, Wire(dojo))

    with pytest.raises(Refused, match=rf"tickets\.desk\.{name}: a zone is imported as a whole"):
        team.connected()


def test_a_day_of_repair_is_planned() -> None:
    """Where it is due."""
    (item,) = parsed(report([fact_of(replace(ONE, due=NOON))]).decode())

    assert item["planned_remediation_date"] == f"{NOON:%Y-%m-%d}"
