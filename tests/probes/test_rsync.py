"""What the rsync probe makes of real daemons, and of half and false ones."""

import pytest

from probes.rsync import CONTROL, GREETING, LISTING, MODULE, Rsync
from scanner.model import Access, Assessment, Silence, Unknown
from scanner.probe import HANG_UP
from tests.transcripts import asked, load, replay

PROBE = Rsync()


def settled(name: str) -> Assessment:
    """Drive the probe to an assessment."""
    found = replay(PROBE, load(f"rsync/{name}"))
    assert isinstance(found, Assessment)
    return found


@pytest.mark.parametrize(
    ("name", "access", "modules"),
    [
        ("3.5-open", Access.OPEN, ["faxes"]),
        ("3.5-partial", Access.PARTIAL, ["faxes"]),
        ("3.5-locked", Access.LOCKED, []),
        ("3.5-shielded", Access.SHIELDED, []),
        ("3.0-motd", Access.IDENTIFIED, []),
    ],
)
def test_each_door_gets_its_verdict(name: str, access: Access, modules: list[str]) -> None:
    """The listing is public by design; what opens is held, what asks for a password is not."""
    found = settled(name)

    assert (found.access, [held.name for held in found.holdings]) == (access, modules)


def test_each_request_has_a_connection_of_its_own_and_none_is_left_open() -> None:
    """A module that was opened would wait for what to transfer."""
    once = [HANG_UP.name, GREETING.name]

    assert asked(PROBE, load("rsync/3.5-open")) == [
        GREETING.name,
        LISTING.name,
        *once,
        CONTROL.name,
        *once,
        MODULE.name,
        HANG_UP.name,
    ]


def test_a_control_that_opens_proves_nothing() -> None:
    """Whoever opens a module that cannot exist opens everything, and has nothing."""
    decoy = load("rsync/3.5-open").with_reply(3, text="@RSYNCD: OK\n")

    found = replay(PROBE, decoy)

    assert isinstance(found, Unknown)
    assert found.silence is Silence.HALF_PROOF


def test_a_module_that_does_not_answer_costs_only_itself() -> None:
    """The one that opened was seen."""
    transcript = load("rsync/3.5-partial")
    place = next(n for n, one in enumerate(transcript.exchanges) if one.arguments == ("scans",))
    silent = transcript.with_reply(place, text=None, silence=Silence.TIMEOUT)

    found = replay(PROBE, silent)

    assert isinstance(found, Assessment)
    assert found.because == "1 of 2 modules open without a password"


def test_a_full_daemon_is_busy() -> None:
    """It says so in place of the listing."""
    found = replay(PROBE, load("rsync/3.0-full"))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.BUSY


@pytest.mark.parametrize("name", ["#list", "@x", " x", ""])
def test_a_name_that_the_daemon_could_take_for_a_command_is_no_module(name: str) -> None:
    """A listing is a server's own text: it decides what we send only as a module's name."""
    listing = f"{name}\tcomment\n@RSYNCD: EXIT\n"

    found = replay(PROBE, load("rsync/3.5-open").with_reply(1, text=listing))

    assert isinstance(found, Assessment)
    assert found.access is Access.IDENTIFIED
