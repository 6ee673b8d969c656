"""What holds for ServiceNow beside what holds for every tracker, and for its imports."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import httpx
import pytest
from msgspec.structs import replace

from scanner.model import Refused
from scanner.ticket import State
from tests.tickets.fakes.kept import TOKEN
from tests.tickets.fakes.servicenow import FakeServiceNow, Incident
from tests.tickets.team import Team, door, worse
from tests.tickets.wire import Fate, Wire

DOOR = door(1)
KEY = f"ronde-{DOOR.fingerprint}"


def opened(folder: Path, fake: FakeServiceNow, **table: object) -> tuple[Team, Incident]:
    """Give a team, and the one incident that it has."""
    at = Team(folder, {**fake.table, **table}, Wire(fake))
    at.night(DOOR)
    at.sync()
    (incident,) = fake.tickets
    return at, cast("Incident", incident)


def why(at: Team) -> str:
    """Give the one line that `status` shows."""
    (errand,) = at.waiting()
    assert errand.parked
    return errand.error


def test_an_incident_carries_its_key_and_its_weight(tmp_path: Path) -> None:
    """The key where other systems' keys belong."""
    at, incident = opened(tmp_path, FakeServiceNow(), fields={"assignment_group": "0" * 32})

    assert incident.fields["correlation_id"] == KEY
    assert incident.fields["correlation_display"] == "ronde"
    assert (incident.fields["impact"], incident.fields["urgency"]) == ("1", "2")
    assert incident.fields["assignment_group"] == "0" * 32
    (ticket,) = at.kept()
    assert ticket.url == f"https://team.service-now.example/incident.do?sys_id={incident.id}"


def test_resolving_gives_the_code_and_the_notes(tmp_path: Path) -> None:
    """A data policy refuses what has none."""
    at, incident = opened(tmp_path, FakeServiceNow())
    at.night(shut=(DOOR,))
    at.sync()

    assert incident.fields["state"] == "6"
    assert incident.fields["close_code"] == "Solution provided"
    assert "resolved" in incident.fields["close_notes"]


def test_a_code_that_is_not_there_is_said(tmp_path: Path) -> None:
    """In the instance's own words."""
    at, incident = opened(tmp_path, FakeServiceNow(), close_code="Solved")
    at.night(shut=(DOOR,))
    at.sync()

    assert incident.open
    assert why(at).startswith("refused (403): ")
    assert "mandatory: Resolution code" in why(at)


def test_what_is_final_gets_a_successor(tmp_path: Path) -> None:
    """A closed incident cannot be taken up again, and is left alone."""
    fake = FakeServiceNow()
    at, first = opened(tmp_path, fake)
    at.night(shut=(DOOR,))
    at.sync()
    first.fields["state"] = "7"
    at.night(DOOR)
    at.sync()

    assert [one.open for one in fake.tickets] == [False, True]
    assert [one.key for one in fake.tickets] == [KEY, KEY]
    assert [ticket.remote for ticket in at.kept()] == [fake.tickets[1].id]


def test_a_query_that_is_ignored_is_noticed(tmp_path: Path) -> None:
    """An instance leaves out a condition about a field that is hidden, and gives all records."""
    fake = FakeServiceNow()
    at, incident = opened(tmp_path, fake)
    fake.unread = frozenset({"correlation_id"})
    incident.deleted = True
    fake.tickets.append(Incident("f" * 32, "", "theirs", "", fields={"state": "1"}))
    at.night(worse(DOOR))
    at.sync()

    assert why(at) == (
        "incident was asked by correlation_id, and gave others: let us read that field"
    )
    with pytest.raises(Refused, match="let us read that field"):
        at.connected().check("desk")
    assert len(fake.tickets) == 2


def test_a_state_that_is_not_taken_is_noticed(tmp_path: Path) -> None:
    """An instance leaves out a field that we may not write, and answers 200."""
    fake = FakeServiceNow()
    at, incident = opened(tmp_path, fake)
    fake.unwritten = frozenset({"state"})
    at.night(shut=(DOOR,))
    at.sync()

    assert incident.open
    assert why(at) == "the state was not taken: let us write state 6"


