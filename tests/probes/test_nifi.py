"""What the NiFi probe makes of replies as its source words them, and of half and false ones."""

import pytest

from probes.nifi import Nifi
from scanner.model import Access, Assessment, Outcome, Service, Silence, Unknown
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = Nifi()
OPEN = load("nifi/1.12-open")
LOCKED = load("nifi/1.25-locked")


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that an outcome is the lack of one."""
    assert isinstance(outcome, Unknown)
    return outcome


def test_a_server_in_clear_is_open() -> None:
    """With what waits in its queues; where it is reached is dropped."""
    found = assessed(replay(PROBE, OPEN))

    assert (found.access, found.service) == (Access.OPEN, Service("nifi", "1.12.1"))
    assert [(one.records, one.bytes) for one in found.holdings] == [(512, 41_943_040)]


@pytest.mark.parametrize("told", [{}, {"controllerStatus": {"flowFilesQueued": "many"}}])
def test_a_count_is_detail(told: object) -> None:
    """The proof stands without it."""
    found = assessed(replay(PROBE, OPEN.with_json(2, told)))

    assert (found.access, found.holdings[0].records) == (Access.OPEN, None)


def test_a_server_with_a_login_is_locked() -> None:
    """That it has a form for a login is public, and names the product."""
    assert assessed(replay(PROBE, LOCKED)).access is Access.LOCKED
    assert asked(PROBE, LOCKED) == ["GET /nifi-api/flow/about", "GET /nifi-api/access/config"]


@pytest.mark.parametrize(
    ("status", "silence"), [(401, Silence.GUARDED), (404, Silence.UNRECOGNISED)]
)
def test_another_server_that_refuses_is_left_to_the_next_probe(
    status: int, silence: Silence
) -> None:
    """A proxy may refuse every path."""
    found = unknown(replay(PROBE, LOCKED.with_payload(1, b"no").with_reply(1, status=status)))

    assert (found.silence, found.service) == (silence, None)


@pytest.mark.parametrize(
    ("status", "text"),
    [(404, "Not Found"), (200, "Unable to locate group with id 'ronde-no-such-group'."), (403, "")],
)
def test_a_control_in_other_words_proves_nothing(status: int, text: str) -> None:
    """Any server has a 404."""
    liar = OPEN.with_payload(1, text.encode()).with_reply(1, status=status)

    assert unknown(replay(PROBE, liar)).silence is Silence.HALF_PROOF


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (404, ""),
        (200, '{"about": {"title": "Other", "version": "1"}}'),
        (200, "<html></html>"),
        (401, "<html></html>"),
    ],
)
def test_another_product_is_not_identified(status: int, text: str) -> None:
    """Only the whole title is believed."""
    page = Recorded(ask="GET /nifi-api/flow/about", status=status, text=text)
    found = replay(PROBE, Transcript(server="written by hand", exchanges=(page,)))

    assert unknown(found).silence is Silence.UNRECOGNISED
