"""What the Aerospike probe makes of replies after its source, and of half and false ones."""

import time

import pytest

from probes.aerospike import MAX_ROWS, Aerospike
from scanner.model import Access, Assessment, Outcome, Proof, Service, Silence, Unknown
from tests.transcripts import asked, load, replay

PROBE = Aerospike()
OPEN = load("aerospike/8-open")
LOCKED = load("aerospike/8-locked")

#: Places in the transcript of the open server.
BUILD, NAMESPACES, SETS, CONTROL = range(4)


def line(text: bytes) -> bytes:
    """Frame one line of a reply."""
    return b"\2\1" + (len(text) + 1).to_bytes(6) + text + b"\n"


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that an outcome is the lack of one."""
    assert isinstance(outcome, Unknown)
    return outcome


def test_a_community_server_is_open() -> None:
    """Sets come with their counts and bytes; a namespace without sets is named all the same."""
    found = assessed(replay(PROBE, OPEN))

    assert (found.access, found.service) == (Access.OPEN, Service("aerospike", "8.1.2.0"))
    assert [(one.name, one.kind, one.records, one.bytes) for one in found.holdings] == [
        ("hospital", "namespace", None, None),
        ("cache", "namespace", None, None),
        ("hospital.faxes", "set", 512, 65536),
        ("hospital.letters", "set", 0, 0),
    ]
    assert found.proof == Proof(
        "namespaces",
        "2 namespaces listed",
        "sets/ronde-no-such-namespace was said to be unknown",
    )


def test_a_server_with_users_is_locked() -> None:
    """It refuses the very version, and the first refusal ends the conversation."""
    found = assessed(replay(PROBE, LOCKED))

    assert (found.access, found.service) == (Access.LOCKED, Service("aerospike"))
    assert asked(PROBE, LOCKED) == ["build", "namespaces"]


@pytest.mark.parametrize("listing", [b"namespaces\t", b"namespaces\tERROR:4:x", b"ERROR:9:timeout"])
def test_no_listing_proves_nothing(listing: bytes) -> None:
    """An error for another reason is neither open nor locked."""
    vague = OPEN.with_payload(NAMESPACES, line(listing))

    assert unknown(replay(PROBE, vague)).silence is Silence.HALF_PROOF


@pytest.mark.parametrize("told", [b"", b"ns=hospital:set=x:objects=1;", b"ERROR:4:x"])
def test_a_control_that_is_not_unknown_proves_nothing(told: bytes) -> None:
    """What has every namespace is not called open."""
    liar = OPEN.with_payload(CONTROL, line(b"sets/ronde-no-such-namespace\t" + told))

    assert unknown(replay(PROBE, liar)).silence is Silence.HALF_PROOF


def test_what_is_no_set_is_left_out() -> None:
    """A set of a namespace that was not listed, one without a name, and a count that is none."""
    rows = b"ns=other:set=a;ns=cache:objects=1;nonsense;ns=cache:set=b:objects=many;"
    found = assessed(replay(PROBE, OPEN.with_payload(SETS, line(b"sets\t" + rows))))

    assert [(one.name, one.records) for one in found.holdings] == [
        ("hospital", None),
        ("cache", None),
        ("cache.b", None),
    ]


def test_a_version_that_is_none_is_nobodys() -> None:
    """What answers `build` with a text of its own is not taken for the product."""
    other = OPEN.with_payload(BUILD, line(b"build\tRONDE-CANARY"))

    assert unknown(replay(PROBE, other)).silence is Silence.UNRECOGNISED


@pytest.mark.parametrize("greeting", [b"HTTP/1.1 400 Bad Request\r\n", line(b"node\tx")])
def test_another_service_is_garbled(greeting: bytes) -> None:
    """Grafana and others stand on 3000, too."""
    other = OPEN.with_payload(BUILD, greeting)

    assert unknown(replay(PROBE, other)).silence is Silence.GARBLED


@pytest.mark.parametrize("place", [NAMESPACES, SETS])
def test_more_rows_than_a_server_can_have_are_refused(place: int) -> None:
    """The names are compared with each other, so who sends a million keeps nobody waiting."""
    command = (b"namespaces", b"sets")[place - NAMESPACES]
    flood = OPEN.with_payload(place, line(command + b"\t" + b"n;" * (MAX_ROWS + 1)))

    assert unknown(replay(PROBE, flood)).silence is Silence.GARBLED


def test_the_most_rows_are_read_at_once() -> None:
    """Each set is looked up among the namespaces, not searched for: 400,000,000 comparisons."""
    namespaces = b";".join(b"n%d" % number for number in range(MAX_ROWS))
    sets = b";".join([b"ns=n%d:set=s" % (MAX_ROWS - 1)] * MAX_ROWS)
    most = OPEN.with_payload(NAMESPACES, line(b"namespaces\t" + namespaces))

    began = time.process_time()
    found = assessed(replay(PROBE, most.with_payload(SETS, line(b"sets\t" + sets))))

    assert found.holdings_total == 2 * MAX_ROWS
    assert time.process_time() - began < 2.0
