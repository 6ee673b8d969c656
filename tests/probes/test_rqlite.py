"""What the rqlite probe makes of written replies, and of half and false ones."""

import pytest

from probes.rqlite import Rqlite
from scanner.model import Access, Assessment, Holding, Silence, Unknown
from scanner.probe import Page
from tests.transcripts import asked, load, replay

PROBE = Rqlite()
OPEN = load("rqlite/8-open")


def test_a_node_without_users_is_open() -> None:
    """Its tables are held with their columns; those of SQLite itself are not."""
    found = replay(PROBE, OPEN)

    assert isinstance(found, Assessment)
    assert (found.access, found.service.version) == (Access.OPEN, "8.36.5")
    assert found.holdings == (
        Holding(name="faxes", kind="table", fields=("id", "patient_name")),
        Holding(name="visits", kind="table", fields=("id",)),
    )


def test_a_node_without_a_table_is_open_as_well() -> None:
    """Whoever asks may make one."""
    found = replay(PROBE, load("rqlite/8-empty"))

    assert isinstance(found, Assessment)
    assert (found.access, found.holdings_total) == (Access.OPEN, 0)


@pytest.mark.parametrize("name", ["8-locked", "9-locked"])
def test_a_node_that_knows_its_users_is_locked(name: str) -> None:
    """The signature names it all the same, and two asks are enough."""
    transcript = load(f"rqlite/{name}")
    found = replay(PROBE, transcript)

    assert isinstance(found, Assessment)
    assert found.access is Access.LOCKED
    assert len(asked(PROBE, transcript)) == 2


@pytest.mark.parametrize(
    "control",
    [
        {"results": [{"columns": ["x"], "types": ["text"]}]},
        {"results": [{"error": "no such table: other"}]},
        {"results": []},
        {"error": "no such table: ronde_no_such_table"},
    ],
)
def test_a_control_that_is_not_refused_by_name_proves_nothing(control: object) -> None:
    """A result, another table, no result, an error elsewhere."""
    found = replay(PROBE, OPEN.with_json(2, control))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.HALF_PROOF


@pytest.mark.parametrize(
    "listing",
    [
        {"results": [{"error": "not authorized"}]},
        {"results": [{"columns": ["name"], "values": [["faxes"]]}]},
        {"results": [{"columns": ["name", "name"], "values": [["faxes"]]}]},
        {"results": [{"columns": ["name", "name"], "values": [["faxes", 1]]}]},
    ],
)
def test_an_answer_to_another_query_is_garbled(listing: object) -> None:
    """Two texts a row were asked for."""
    found = replay(PROBE, OPEN.with_json(1, listing))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.GARBLED


def test_a_server_that_does_not_sign_is_not_identified() -> None:
    """Whatever it redirects to."""
    page = Page(status=302, headers={"location": "/status"}, body=b"")

    assert PROBE.identify(page) is None
