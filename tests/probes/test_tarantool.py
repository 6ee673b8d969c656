"""What the Tarantool probe makes of real replies, and of half and false ones."""

import msgspec
import pytest

from probes.tarantool import MAX_TRIED, Tarantool
from scanner.model import Access, Assessment, Holding, Silence, Unknown
from scanner.probe import Answer
from scanner.wire import Garbled
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = Tarantool()
LISTING, CONTROL, SCHEMA = 1, 2, 3  # places in every transcript

FAXES = Holding(name="faxes", kind="space", fields=("id", "patient_name"))
PRESCRIPTIONS = Holding(name="prescriptions", kind="space")


def reply(code: int, rows: object = None) -> bytes:
    """Write a reply as a server does."""
    body = {0x31: "RONDE-CANARY"} if code else {0x30: rows}
    text = msgspec.msgpack.encode({0: code, 1: 1}) + msgspec.msgpack.encode(body)
    return b"\xce" + len(text).to_bytes(4, "big") + text


DENIED = reply(0x802A)
SOMETHING_ELSE = reply(0x8001)


def settled(transcript: Transcript) -> Assessment:
    """Drive the probe to an assessment."""
    outcome = replay(PROBE, transcript)
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(transcript: Transcript) -> Silence:
    """Drive the probe to where it cannot tell."""
    outcome = replay(PROBE, transcript)
    assert isinstance(outcome, Unknown)
    return outcome.silence


@pytest.mark.parametrize(
    ("name", "holdings"), [("2.6-open", (FAXES, PRESCRIPTIONS)), ("2.6-one-space", (FAXES,))]
)
def test_a_space_that_guests_may_read_is_open(name: str, holdings: tuple[Holding, ...]) -> None:
    """What is shown is named, with the fields that its format declares."""
    found = settled(load(f"tarantool/{name}"))

    assert (found.access, found.service.version) == (Access.OPEN, "2.6.0")
    assert (found.holdings, found.holdings_total) == (holdings, len(holdings))


def test_the_identity_is_that_of_the_instance() -> None:
    """It greets with its UUID, which is written into its first snapshot."""
    identity = settled(load("tarantool/2.6-locked")).service.identity

    assert identity is not None
    assert len(identity) == 36


def test_a_server_as_it_ships_is_locked() -> None:
    """Guests see the server's own views and no space."""
    assert settled(load("tarantool/2.6-locked")).access is Access.LOCKED


def test_a_space_that_is_shown_and_may_not_be_read_is_partial() -> None:
    """A right to write shows the space."""
    found = settled(load("tarantool/2.6-write-only"))

    assert (found.access, found.holdings) == (Access.PARTIAL, (FAXES,))
    assert found.proof is not None
    assert found.proof.answer == "1 spaces listed, 0 of those tried may be read"


def test_the_text_console_is_left_alone() -> None:
    """Whatever is said to it is run, so nothing is."""
    transcript = load("tarantool/2.6-console")

    assert unknown(transcript) is Silence.HALF_PROOF
    assert asked(PROBE, transcript) == ["greeting"]


def test_a_schema_without_a_space_is_open_all_the_same() -> None:
    """Whoever may read the schema may read what will come."""
    empty = load("tarantool/2.6-open").with_payload(LISTING, reply(0, []))
    found = settled(empty)

    assert (found.access, found.holdings_total) == (Access.OPEN, 0)


def test_a_listing_that_is_denied_is_locked() -> None:
    """A guest without the right to see even the views."""
    assert settled(load("tarantool/2.6-open").with_payload(LISTING, DENIED)).access is Access.LOCKED


@pytest.mark.parametrize(
    ("place", "payload"),
    [
        pytest.param(CONTROL, reply(0, []), id="a space that cannot exist has tuples"),
        pytest.param(CONTROL, DENIED, id="the control is refused otherwise"),
        pytest.param(LISTING, SOMETHING_ELSE, id="the listing fails"),
    ],
)
def test_one_side_of_a_proof_is_none(place: int, payload: bytes) -> None:
    """What answers everything, or refuses for another reason, is not called open."""
    assert unknown(load("tarantool/2.6-open").with_payload(place, payload)) is Silence.HALF_PROOF


@pytest.mark.parametrize(
    "rows", [7, [7], [[512]], [[512, 1, 7, "memtx", 0, {}, []]], [[512, 1, "a", "b", 0, {}, [{}]]]]
)
def test_a_schema_of_other_types_is_garbled(rows: object) -> None:
    """Nothing of it is believed."""
    spoilt = load("tarantool/2.6-open").with_payload(LISTING, reply(0, rows))

    assert unknown(spoilt) is Silence.GARBLED


def test_few_of_many_spaces_are_tried() -> None:
    """All are listed, and the largest cost is bounded."""
    rows = [[number, 1, f"space{number}", "memtx", 0, {}, []] for number in range(512, 1512)]
    one = load("tarantool/2.6-open").with_payload(LISTING, reply(0, rows))
    tried = tuple(
        Recorded(ask="SELECT none of a space", arguments=(str(row[0]),), hex=DENIED.hex())
        for row in rows
    )
    many = Transcript(server="many", exchanges=(*one.exchanges[: SCHEMA + 1], *tried))

    assert len(asked(PROBE, many)) == 4 + MAX_TRIED
    assert len(settled(many).holdings) == 1000


def test_another_greeting_is_garbled() -> None:
    """A mail server greets with a code."""
    with pytest.raises(Garbled):
        PROBE.identify(Answer(data=b"220 mail.example ESMTP\r\n"))
