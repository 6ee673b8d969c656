"""What the pgweb probe makes of written replies, and of half and false ones."""

import pytest

from probes.pgweb import Pgweb
from scanner.model import Access, Assessment, Holding, Silence, Unknown
from tests.transcripts import load, replay

PROBE = Pgweb()
OPEN = load("pgweb/0.16-open")


def test_a_console_with_a_connection_is_open() -> None:
    """Databases are held, and the tables of the one that it is connected to."""
    found = replay(PROBE, OPEN)

    assert isinstance(found, Assessment)
    assert (found.access, found.service.version) == (Access.OPEN, "0.16.2")
    assert found.holdings == (
        Holding(name="clinic", kind="database"),
        Holding(name="postgres", kind="database"),
        Holding(name="public.faxes", kind="table"),
    )


def test_an_older_console_names_tables_alone() -> None:
    """They became objects, and the version moved down a level."""
    found = replay(PROBE, load("pgweb/0.11-open"))

    assert isinstance(found, Assessment)
    assert found.service.version == "0.11.12"
    assert [held.name for held in found.holdings] == ["postgres", "public.faxes"]


@pytest.mark.parametrize(
    ("name", "because"),
    [
        ("0.16-unconnected", "holds no connection: a visitor must bring an account of a database"),
        ("0.16-proxy", "GET /api/databases answered 401"),
    ],
)
def test_a_console_that_holds_nothing_for_strangers_is_locked(name: str, because: str) -> None:
    """It has no account of its own, or somebody stands before it."""
    found = replay(PROBE, load(f"pgweb/{name}"))

    assert isinstance(found, Assessment)
    assert (found.access, found.because) == (Access.LOCKED, because)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, {"data_size": "0 bytes"}),
        (404, {"error": 'relation "ronde_no_such_table" does not exist'}),
        (400, {"error": "no"}),
        (400, {"message": 'relation "ronde_no_such_table" does not exist'}),
    ],
)
def test_a_table_that_is_not_missed_by_name_proves_nothing(status: int, body: object) -> None:
    """PostgreSQL itself refuses the control, through the console."""
    found = replay(PROBE, OPEN.with_reply(3, status=status).with_json(3, body))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.HALF_PROOF


def test_tables_that_are_not_told_cost_only_themselves() -> None:
    """The proof stands already."""
    found = replay(PROBE, OPEN.with_json(4, {"public": {"table": [{"oid": "1"}]}}))

    assert isinstance(found, Assessment)
    assert [held.kind for held in found.holdings] == ["database", "database"]


def test_another_page_is_not_identified() -> None:
    """The title is the console's own."""
    found = replay(PROBE, OPEN.with_payload(0, b"<title>pgweb manual</title>"))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.UNRECOGNISED
