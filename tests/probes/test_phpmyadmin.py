"""What the phpMyAdmin probe makes of real pages, and of half and false ones."""

import pytest

from probes.phpmyadmin import FOLDER, ROOT, PhpMyAdmin
from scanner.model import Access, Assessment, Holding, Outcome, Silence, Unknown
from scanner.probe import Page
from tests.transcripts import Transcript, asked, load, replay

PROBE = PhpMyAdmin()
OPEN = load("phpmyadmin/5.2-open")


def settled(transcript: Transcript) -> Outcome:
    """Drive the probe to its end."""
    return replay(PROBE, transcript)


@pytest.mark.parametrize("name", ["5.2-open", "5.2-open-root"])
def test_a_console_that_needs_no_log_in_is_open(name: str) -> None:
    """In a folder or at the root; the server's own databases are nobody's holdings."""
    found = settled(load(f"phpmyadmin/{name}"))

    assert isinstance(found, Assessment)
    assert (found.access, found.service.version) == (Access.OPEN, "5.2.1")
    assert found.holdings == (Holding(name="clinic", kind="database"),)
    assert found.holdings_total == 1


def test_the_folder_is_asked_for_once_and_the_databases_after_it() -> None:
    """Four asks settle it; the names of tables are not among them."""
    asks = ["GET /", FOLDER.page.name, FOLDER.databases.name, FOLDER.control.name]
    assert asked(PROBE, OPEN) == asks
    assert asked(PROBE, load("phpmyadmin/5.2-open-root")) == [
        "GET /",
        ROOT.databases.name,
        ROOT.control.name,
    ]


@pytest.mark.parametrize(
    ("name", "because"),
    [("5.2-locked", "asks for a log-in"), ("5.2-locked-http", "GET /index.php answered 401")],
)
def test_a_console_that_asks_who_is_there_is_locked(name: str, because: str) -> None:
    """By a form, or by the browser."""
    found = settled(load(f"phpmyadmin/{name}"))

    assert isinstance(found, Assessment)
    assert (found.access, found.because) == (Access.LOCKED, because)


def test_a_console_whose_database_is_away_proves_nothing() -> None:
    """It lets everybody in, and nobody is logged in to anything."""
    away = {"message": "", "success": True, "params": {"logged_in": False}}

    found = settled(OPEN.with_json(2, away))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.HALF_PROOF


@pytest.mark.parametrize(
    "control",
    [
        {"success": True, "message": ""},
        {"success": False, "error": "no"},
        {"redirect_flag": "1", "success": False, "error": "s_error"},
    ],
)
def test_a_control_that_is_not_refused_in_its_words_proves_nothing(control: object) -> None:
    """A success, somebody else's error, or the way to the log-in."""
    found = settled(OPEN.with_json(3, control))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.HALF_PROOF


def test_a_server_without_such_a_folder_is_left_to_the_next_probe() -> None:
    """Its front page says only what it runs on."""
    found = settled(load("phpmyadmin/other"))

    assert isinstance(found, Unknown)
    assert (found.silence, found.service) == (Silence.UNRECOGNISED, None)


@pytest.mark.parametrize("silence", [Silence.CLOSED, Silence.RESET])
def test_a_server_that_hangs_up_at_the_folder_is_left_to_the_next_probe(silence: Silence) -> None:
    """Many are told to, for such folders are what attackers look for first."""
    found = settled(load("phpmyadmin/other").with_reply(1, text=None, silence=silence))

    assert isinstance(found, Unknown)
    assert (found.silence, found.service) == (Silence.UNRECOGNISED, None)


def test_a_server_that_says_nothing_of_the_folder_is_silent() -> None:
    """Time that ran out is no word on what stands there, and nobody else's to judge."""
    found = settled(load("phpmyadmin/other").with_reply(1, text=None, silence=Silence.TIMEOUT))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.TIMEOUT


@pytest.mark.parametrize("flag", ["1", 1, True])
def test_a_flag_that_leads_to_the_log_in_is_a_lock(flag: object) -> None:
    """Its script reads the number in it."""
    found = settled(OPEN.with_json(2, {"redirect_flag": flag, "success": False}))

    assert isinstance(found, Assessment)
    assert (found.access, found.because) == (Access.LOCKED, "asks for a log-in")


@pytest.mark.parametrize("flag", ["0", 0, False, "", None])
def test_a_flag_that_leads_nowhere_is_no_lock(flag: object) -> None:
    """What is there but says no shuts no door."""
    listing = {"redirect_flag": flag, "message": "", "params": {"logged_in": True}}

    found = settled(OPEN.with_json(2, listing))

    assert isinstance(found, Assessment)
    assert found.access is Access.OPEN


def test_a_server_that_runs_no_php_is_not_asked() -> None:
    """Its folder is not looked for."""
    assert PROBE.identify(Page(status=200, headers={"server": "Jetty(9.4)"}, body=b"")) is None


def test_databases_beyond_the_first_page_are_counted() -> None:
    """The console names a hundred at a time, and says how many there are."""
    listed = {
        "message": (
            '<a href="?route=/database/structure&amp;lang=en&amp;db=faxes%20old&amp;lang=en">'
            '<a href="?route=/database/structure&amp;db=sys"><i id="filter-rows-count">240</i>'
        ),
        "success": True,
        "params": {"logged_in": True},
    }

    found = settled(OPEN.with_json(2, listed))

    assert isinstance(found, Assessment)
    assert [held.name for held in found.holdings] == ["faxes old"]
    assert found.holdings_total == 239
