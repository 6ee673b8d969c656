"""What the FreePBX probe makes of log-ins, first runs and lists of recordings."""

import pytest

from probes.freepbx import Freepbx
from scanner.model import Access, Assessment, Holding, Outcome, Service, Silence, Unknown
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = Freepbx()
LISTED = load("freepbx/13-listed")
LOCKED = load("freepbx/13-locked")
FIRST_RUN = load("freepbx/13-unclaimed")


def settled(outcome: Outcome) -> Assessment:
    """Insist on an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def silence(outcome: Outcome) -> Silence:
    """Insist on the lack of one, and say why."""
    assert isinstance(outcome, Unknown)
    return outcome.silence


@pytest.mark.parametrize("name", ["13-locked", "2.8-locked"])
def test_a_log_in_page_is_no_finding(name: str) -> None:
    """A name and a password are asked for, by a form or by the web server."""
    found = settled(replay(PROBE, load(f"freepbx/{name}")))

    assert (found.access, found.service) == (Access.LOCKED, Service("freepbx"))


def test_a_locked_front_end_is_asked_once_for_each_folder() -> None:
    """Its own lock says nothing of what the web server lists."""
    assert asked(PROBE, LOCKED) == [
        "GET /admin/config.php",
        "GET /monitor/",
        "GET /voicemail/",
        "GET /fax/",
    ]


def test_an_administration_that_asks_nobody_is_open() -> None:
    """Its menu is shown to who is logged in, which is everybody where `AUTHTYPE` is none."""
    found = settled(replay(PROBE, load("freepbx/13-open")))

    assert (found.access, found.service) == (Access.OPEN, Service("freepbx", "13.0.190.7"))
    assert found.holdings == (Holding(name="administration", kind="console"),)


def test_a_menu_beside_a_log_in_is_neither_open_nor_locked() -> None:
    """Who is in sees a menu, and pages behind a log-in have forms for names and passwords too."""
    menu = load("freepbx/13-open").exchanges[0].payload
    form = b'<input name="username"><input name="password">'

    assert silence(replay(PROBE, LOCKED.with_payload(0, menu + form))) is Silence.HALF_PROOF


def test_a_list_of_recorded_calls_is_open() -> None:
    """What is listed is counted; a folder that is refused or empty is left out."""
    found = settled(replay(PROBE, LISTED))

    assert found.access is Access.OPEN
    assert found.holdings == (Holding(name="/monitor/", kind="folder", records=3),)
    assert "wav" not in repr(found)


def test_a_first_run_is_unclaimed() -> None:
    """Whoever comes names the administrator; nothing else is asked for."""
    found = settled(replay(PROBE, FIRST_RUN))

    assert found.access is Access.UNCLAIMED
    assert asked(PROBE, FIRST_RUN) == ["GET /admin/config.php", "GET /ronde-no-such-folder/"]


@pytest.mark.parametrize(
    ("transcript", "place"), [(LISTED, 4), (FIRST_RUN, 1), (load("freepbx/13-open"), 4)]
)
def test_a_control_that_is_found_proves_nothing(transcript: Transcript, place: int) -> None:
    """A server that answers everything with success is not called open, nor unclaimed."""
    assert silence(replay(PROBE, transcript.with_reply(place, status=200))) is Silence.HALF_PROOF


def test_a_page_that_asks_for_nothing_is_not_called_locked() -> None:
    """An old administration without a log-in would look so; its menu is not known here."""
    page = b"<title>FreePBX Administration</title>"

    assert silence(replay(PROBE, LOCKED.with_payload(0, page))) is Silence.HALF_PROOF


@pytest.mark.parametrize("place", [1, 2, 3])
def test_a_busy_server_is_not_called_locked(place: int) -> None:
    """What it cannot tell now may be open tomorrow."""
    assert silence(replay(PROBE, LOCKED.with_reply(place, status=503))) is Silence.BUSY


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (404, "<title>FreePBX</title>"),
        (401, "<title>FreePBX</title>"),
        (200, "<title>My FreePBX blog</title>"),
    ],
)
def test_another_page_is_not_identified(status: int, text: str) -> None:
    """Neither an error nor a page about the product."""
    page = Recorded(ask="GET /admin/config.php", status=status, text=text)

    assert silence(replay(PROBE, Transcript(server="x", exchanges=(page,)))) is Silence.UNRECOGNISED
