"""What the Grafana probe makes of replies as its source words them, and of half and false ones."""

import pytest

from probes.grafana import Grafana
from scanner.model import Access, Assessment, Outcome, Service, Silence, Unknown
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = Grafana()
OPEN = load("grafana/11.2-anonymous")
LOCKED = load("grafana/11.2-locked")


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that an outcome is the lack of one."""
    assert isinstance(outcome, Unknown)
    return outcome


def test_a_server_with_anonymous_members_is_open() -> None:
    """The organisation is named and its dashboards are counted; their titles are dropped."""
    found = assessed(replay(PROBE, OPEN))

    assert (found.access, found.service) == (Access.OPEN, Service("grafana", "11.2.0"))
    assert [(one.name, one.records) for one in found.holdings] == [("Main Org.", 2)]
    assert "Faxes" not in str(found)


def test_a_server_that_hides_its_version_is_open_all_the_same() -> None:
    """A silence after the proof costs the count alone."""
    found = assessed(replay(PROBE, load("grafana/6.7-anonymous")))

    assert (found.access, found.service) == (Access.OPEN, Service("grafana"))
    assert [(one.name, one.records) for one in found.holdings] == [("Main Org.", None)]


def test_a_server_as_it_ships_is_locked() -> None:
    """Its health is public; the first refusal ends the conversation."""
    found = assessed(replay(PROBE, LOCKED))

    assert (found.access, found.service) == (Access.LOCKED, Service("grafana", "11.2.0"))
    assert asked(PROBE, LOCKED) == ["GET /", "GET /api/health", "GET /api/org"]


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (404, '{"message": "Not found"}'),
        (200, '{"message": "Dashboard not found"}'),
        (403, '{"message": "You\'ll need additional permissions to perform this action."}'),
    ],
)
def test_a_control_in_other_words_proves_nothing(status: int, text: str) -> None:
    """Any server has a 404."""
    liar = OPEN.with_payload(3, text.encode()).with_reply(3, status=status)

    assert unknown(replay(PROBE, liar)).silence is Silence.HALF_PROOF


@pytest.mark.parametrize(
    ("status", "text"),
    [(404, ""), (200, "<html></html>"), (200, '{"database": "failing"}'), (200, '{"ok": true}')],
)
def test_another_product_with_a_login_is_left_to_the_next_probe(status: int, text: str) -> None:
    """Half the applications of the field send a caller to `/login`."""
    other = LOCKED.with_payload(1, text.encode()).with_reply(1, status=status)
    found = unknown(replay(PROBE, other))

    assert (found.silence, found.service) == (Silence.UNRECOGNISED, None)


@pytest.mark.parametrize(
    ("status", "location", "title"),
    [(200, "", "Grafana documentation"), (302, "/auth/login", ""), (302, "/", "Grafana")],
)
def test_another_product_is_not_identified(status: int, location: str, title: str) -> None:
    """Neither a longer title nor another redirect is a Grafana's."""
    headers = {"location": location}
    page = Recorded(ask="GET /", status=status, headers=headers, text=f"<title>{title}</title>")
    found = replay(PROBE, Transcript(server="written by hand", exchanges=(page,)))

    assert unknown(found).silence is Silence.UNRECOGNISED
