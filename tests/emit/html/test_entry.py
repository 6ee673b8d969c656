"""A finding as the list of the page takes it."""

import shlex

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.emit.html.entry import (
    MAX_HOLDINGS,
    about_entry,
    by_hand,
    entry,
    is_late,
    opened,
)
from scanner.model import Acceptance, Endpoint, Finding, Holding, Proof, Severity, Status
from scanner.past import Happened
from tests.exposures import NOON, day, exposure

PROOF = Proof("GET /_cat/indices", "2 indices", "a missing index was refused")


def test_the_ask_that_proved_it_can_be_repeated_by_hand() -> None:
    """Over TLS its certificate is not checked, as the scanner did not."""
    assert by_hand(exposure(proof=PROOF)) == (
        "curl -gisk --max-time 10 'https://192.0.2.7:9200/_cat/indices'"
    )
    assert by_hand(exposure(proof=PROOF, tls=None)) == (
        "curl -gis --max-time 10 'http://192.0.2.7:9200/_cat/indices'"
    )


def test_an_address_of_version_6_stands_in_brackets() -> None:
    """And `-g` keeps curl from reading them as a range."""
    there = Endpoint(address="2001:db8::7", port=9200)

    assert by_hand(exposure(proof=PROOF, tls=None, endpoint=there)) == (
        "curl -gis --max-time 10 'http://[2001:db8::7]:9200/_cat/indices'"
    )


@pytest.mark.parametrize(
    "ask", ["INFO keyspace", "GET /{}/_count", "POST /jsonrpc (a count)", "GET /'; id'", "GET x"]
)
def test_what_one_plain_line_cannot_repeat_gets_none(ask: str) -> None:
    """A command with a place in it, or one for a shell to read, helps nobody."""
    assert by_hand(exposure(proof=Proof(ask, "a", "b"))) is None


def test_without_a_proof_there_is_nothing_to_repeat() -> None:
    """A shielded service answered no ask."""
    assert by_hand(exposure(proof=None)) is None


@given(st.text().map(lambda path: "GET /" + path))
def test_a_command_is_never_more_than_five_words(ask: str) -> None:
    """Whatever an ask is called, a shell reads one address in it."""
    command = by_hand(exposure(proof=Proof(ask, "a", "b"))) or "a b c d e"

    assert len(shlex.split(command)) == 5
    assert "\n" not in command


@pytest.mark.parametrize(
    "reference", ["javascript:alert(1)", "http://a.example/", 'https://a.example/"', "data:,x"]
)
def test_only_addresses_of_the_secured_web_become_links(reference: str) -> None:
    """A link that runs something is none."""
    good = "https://example.org/es"

    assert about_entry(exposure(references=(reference, good))).references == (good,)


def test_addresses_sort_as_numbers() -> None:
    """Version 4 before version 6, 9 before 10."""
    places = [("192.0.2.9", 99), ("192.0.2.10", 98), ("2001:db8::1", 97)]

    keys = [
        entry(exposure(endpoint=Endpoint(address=address, port=port)), 0, (), NOON).at
        for address, port in places
    ]

    assert keys == sorted(keys)


def test_holdings_are_the_first_and_their_number_is_all() -> None:
    """The page says how many it leaves out."""
    many = tuple(Holding(name=f"i{number}", kind="index") for number in range(80))

    short = entry(exposure(holdings=many, holdings_total=2000), 0, (), NOON)

    assert (len(short.holdings), short.total) == (MAX_HOLDINGS, 2000)


@pytest.mark.parametrize(("records", "total"), [(None, None), (0, 0)])
def test_what_cannot_be_listed_is_not_nothing(records: int | None, total: int | None) -> None:
    """The page says in words that nothing is known of them."""
    shut_in = exposure(holdings=(), holdings_total=0, records=records)

    assert entry(shut_in, 0, (), NOON).total == total


def test_the_history_is_told_with_its_moments() -> None:
    """Oldest first, as it was written down."""
    events = (Happened(NOON, "shut", "192.0.2.7:9200", "the port refused"),)

    assert entry(exposure(), 0, events, NOON).events == (
        ("2026-03-01 12:00 UTC", "shut", "192.0.2.7:9200", "the port refused"),
    )


def hostile(text: str) -> Finding:
    """Give a finding in which everything that others choose is one text."""
    return exposure(
        product=text, because=text, holdings=(Holding(name=text, kind=text),), title=text
    )


@given(st.text())
def test_nothing_that_others_say_is_unescaped(text: str) -> None:
    """Whatever it is, it can be printed as it stands."""
    said = msgspec.json.decode(msgspec.json.encode(entry(hostile(text), 0, (), NOON)))

    assert all(map(str.isprintable, (said["product"], said["because"], *said["holdings"][0][:2])))


def test_an_open_finding_is_late_after_its_day_unless_it_was_accepted() -> None:
    """On its day it is not, and what was resolved is late no more."""
    signed = Acceptance(
        until=day(9), reason="moves away", approver="CISO", severity=Severity.HIGH, since=NOON
    )

    assert is_late(exposure(due=NOON), day(1))
    assert not is_late(exposure(due=day(1)), day(1))
    assert not is_late(exposure(due=NOON, accepted=signed), day(1))
    assert not is_late(exposure(due=NOON, status=Status.RESOLVED), day(1))
    assert not is_late(exposure(), day(1))


def test_what_came_back_is_open_since_then() -> None:
    """Its first sight was of another opening."""
    assert opened(exposure(open_since=day(5))) == day(5)
    assert opened(exposure()) == NOON