def test_a_journal_shows_no_html_of_a_server(tmp_path: Path) -> None:
    """`[code]` would let it."""
    fake = FakeServiceNow()
    at, incident = opened(tmp_path, fake)
    at.night(replace(DOOR, version="[code]<img src=x>[/CODE] @[0a:admin]"))
    at.sync()

    said = incident.body + "".join(incident.comments)
    assert "<img" in said
    assert "[code]" not in said
    assert "[/CODE]" not in said
    assert "@[" not in said


def test_a_key_of_the_api_has_a_header_of_its_own(tmp_path: Path) -> None:
    """Without a user."""
    wire = Wire(lambda _: httpx.Response(200, json={"result": []}))
    table = {**FakeServiceNow().table}
    del table["user"]
    Team(tmp_path, table, wire).connected().check("desk")

    assert wire.calls[0].headers["x-sn-apikey"] == TOKEN
    assert "authorization" not in wire.calls[0].headers


@dataclass
class Staging:
    """A staging table whose map coalesces on `u_key`; `answer` replaces what it says."""

    records: dict[str, dict[str, str]] = field(default_factory=dict)
    answer: list[dict[str, str]] | None = None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Take a row."""
        if request.method == "GET":
            return httpx.Response(200, json={"result": []})
        assert request.url.path == "/api/now/import/u_ronde"
        row = json.loads(request.content)
        status = "updated" if row["u_key"] in self.records else "inserted"
        self.records[row["u_key"]] = row
        made = {"transform_map": "ronde", "table": "incident", "status": status, "sys_id": "0a"}
        results = [made] if self.answer is None else self.answer
        return httpx.Response(201, json={"import_set": "ISET1", "result": results})


IMPORT = {
    "system": "servicenow-import",
    "url": "https://team.service-now.example",
    "user": "ronde",
    "password": "env:TRACKER_TOKEN",
    "table": "u_ronde",
}


def test_an_import_is_told_of_each_change(tmp_path: Path) -> None:
    """One key is one record."""
    staging = Staging()
    at = Team(tmp_path, IMPORT, Wire(staging))
    at.night(DOOR)
    at.sync()
    assert staging.records[KEY]["u_state"] == "open"

    at.night(shut=(DOOR,))
    at.sync()
    assert list(staging.records) == [KEY]
    assert staging.records[KEY]["u_state"] == "resolved"
    assert "resolved" in staging.records[KEY]["u_note"]
    assert [ticket.seen for ticket in at.kept()] == [State.CLOSED]


@pytest.mark.parametrize("fate", [Fate.DOWN, Fate.HALF, Fate.CUT, Fate.ERROR])
def test_a_row_that_is_told_twice_is_one_record(tmp_path: Path, fate: Fate) -> None:
    """The transform map sees to that."""
    staging = Staging()
    wire = Wire(staging, at=0, fate=fate)
    at = Team(tmp_path, IMPORT, wire)
    at.night(DOOR)
    at.sync()
    at.later(minutes=2)
    at.sync()

    assert len(wire.calls) == 2
    assert list(staging.records) == [KEY]
    assert at.waiting() == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ([], "no transform map took the row of u_ronde"),
        (
            [{"status": "error", "error_message": "No caller\x1b[2J"}],
            "the transform map refused (400): No caller\\x1b[2J",
        ),
    ],
)
def test_a_row_that_nobody_took_is_said(
    tmp_path: Path, answer: list[dict[str, str]], said: str
) -> None:
    """A person must look at the map."""
    at = Team(tmp_path, IMPORT, Wire(Staging(answer=answer)))
    at.night(DOOR)
    at.sync()

    assert why(at) == said


def test_check_posts_no_row(tmp_path: Path) -> None:
    """It reads the staging table."""
    staging = Staging()
    assert Team(tmp_path, IMPORT, Wire(staging)).connected().check("desk") == (
        "let in; u_ronde is there"
    )
    assert staging.records == {}
