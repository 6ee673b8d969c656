"""What the SMB probe makes of real sessions, and of half and false ones."""

import pytest

from probes.smb import CONTROL, INTRODUCTION, LOGOFF, NEGOTIATE, NOBODY, SHARE, Smb
from scanner.model import Access, Assessment, Silence, Unknown
from tests.transcripts import asked, load, replay

PROBE = Smb()


@pytest.mark.parametrize(
    ("name", "access", "shares"),
    [
        ("samba-4.17-open", Access.OPEN, ["faxes"]),
        ("samba-4.17-partial", Access.PARTIAL, ["faxes"]),
        ("samba-4.17-locked", Access.LOCKED, []),
        ("windows-2019-locked", Access.LOCKED, []),
        ("windows-2022-no-null-session", Access.LOCKED, []),
        ("windows-11-3.1.1-only", Access.IDENTIFIED, []),
    ],
)
def test_each_door_gets_its_verdict(name: str, access: Access, shares: list[str]) -> None:
    """Entered, listed only, shown nothing, refused, another dialect."""
    found = replay(PROBE, load(f"smb/{name}"))

    assert isinstance(found, Assessment)
    assert (found.access, [held.name for held in found.holdings]) == (access, shares)


def test_an_open_server_is_left_as_it_was_met() -> None:
    """Each share is knocked at, then one that cannot exist; no file of it is opened."""
    asks = asked(PROBE, load("smb/samba-4.17-open"))

    assert asks[:3] == [NEGOTIATE.name, INTRODUCTION.name, NOBODY.name]
    assert asks[-3:] == [SHARE.name, CONTROL.name, LOGOFF.name]


def test_a_refusal_ends_the_conversation() -> None:
    """No name is tried after none was."""
    asks = asked(PROBE, load("smb/windows-2022-no-null-session"))

    assert asks == [NEGOTIATE.name, INTRODUCTION.name, NOBODY.name]


def test_a_share_that_cannot_exist_and_is_entered_proves_nothing() -> None:
    """Whoever has every share is a decoy."""
    transcript = load("smb/samba-4.17-open")
    entered = transcript.exchanges[-3].payload.hex()

    found = replay(PROBE, transcript.with_reply(len(transcript.exchanges) - 2, hex=entered))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.HALF_PROOF


def test_a_log_off_that_is_not_answered_costs_nothing() -> None:
    """The verdict stands already."""
    transcript = load("smb/samba-4.17-open")
    last = len(transcript.exchanges) - 1

    found = replay(PROBE, transcript.with_reply(last, hex=None, silence=Silence.CLOSED))

    assert isinstance(found, Assessment)
    assert found.access is Access.OPEN
