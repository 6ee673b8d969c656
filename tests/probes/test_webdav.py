"""What the WebDAV probe makes of real replies, and of half and false ones."""

import pytest

from probes.webdav import WebDav
from scanner.model import Access, Assessment, Outcome, Silence, Unknown
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = WebDav()
APACHE = load("webdav/apache-2.4-open")
LOCKED = load("webdav/sabre-4.6-locked")


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that an outcome is the lack of one."""
    assert isinstance(outcome, Unknown)
    return outcome


@pytest.mark.parametrize(
    ("name", "used"), [("apache-2.4-open", None), ("wsgidav-4.4-open", 41_336_766_464)]
)
def test_a_folder_without_a_login_is_open(name: str, used: int | None) -> None:
    """With what it holds, where its server says so; nothing in it is listed."""
    found = assessed(replay(PROBE, load(f"webdav/{name}")))

    assert found.access is Access.OPEN
    assert [(one.name, one.kind, one.bytes) for one in found.holdings] == [("/", "folder", used)]


def test_a_server_that_signs_and_refuses_is_locked() -> None:
    """The first refusal ends the conversation."""
    assert assessed(replay(PROBE, LOCKED)).access is Access.LOCKED
    assert asked(PROBE, LOCKED) == ["GET /", "PROPFIND / (the folder itself)"]


@pytest.mark.parametrize("status", [401, 403, 405, 501])
def test_a_server_without_a_sign_that_refuses_is_left_to_the_next_probe(status: int) -> None:
    """A folder that GET may not have is a candidate, no more."""
    found = unknown(replay(PROBE, APACHE.with_reply(1, status=status)))

    assert found.service is None


@pytest.mark.parametrize("status", [200, 207, 403])
def test_a_control_that_is_found_proves_nothing(status: int) -> None:
    """A server that has every folder is not called open."""
    found = unknown(replay(PROBE, APACHE.with_reply(2, status=status)))

    assert found.silence is Silence.HALF_PROOF


@pytest.mark.parametrize("text", ["<multistatus/>", "<html>207</html>", ""])
def test_a_folder_that_says_nothing_is_garbled(text: str) -> None:
    """The status alone is no answer."""
    found = unknown(replay(PROBE, APACHE.with_payload(1, text.encode())))

    assert found.silence is Silence.GARBLED


@pytest.mark.parametrize(("status", "title"), [(200, "Welcome"), (401, "Index"), (404, "")])
def test_another_server_is_not_asked_in_webdav(status: int, title: str) -> None:
    """An ordinary page, and an ordinary demand for a login, are no candidates."""
    page = Recorded(ask="GET /", status=status, text=f"<title>{title}</title>")
    transcript = Transcript(server="written by hand", exchanges=(page,))

    assert unknown(replay(PROBE, transcript)).silence is Silence.UNRECOGNISED
    assert asked(PROBE, transcript) == ["GET /"]
