"""What the mongo-express probe makes of real pages, and of half and false ones."""

import pytest

from probes.mongoexpress import CONTROL, MongoExpress
from scanner.model import Access, Assessment, Holding, Silence, Unknown
from tests.transcripts import asked, load, replay

PROBE = MongoExpress()
OPEN = load("mongoexpress/1.0-open")


def test_a_console_without_a_log_in_is_open() -> None:
    """Its databases are held, in two asks."""
    found = replay(PROBE, OPEN)

    assert isinstance(found, Assessment)
    assert found.access is Access.OPEN
    assert found.holdings == (Holding(name="practice", kind="database"),)
    assert asked(PROBE, OPEN) == ["GET /", CONTROL.name]


def test_a_log_in_shuts_the_door_and_names_nobody() -> None:
    """Many consoles are made of the same parts."""
    found = replay(PROBE, load("mongoexpress/1.0-locked"))

    assert isinstance(found, Unknown)
    assert (found.silence, found.service) == (Silence.GUARDED, None)


@pytest.mark.parametrize(
    ("status", "location"), [(200, "/"), (302, "/login"), (302, "https://elsewhere.example/")]
)
def test_a_control_that_does_not_lead_back_proves_nothing(status: int, location: str) -> None:
    """Whoever answers it, or sends it somewhere else, is no such console."""
    found = replay(PROBE, OPEN.with_reply(1, status=status, headers={"location": location}))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.HALF_PROOF


def test_the_server_s_own_databases_are_nobody_s_holdings() -> None:
    """Names are unquoted, each is named once, and before 1.0 links end without a slash."""
    row = '<h3><a href="/db/{0}">{0}</a></h3>'
    page = "<title>Home - Mongo Express</title>" + row.format("local") + row.format("fax%26co") * 2

    found = replay(PROBE, OPEN.with_payload(0, page.encode()))

    assert isinstance(found, Assessment)
    assert [held.name for held in found.holdings] == ["fax&co"]


@pytest.mark.parametrize("page", [b"<title>Mongo Express</title>", b"<title>Home</title>", b"{}"])
def test_another_page_is_not_identified(page: bytes) -> None:
    """Only the home of the console has its title."""
    found = replay(PROBE, OPEN.with_payload(0, page))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.UNRECOGNISED
