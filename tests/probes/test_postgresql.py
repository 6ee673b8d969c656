"""What the PostgreSQL probe makes of real starts, and of half and false ones."""

import pytest

from probes.postgresql import CONTROL, SSL, START, Postgresql
from scanner.model import Access, Assessment, Service, Silence, Unknown
from scanner.probe import HANG_UP
from tests.transcripts import asked, load, replay

PROBE = Postgresql()

LET_IN = "520000000800000000"
NO_ROLE = "450000001d" + b"SFATAL\0C28000\0Mno role\0\0\0".hex()


def settled(name: str) -> Assessment:
    """Drive the probe to an assessment."""
    found = replay(PROBE, load(f"postgresql/{name}"))
    assert isinstance(found, Assessment)
    return found


@pytest.mark.parametrize(
    ("name", "access"),
    [
        ("15-open", Access.OPEN),
        ("16-session", Access.OPEN),
        ("15-locked", Access.LOCKED),
        ("15-ident", Access.LOCKED),
        ("15-shielded", Access.SHIELDED),
        ("16-tls-only", Access.IDENTIFIED),
    ],
)
def test_each_door_gets_its_verdict(name: str, access: Access) -> None:
    """Trust, a session, SCRAM, a list of addresses, TLS only."""
    assert settled(name).access is access


def test_an_open_server_is_asked_twice_on_two_connections() -> None:
    """It closes after its refusal, and no session is left behind."""
    assert asked(PROBE, load("postgresql/15-open")) == [START.name, HANG_UP.name, CONTROL.name]


def test_a_locked_server_is_asked_once() -> None:
    """The demand for a password ends it."""
    assert asked(PROBE, load("postgresql/15-locked")) == [START.name]


def test_the_proof_names_both_sides() -> None:
    """What was answered and what was refused, in our own words."""
    found = settled("15-open")

    assert found.proof is not None
    assert found.proof.answer == "AuthenticationOk, before the role was looked up"
    assert found.proof.control == f"{CONTROL.name} was refused with SQLSTATE 0A000"
    assert [(one.name, one.kind) for one in found.holdings] == [("all databases", "cluster")]


def test_a_session_tells_the_version_and_is_left_at_once() -> None:
    """Should the role exist after all, Terminate is the next word."""
    assert settled("16-session").service == Service("postgresql", "16.3")
    assert asked(PROBE, load("postgresql/16-session"))[1] == "Terminate"


@pytest.mark.parametrize(
    "control",
    [
        pytest.param(LET_IN + NO_ROLE, id="let in once more"),
        pytest.param(NO_ROLE, id="refused for another reason"),
    ],
)
def test_a_control_that_is_not_refused_as_it_should_be_proves_nothing(control: str) -> None:
    """What lets everything in, or refuses everything alike, is not called open."""
    found = replay(PROBE, load("postgresql/15-open").with_reply(1, hex=control))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.HALF_PROOF


@pytest.mark.parametrize(
    ("name", "silence"),
    [("16-full", Silence.BUSY), ("pgbouncer-1.18-trust", Silence.HALF_PROOF)],
)
def test_a_refusal_before_any_method_tells_nothing(name: str, silence: Silence) -> None:
    """A full server, and a pooler that knows its users by name."""
    found = replay(PROBE, load(f"postgresql/{name}"))

    assert isinstance(found, Unknown)
    assert found.silence is silence


def test_the_wish_for_tls_is_uttered_only_after_a_refusal_by_address() -> None:
    """It tells a list of addresses from a server that wants TLS."""
    assert asked(PROBE, load("postgresql/15-shielded"))[-1] == SSL.name


def test_nothing_of_the_servers_own_text_is_kept() -> None:
    """Its refusal names our address and our role."""
    assert "127.0.0.1" not in repr(settled("15-shielded"))
