"""What the Ollama probe makes of replies as its source words them, and of half and false ones."""

from datetime import datetime

import pytest

from probes.ollama import Ollama
from scanner.model import Access, Assessment, Outcome, Service, Silence, Unknown
from tests.transcripts import Recorded, Transcript, load, replay

PROBE = Ollama()
OPEN = load("ollama/0.6-open")


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that an outcome is the lack of one."""
    assert isinstance(outcome, Unknown)
    return outcome


def test_a_server_is_open() -> None:
    """Models come with their size and, where it is one, their date."""
    found = assessed(replay(PROBE, OPEN))

    assert (found.access, found.service) == (Access.OPEN, Service("ollama", "0.6.2"))
    assert [(one.name, one.bytes, one.created) for one in found.holdings] == [
        (
            "triage:latest",
            4_920_753_328,
            datetime.fromisoformat("2025-03-02T10:11:12.123456+01:00"),
        ),
        ("old:7b", 1, None),
    ]


@pytest.mark.parametrize("silent", [{}, {"version": 7}, {"version": "soon"}])
def test_a_version_is_detail(silent: object) -> None:
    """The proof stands without it."""
    found = assessed(replay(PROBE, OPEN.with_json(3, silent)))

    assert (found.access, found.service.version) == (Access.OPEN, None)


def test_models_behind_a_guarded_front_page_are_open() -> None:
    """A proxy may guard `/` alone."""
    guarded = OPEN.with_reply(0, status=401, text="<html></html>")

    assert assessed(replay(PROBE, guarded)).access is Access.OPEN


def test_a_login_before_every_page_names_nobody() -> None:
    """Whatever is behind, the door is shut."""
    found = unknown(replay(PROBE, load("ollama/0.6-behind-basic-auth")))

    assert (found.silence, found.service) == (Silence.GUARDED, None)


def test_a_server_that_greets_and_refuses_its_models_is_locked() -> None:
    """A proxy may guard everything but `/`."""
    found = assessed(replay(PROBE, OPEN.with_reply(1, status=403)))

    assert (found.access, found.service) == (Access.LOCKED, Service("ollama"))


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (404, "404 page not found"),
        (200, '{"error": {"message": "model \'ronde-no-such-model\' not found"}}'),
        (404, '{"error": {"message": "no such model"}}'),
    ],
)
def test_a_control_in_other_words_proves_nothing(status: int, text: str) -> None:
    """Any server has a 404."""
    liar = OPEN.with_payload(2, text.encode()).with_reply(2, status=status)

    assert unknown(replay(PROBE, liar)).silence is Silence.HALF_PROOF


@pytest.mark.parametrize("text", ["Ollama is running on this host", "<title>Ollama</title>"])
def test_another_product_is_not_identified(text: str) -> None:
    """Only the whole greeting is believed."""
    page = Recorded(ask="GET /", text=text)
    found = replay(PROBE, Transcript(server="written by hand", exchanges=(page,)))

    assert unknown(found).silence is Silence.UNRECOGNISED
