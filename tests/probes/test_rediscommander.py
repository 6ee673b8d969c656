"""What the Redis Commander probe makes of real replies, and of half and false ones."""

import pytest

from probes.rediscommander import RedisCommander
from scanner.model import Access, Assessment, Outcome, Silence, Unknown
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = RedisCommander()
OPEN = load("rediscommander/0.9-open")


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that an outcome is the lack of one."""
    assert isinstance(outcome, Unknown)
    return outcome


def test_a_page_as_it_ships_is_open() -> None:
    """Its connections are named as the operator called them; where they lead is dropped."""
    found = assessed(replay(PROBE, OPEN))

    assert found.access is Access.OPEN
    assert [(one.name, one.kind) for one in found.holdings] == [("local", "connection")]
    assert "16399" not in str(found)


def test_a_page_with_a_login_is_locked() -> None:
    """The page itself is the same; the first refusal ends the conversation."""
    transcript = load("rediscommander/0.9-locked")

    assert assessed(replay(PROBE, transcript)).access is Access.LOCKED
    assert asked(PROBE, transcript) == ["GET /", "GET /connections"]


@pytest.mark.parametrize(
    ("status", "text"), [(404, "<pre>Cannot GET /</pre>"), (200, "Not Found"), (500, "Not Found")]
)
def test_a_control_in_other_words_proves_nothing(status: int, text: str) -> None:
    """A path that is not served at all is missing in another way."""
    liar = OPEN.with_payload(2, text.encode()).with_reply(2, status=status)

    assert unknown(replay(PROBE, liar)).silence is Silence.HALF_PROOF


@pytest.mark.parametrize(
    "told", [{"ok": False, "connections": []}, {"ok": True}, {"ok": True, "connections": [{}]}]
)
def test_a_list_of_something_else_is_garbled(told: object) -> None:
    """Only connections count."""
    assert unknown(replay(PROBE, OPEN.with_json(1, told))).silence is Silence.GARBLED


def test_another_product_is_not_identified() -> None:
    """Only the whole title is believed."""
    page = Recorded(ask="GET /", text="<title>Redis Commander</title>")
    found = replay(PROBE, Transcript(server="written by hand", exchanges=(page,)))

    assert unknown(found).silence is Silence.UNRECOGNISED
