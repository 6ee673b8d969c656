"""What the probe of RethinkDB's console makes of written replies, and of half and false ones."""

import pytest

from probes.rethinkdbconsole import CONTROL, DOOR, RethinkDbConsole
from scanner.model import Access, Assessment, Silence, Unknown
from tests.transcripts import asked, load, replay

PROBE = RethinkDbConsole()
OPEN = load("rethinkdbconsole/2.4-open")


def test_a_console_whose_queries_need_no_log_in_is_open() -> None:
    """No connection is opened, so nothing is left behind; the whole cluster is held."""
    found = replay(PROBE, OPEN)

    assert isinstance(found, Assessment)
    assert found.access is Access.OPEN
    assert [held.name for held in found.holdings] == ["all databases"]
    assert asked(PROBE, OPEN) == ["GET /", DOOR.name, CONTROL.name]


def test_a_proxy_before_the_queries_locks_the_door() -> None:
    """The page alone does nothing."""
    found = replay(PROBE, load("rethinkdbconsole/2.4-proxy"))

    assert isinstance(found, Assessment)
    assert found.access is Access.LOCKED


@pytest.mark.parametrize(
    ("place", "changes"),
    [
        (1, {"text": "Bad Request"}),
        (1, {"status": 200}),
        (2, {"status": 200}),
        (2, {"status": 400, "text": 'Required parameter "conn_id" missing\n'}),
    ],
)
def test_a_door_or_a_control_in_nobody_s_words_proves_nothing(
    place: int, changes: dict[str, object]
) -> None:
    """Both sides are needed."""
    found = replay(PROBE, OPEN.with_reply(place, **changes))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.HALF_PROOF


def test_another_page_is_not_identified() -> None:
    """Its title is whole."""
    found = replay(PROBE, OPEN.with_payload(0, b"<title>RethinkDB</title>"))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.UNRECOGNISED
