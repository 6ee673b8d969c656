"""What the Bolt probe makes of Neo4j's own answers, and of half and false ones."""

import pytest

from probes.bolt import Bolt
from scanner.model import Access, Assessment, Outcome, Proof, Service, Silence, Unknown
from scanner.wire.bolt import Sign, message
from tests.transcripts import asked, load, replay

PROBE = Bolt()
OPEN = load("bolt/5.26-open")
LOCKED = load("bolt/5.26-locked")

#: Places in the transcript of the open server.
LOGON, LISTING, CONTROL, SCHEMA = 2, 3, 4, 5

SUCCESS = message(Sign.SUCCESS, {})
IGNORED = message(Sign.IGNORED)


def failed(code: str) -> bytes:
    """Refuse with a code."""
    return message(Sign.FAILURE, {"code": code})


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that an outcome is the lack of one."""
    assert isinstance(outcome, Unknown)
    return outcome


@pytest.mark.parametrize("name", ["5.26-open", "5.26-open-by-4.4"])
def test_a_server_without_users_is_open(name: str) -> None:
    """Nodes are counted, labels and properties named, and `system` is no holding."""
    found = assessed(replay(PROBE, load(f"bolt/{name}")))

    assert (found.access, found.service) == (Access.OPEN, Service("neo4j", "5.26.0"))
    assert [(one.name, one.kind, one.records, one.fields) for one in found.holdings] == [
        ("neo4j", "database", 2, ("number", "patient_name")),
        ("neo4j.Patient", "label", None, ()),
        ("neo4j.Fax", "label", None, ()),
    ]
    assert found.proof == Proof(
        "SHOW DATABASES",
        "2 databases listed",
        "RETURN 1 in ronde-no-such-database was refused as missing, by its code",
    )


def test_bolt_5_logs_on_apart() -> None:
    """HELLO carries no scheme there."""
    assert asked(PROBE, OPEN)[:4] == [
        "handshake 5.8 to 4.0",
        "HELLO",
        "LOGON none",
        "SHOW DATABASES",
    ]


def test_bolt_4_does_not() -> None:
    """A LOGON would be a message that it does not know."""
    assert "LOGON none" not in asked(PROBE, load("bolt/5.26-open-by-4.4"))


def test_a_server_with_users_is_locked() -> None:
    """Its greeting comes before the refusal, and nothing is asked after it."""
    found = assessed(replay(PROBE, LOCKED))

    assert (found.access, found.service) == (Access.LOCKED, Service("neo4j", "5.26.0"))
    assert asked(PROBE, LOCKED) == ["handshake 5.8 to 4.0", "HELLO", "LOGON none"]


def test_bolt_4_refuses_before_it_greets() -> None:
    """The family of the code names the product, and nothing its version."""
    found = assessed(replay(PROBE, load("bolt/5.26-locked-by-4.4")))

    assert (found.access, found.service) == (Access.LOCKED, Service("neo4j"))


def test_memgraph_is_named_by_its_own_words() -> None:
    """It greets as a Neo4j, and refuses in a family of its own."""
    greeting = message(Sign.SUCCESS, {"server": "Neo4j/v5.11.0 compatible - Memgraph"})
    refusal = failed("Memgraph.ClientError.Security.Unauthenticated")
    found = assessed(replay(PROBE, LOCKED.with_payload(1, greeting).with_payload(LOGON, refusal)))

    assert (found.access, found.service) == (Access.LOCKED, Service("memgraph"))


def test_a_refusal_for_another_reason_is_no_lock() -> None:
    """A server that is not ready says nothing of its users."""
    busy = LOCKED.with_payload(LOGON, failed("Neo.TransientError.General.DatabaseUnavailable"))

    assert unknown(replay(PROBE, busy)).silence is Silence.HALF_PROOF


def test_a_listing_that_is_not_carried_out_proves_nothing() -> None:
    """To be let in is one side, and not even that of who is let in to no data."""
    code = "Neo.ClientError.Security.Forbidden"
    barred = OPEN.with_payload(LISTING, failed(code) + IGNORED)

    assert unknown(replay(PROBE, barred)).silence is Silence.HALF_PROOF


@pytest.mark.parametrize("control", [SUCCESS, failed("Neo.ClientError.Statement.SyntaxError")])
def test_a_control_that_is_not_missing_proves_nothing(control: bytes) -> None:
    """What has every database, or refuses for another reason, is not called open."""
    liar = OPEN.with_payload(CONTROL, control)

    assert unknown(replay(PROBE, liar)).silence is Silence.HALF_PROOF


def test_without_counts_the_names_remain() -> None:
    """The proof stood already: a statement that fails costs detail only."""
    code = failed("Neo.ClientError.Procedure.ProcedureNotFound")
    vague = OPEN.with_payload(SCHEMA, SUCCESS + code + IGNORED * 5)
    found = assessed(replay(PROBE, vague))

    assert [(one.name, one.records) for one in found.holdings] == [("neo4j", None)]


@pytest.mark.parametrize("greeting", [b"HTTP/1.1 400 Bad Request\r\n", b"\0\0\0\0", b"\0\0\0\3"])
def test_another_service_is_not_identified(greeting: bytes) -> None:
    """Another protocol, no version in common, or one that was not offered."""
    other = OPEN.with_payload(0, greeting)

    assert unknown(replay(PROBE, other)).silence is Silence.GARBLED
