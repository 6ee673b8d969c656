"""What the Cassandra probe makes of real replies, and of half, false and broken ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.cassandra import (
    COLUMNS,
    CONTROL,
    MAX_HOLDINGS,
    NODE,
    OPTIONS,
    SIZES,
    STARTUP,
    TABLES,
    TABLES_2,
    Cassandra,
)
from scanner.model import Access, Assessment, Outcome, Service, Silence, Unknown
from scanner.probe import Answer, Exchange
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = Cassandra()

INVALID = 0x2200
OVERLOADED = 0x1001
UNAUTHORIZED = 0x2100


def answer(opcode: int, body: bytes) -> str:
    """Write a frame as a server does."""
    return (bytes([0x83, 0, 0, 0, opcode]) + len(body).to_bytes(4, "big") + body).hex()


def text(words: str) -> bytes:
    """Write a string as bodies do."""
    return len(words).to_bytes(2, "big") + words.encode()


def number(value: int) -> bytes:
    """Write an int as bodies do."""
    return value.to_bytes(4, "big", signed=True)


def failure(code: int) -> str:
    """Refuse something."""
    return answer(0x00, number(code) + text("no"))


def rows(*cells: tuple[bytes, ...], columns: int = 0) -> str:
    """Answer with rows of one table, all of text."""
    width = columns or len(cells[0])
    head = number(2) + number(1) + number(width) + text("k") + text("t")
    names = (text("c") + b"\x00\x0d") * width
    body = b"".join(number(len(cell)) + cell for row in cells for cell in row)
    return answer(0x08, head + names + number(len(cells)) + body)


SUPPORTED = answer(0x06, b"\x00\x01" + text("CQL_VERSION") + b"\x00\x01" + text("3.4.7"))
SCYLLA = answer(
    0x06,
    b"\x00\x02" + text("CQL_VERSION") + b"\x00\x01" + text("3.3.1")
    + text("SCYLLA_SHARD") + b"\x00\x01" + text("0"),
)  # fmt: skip
READY = answer(0x02, b"")


def talk(**changes: str) -> Transcript:
    """Let an open node answer, but for what a test changes."""
    asks: dict[str, Exchange] = {
        "options": OPTIONS,
        "startup": STARTUP,
        "node": NODE,
        "tables": TABLES,
        "tables_2": TABLES_2,
        "control": CONTROL,
        "columns": COLUMNS,
        "sizes": SIZES,
    }
    replies = {
        "options": SUPPORTED,
        "startup": READY,
        "node": rows((b"3.11.17", b"\x01" * 16)),
        "tables": rows((b"practice", b"faxes"), (b"system_auth", b"roles")),
        "tables_2": rows((b"practice", b"old")),
        "control": failure(INVALID),
        "columns": rows((b"practice", b"faxes", b"patient_name"), (b"gone", b"t", b"c")),
        "sizes": rows(
            (b"practice", b"faxes", b"\x05", b"\x0a"), (b"practice", b"faxes", b"\x02", b"\x01")
        ),
    } | changes
    told = tuple(Recorded(ask=asks[name].name, hex=reply) for name, reply in replies.items())
    return Transcript(server="written by hand", exchanges=told)


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that nothing could be told."""
    assert isinstance(outcome, Unknown)
    return outcome


@pytest.mark.parametrize(("name", "version"), [("4.1-open", "4.1.8"), ("5.0-open", "5.0.4")])
def test_a_node_without_an_authenticator_is_open(name: str, version: str) -> None:
    """Its tables are named with their columns; the product's own are left out."""
    found = assessed(replay(PROBE, load(f"cassandra/{name}")))

    assert (found.access, found.service.product, found.service.version) == (
        Access.OPEN,
        "cassandra",
        version,
    )
    assert [(one.name, one.fields) for one in found.holdings] == [
        ("practice.faxes", ("fax_number", "id", "patient_name"))
    ]


def test_a_node_that_demands_a_login_is_locked() -> None:
    """The demand ends the conversation."""
    transcript = load("cassandra/5.0-locked")

    assert assessed(replay(PROBE, transcript)).access is Access.LOCKED
    assert asked(PROBE, transcript) == ["OPTIONS", "STARTUP"]


def test_the_estimates_of_the_ranges_are_summed_up() -> None:
    """Five partitions of ten bytes, and two of one."""
    (faxes,) = assessed(replay(PROBE, talk())).holdings

    assert (faxes.name, faxes.records, faxes.bytes) == ("practice.faxes", 7, 52)


def test_a_node_is_known_by_its_own_identifier() -> None:
    """It keeps it for life, whatever its address."""
    service = assessed(replay(PROBE, talk())).service

    assert service == Service("cassandra", "3.11.17", "01010101-0101-0101-0101-010101010101")


def test_a_node_of_2_x_keeps_its_schema_elsewhere() -> None:
    """What it does not have is asked under its former name."""
    found = assessed(replay(PROBE, talk(tables=failure(INVALID))))

    assert [one.name for one in found.holdings] == ["practice.old"]


def test_a_scylla_is_called_so() -> None:
    """It says more of itself than Cassandra."""
    found = assessed(replay(PROBE, talk(options=SCYLLA, node=failure(INVALID))))

    assert found.service == Service("scylla")


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"control": rows((b"",))}, id="the control is answered"),
        pytest.param({"control": failure(UNAUTHORIZED)}, id="the control is forbidden"),
        pytest.param({"control": READY}, id="the control begins a session"),
        pytest.param({"startup": SUPPORTED}, id="no session"),
        pytest.param({"startup": failure(0)}, id="a failure of the server"),
        pytest.param({"tables": failure(0)}, id="a failure to list"),
    ],
)
def test_one_side_of_a_proof_is_none(changes: dict[str, str]) -> None:
    """What says yes to everything, or fails at everything, is not called open."""
    assert unknown(replay(PROBE, talk(**changes))).silence is Silence.HALF_PROOF


def test_an_overloaded_node_is_busy() -> None:
    """It says nothing about the door."""
    assert unknown(replay(PROBE, talk(startup=failure(OVERLOADED)))).silence is Silence.BUSY


def test_a_schema_that_is_refused_shuts_the_door() -> None:
    """A session that may see nothing is worth nothing."""
    assert assessed(replay(PROBE, talk(tables=failure(UNAUTHORIZED)))).access is Access.LOCKED


def test_a_refused_version_of_the_protocol_identifies() -> None:
    """Only a server of the family has the word."""
    front = Answer(data=bytes.fromhex(failure(0x000A)))

    assert PROBE.identify(front) == Service("cassandra")


@pytest.mark.parametrize("reply", [READY, failure(0), answer(0x06, b"\x00\x00")])
def test_another_answer_is_not_identified(reply: str) -> None:
    """What it can do includes CQL."""
    assert PROBE.identify(Answer(data=bytes.fromhex(reply))) is None


def test_a_long_list_is_capped_and_counted() -> None:
    """A report holds 2,000 names and says how many there are."""
    many = rows(*((b"k", b"t%d" % count) for count in range(MAX_HOLDINGS + 1)))

    found = assessed(replay(PROBE, talk(tables=many)))

    assert (len(found.holdings), found.holdings_total) == (MAX_HOLDINGS, MAX_HOLDINGS + 1)


@given(place=st.integers(0, 4), body=st.binary(max_size=60))
def test_garbage_is_never_open(place: int, body: bytes) -> None:
    """Session, listing and control are all needed, whole."""
    outcome = replay(PROBE, talk().with_payload(place, body), unrecorded_is_silence=True)

    assert isinstance(outcome, Unknown) or place == 4
