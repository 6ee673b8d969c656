"""What the MySQL probe makes of real greetings and sessions, and of half and false ones."""

import pytest

from probes.mysql import COLUMNS, COUNT, GREETING, HELLO, NOTHING, TABLES, WHO, Mysql
from scanner.model import Access, Assessment, Service, Silence, Unknown
from scanner.probe import Answer, Exchange
from scanner.wire import mysql
from tests.transcripts import asked, load, replay

PROBE = Mysql()


def settled(name: str) -> Assessment:
    """Drive the probe to an assessment."""
    found = replay(PROBE, load(f"mysql/{name}"))
    assert isinstance(found, Assessment)
    return found


@pytest.mark.parametrize(
    ("name", "access", "service"),
    [
        ("mariadb-10.11-open", Access.OPEN, Service("mariadb", "10.11.19")),
        ("mariadb-10.11-empty-handed", Access.OPEN, Service("mariadb", "10.11.19")),
        ("mariadb-10.11-skip-grant-tables", Access.OPEN, Service("mariadb", "10.11.19")),
        ("mariadb-10.11-locked", Access.LOCKED, Service("mariadb", "10.11.19")),
        ("mariadb-10.11-shielded", Access.SHIELDED, Service("mariadb")),
        ("mysql-8.4-locked", Access.LOCKED, Service("mysql", "8.4.3")),
        ("mysql-8.4-tls-only", Access.IDENTIFIED, Service("mysql", "8.4.3")),
        ("tidb-7.5-locked", Access.LOCKED, Service("tidb", "7.5.1")),
    ],
)
def test_each_door_gets_its_verdict(name: str, access: Access, service: Service) -> None:
    """The product is named by its own greeting."""
    found = settled(name)

    assert (found.access, found.service) == (access, service)


def test_tables_are_listed_with_what_the_server_says_of_them() -> None:
    """Name, estimate, bytes, date and columns; no row of it was read."""
    (held,) = settled("mariadb-10.11-open").holdings

    assert (held.name, held.kind, held.records, held.bytes) == ("clinic.faxes", "table", 1, 16384)
    assert held.fields == ("body", "patient_name")
    assert held.created is not None


@pytest.mark.parametrize(
    ("name", "because"),
    [
        ("mariadb-10.11-open", "an anonymous account lets any user name in: 1 tables listed"),
        (
            "mariadb-10.11-skip-grant-tables",
            "runs with skip-grant-tables, so everybody is everything: 1 tables listed",
        ),
    ],
)
def test_the_reason_tells_which_mistake_it_is(name: str, because: str) -> None:
    """The two have different remedies."""
    assert settled(name).because == because


def test_a_session_that_may_see_nothing_is_open_and_empty() -> None:
    """Zero tables, and that is all of them."""
    found = settled("mariadb-10.11-empty-handed")

    assert (found.holdings, found.holdings_total) == ((), 0)


def test_a_count_that_stayed_silent_is_not_none() -> None:
    """Only a server that said so has no table."""
    found = replay(PROBE, load("mysql/mariadb-10.11-open").until(4), unrecorded_is_silence=True)

    assert isinstance(found, Assessment)
    assert found.because.endswith(": its tables were not listed")
    assert settled("mariadb-10.11-empty-handed").because.endswith(": 0 tables listed")


def test_a_locked_server_is_told_one_name() -> None:
    """One refusal ends it: no second name, and no password, is ever tried."""
    assert asked(PROBE, load("mysql/mariadb-10.11-locked")) == [GREETING.name, HELLO.name]


def test_another_plug_in_is_answered_with_nothing() -> None:
    """The empty answer is what a user without a password would send."""
    assert asked(PROBE, load("mysql/mysql-8.4-locked"))[-1] == NOTHING.name


def test_a_server_that_refuses_our_address_is_sent_nothing() -> None:
    """It has closed already."""
    assert asked(PROBE, load("mysql/mariadb-10.11-shielded")) == [GREETING.name]


@pytest.mark.parametrize("name", ["mysql-5.7-blocked", "mysql-8.0-full"])
def test_a_server_that_takes_nobody_now_is_busy(name: str) -> None:
    """Neither says anything of the door."""
    found = replay(PROBE, load(f"mysql/{name}"))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.BUSY


def test_a_session_that_takes_any_command_proves_nothing() -> None:
    """A decoy says OK to everything."""
    decoy = load("mysql/mariadb-10.11-open").with_reply(2, hex="0700000100000002000000")

    found = replay(PROBE, decoy)

    assert isinstance(found, Unknown)
    assert found.silence is Silence.HALF_PROOF


def test_a_listing_that_fails_leaves_the_proof_standing() -> None:
    """The session was proven before anything was listed."""
    found = replay(PROBE, load("mysql/mariadb-10.11-open").until(4), unrecorded_is_silence=True)

    assert isinstance(found, Assessment)
    assert (found.access, found.holdings) == (Access.OPEN, ())


@pytest.mark.parametrize("ask", [WHO, COUNT, TABLES, COLUMNS])
def test_statements_read_the_catalogue_alone(ask: Exchange) -> None:
    """Nothing is selected from a table of a user's."""
    sent = ask.payload.decode("latin-1")

    assert sent.count("FROM") == sent.count("FROM information_schema.")


def test_a_greeting_of_another_kind_is_not_ours() -> None:
    """An error in place of a greeting is MySQL's only with one of the numbers it greets with."""
    odd = mysql.packet(0, b"\xff\x01\x00#HY000odd")

    assert PROBE.identify(Answer(data=odd)) is None
