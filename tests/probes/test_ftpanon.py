"""What the probe for guests makes of real sessions, and of half and false ones."""

import pytest

from probes.ftp import GREETING, QUIT
from probes.ftpanon import CONTROL, COURTESY, USER, WHERE, Ftpanon
from scanner.model import Access, Assessment, Silence, Unknown
from tests.transcripts import asked, load, replay

PROBE = Ftpanon()


@pytest.mark.parametrize(
    ("name", "access"),
    [
        ("vsftpd-3.0-open", Access.OPEN),
        ("proftpd-1.3-open", Access.OPEN),
        ("vsftpd-3.0-locked", Access.LOCKED),
        ("iis-10-locked", Access.LOCKED),
        ("proftpd-1.3-tls-only", Access.IDENTIFIED),
    ],
)
def test_each_door_gets_its_verdict(name: str, access: Access) -> None:
    """331 is no proof: servers without guests say it, too."""
    found = replay(PROBE, load(f"ftpanon/{name}"))

    assert isinstance(found, Assessment)
    assert found.access is access


def test_a_guest_lists_nothing_and_takes_leave() -> None:
    """Names of files are data."""
    middle = [USER, COURTESY, CONTROL, WHERE]

    assert asked(PROBE, load("ftpanon/vsftpd-3.0-open")) == [
        GREETING.name,
        *(ask.name for ask in middle),
        QUIT.name,
    ]


@pytest.mark.parametrize(
    ("place", "text"),
    [
        pytest.param(3, "230 Welcome.\r\n", id="the control is welcomed"),
        pytest.param(4, "230 Welcome.\r\n", id="no folder is named"),
    ],
)
def test_half_a_session_proves_nothing(place: int, text: str) -> None:
    """What welcomes everything is a decoy."""
    found = replay(PROBE, load("ftpanon/vsftpd-3.0-open").with_reply(place, text=text))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.HALF_PROOF


def test_the_scope_must_allow_it() -> None:
    """A name is sent, be it anybody's."""
    assert PROBE.about.needs == "ftp_anonymous"
