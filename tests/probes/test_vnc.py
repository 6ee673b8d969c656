"""What the VNC probe makes of real greetings, and of half and false ones."""

import pytest

from probes.vnc import CHOICE, CONTROL, GREETING, VERSION, Vnc
from scanner.model import Access, Assessment, Silence, Unknown
from scanner.probe import HANG_UP
from tests.transcripts import asked, load, replay

PROBE = Vnc()


@pytest.mark.parametrize(
    ("name", "access"),
    [
        ("tigervnc-1.12-open", Access.OPEN),
        ("libvncserver-0.9-open", Access.OPEN),
        ("tigervnc-1.12-locked", Access.LOCKED),
        ("macos-14-locked", Access.LOCKED),
        ("3.3-none", Access.IDENTIFIED),
    ],
)
def test_each_door_gets_its_verdict(name: str, access: Access) -> None:
    """By the security types that are offered, and by what is accepted."""
    found = replay(PROBE, load(f"vnc/{name}"))

    assert isinstance(found, Assessment)
    assert found.access is access


def test_what_does_not_exist_is_chosen_first_and_no_session_is_begun() -> None:
    """Servers shut out who fails too often; a success clears that."""
    assert asked(PROBE, load("vnc/tigervnc-1.12-open")) == [
        GREETING.name,
        VERSION.name,
        CONTROL.name,
        HANG_UP.name,
        GREETING.name,
        VERSION.name,
        CHOICE.name,
        HANG_UP.name,
    ]


def test_a_locked_server_is_asked_for_its_types_alone() -> None:
    """No password is ever tried."""
    assert asked(PROBE, load("vnc/tigervnc-1.12-locked")) == [GREETING.name, VERSION.name]


@pytest.mark.parametrize("hexed", ["00000000"])
def test_a_control_that_is_accepted_proves_nothing(hexed: str) -> None:
    """Whoever accepts any type is no VNC server."""
    decoy = load("vnc/tigervnc-1.12-open").with_reply(2, silence=None, hex=hexed)

    found = replay(PROBE, decoy)

    assert isinstance(found, Unknown)
    assert found.silence is Silence.HALF_PROOF


def test_a_control_that_is_refused_with_a_reason_is_refused() -> None:
    """Servers either say so or close."""
    talkative = load("vnc/tigervnc-1.12-open").with_reply(
        2, silence=None, hex="00000001" + "00000002" + b"no".hex()
    )

    found = replay(PROBE, talkative)

    assert isinstance(found, Assessment)
    assert found.access is Access.OPEN


def test_none_that_is_offered_and_refused_proves_nothing() -> None:
    """A list is a claim."""
    liar = load("vnc/tigervnc-1.12-open").with_reply(5, hex="0000000100000000")

    found = replay(PROBE, liar)

    assert isinstance(found, Unknown)
    assert found.silence is Silence.HALF_PROOF


def test_a_server_that_refuses_everybody_is_busy() -> None:
    """It shut us, or everybody, out for a while."""
    found = replay(PROBE, load("vnc/realvnc-6-refuses"))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.BUSY
