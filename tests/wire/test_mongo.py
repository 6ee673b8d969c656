"""MongoDB's wire protocol, against frames that real servers sent and against hostile ones."""

import struct
from datetime import UTC, datetime

import bson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled, mongo

#: `{isMaster: 1}` as every MongoDB shell before 5.0 sent it.
IS_MASTER = bytes.fromhex(
    "3a0000000100000000000000d40700000400000061646d696e2e24636d6400"
    "00000000ffffffff130000001069734d6173746572000100000000"
)

#: The answer of a SecantusDB 0.7 with authentication to `{listDatabases: 1}`.
UNAUTHORIZED = bytes.fromhex(
    "850000000100000001000000dd070000000000000070000000016f6b0000000000"
    "00000000026572726d7367002e000000636f6d6d616e64206c69737444617461"
    "6261736573207265717569726573206175746865"
    "6e7469636174696f6e0010636f6465000d00000002636f64654e616d65000d00"
    "0000556e617574686f72697a65640000"
)

HELLO = {"ok": 1.0, "maxWireVersion": 27}


def op_msg(document: bytes, *, flags: int = 0, kind: int = 0, tail: bytes = b"") -> bytes:
    """Write an OP_MSG without the code under test."""
    body = struct.pack("<Ib", flags, kind) + document + tail
    return struct.pack("<iiii", 16 + len(body), 7, 1, 2013) + body


def op_reply(document: bytes, *, returned: int = 1) -> bytes:
    """Write an OP_REPLY without the code under test."""
    body = struct.pack("<iqii", 8, 0, 0, returned) + document
    return struct.pack("<iiii", 16 + len(body), 7, 1, 1) + body


FRAMES = [op_msg(bson.encode(HELLO)), op_reply(bson.encode(HELLO)), UNAUTHORIZED]


def test_the_first_ask_is_what_every_server_reads() -> None:
    """OP_QUERY of `isMaster` is byte for byte what the old shells sent."""
    assert mongo.query("admin", {"isMaster": 1}) == IS_MASTER


def test_a_command_names_its_database_and_may_be_answered_by_a_secondary() -> None:
    """OP_MSG carries `$db` and a read preference beside the command, and nothing else."""
    sent = mongo.message("fax", {"listCollections": 1})

    assert bson.decode(sent[21:]) == {
        "listCollections": 1,
        "$db": "fax",
        "$readPreference": {"mode": "secondaryPreferred"},
    }
    assert struct.pack("<iiii", len(sent), 1, 0, 2013) == sent[:16]


def test_a_database_name_cannot_end_its_field_early() -> None:
    """A name with a NUL in it would turn into another namespace: it is refused."""
    with pytest.raises(Garbled, match="NUL"):
        mongo.query("fax\0admin", {"listCollections": 1})


def test_a_real_refusal_is_read() -> None:
    """The frame of a real server gives its code."""
    assert len(UNAUTHORIZED) == mongo.framing(UNAUTHORIZED)
    assert mongo.document(UNAUTHORIZED)["code"].integer() == 13


@pytest.mark.parametrize("frame", FRAMES)
def test_a_frame_has_its_length_and_nothing_after_it(frame: bytes) -> None:
    """What follows the first message belongs to the next one."""
    assert len(frame) == mongo.framing(frame)
    assert len(frame) == mongo.framing(frame + b"more")


@pytest.mark.parametrize("frame", FRAMES)
@given(cut=st.integers(min_value=0, max_value=200))
def test_a_truncated_frame_is_incomplete(frame: bytes, cut: int) -> None:
    """A message is never taken for whole before its last byte."""
    assert mongo.framing(frame[: min(cut, len(frame) - 1)]) is None


@pytest.mark.parametrize(
    "start",
    [
        b"HTTP/1.1 400",
        b"-ERR unknown",
        b"220 vm Hylaf",
        struct.pack("<i", 0),
        struct.pack("<i", -1),
        struct.pack("<i", 16),
        struct.pack("<i", mongo.MAX_MESSAGE + 1),
        struct.pack("<iiii", 90, 1, 1, 2004),
        struct.pack("<iiii", 90, 1, 1, 2012),
    ],
)
def test_what_can_be_no_reply_is_refused_at_its_head(start: bytes) -> None:
    """Text, impossible lengths, and opcodes that no reply has are not waited for."""
    with pytest.raises(Garbled):
        mongo.framing(start)


def test_a_checksum_is_set_aside() -> None:
    """The four bytes after the document are no part of it when the flag says so."""
    frame = op_msg(bson.encode(HELLO), flags=1, tail=b"\xde\xad\xbe\xef")

    assert mongo.document(frame)["maxWireVersion"].integer() == 27


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(op_msg(bson.encode(HELLO), flags=2), id="more to come"),
        pytest.param(op_msg(bson.encode(HELLO), flags=4), id="an unknown required flag"),
        pytest.param(op_msg(bson.encode(HELLO), kind=1), id="a document sequence"),
        pytest.param(op_msg(bson.encode(HELLO), tail=b"\xde\xad\xbe\xef"), id="bytes after it"),
        pytest.param(op_msg(bson.encode(HELLO) * 2), id="two documents"),
        pytest.param(op_msg(b""), id="no document"),
        pytest.param(op_reply(b"", returned=0), id="no document in the old reply"),
        pytest.param(op_reply(bson.encode(HELLO) * 2, returned=2), id="two in the old reply"),
        pytest.param(op_msg(b"\x02\0\0\0"), id="a length below the least"),
        pytest.param(op_msg(b"\xff\xff\xff\x7f\0"), id="a length beyond the frame"),
        pytest.param(op_msg(bson.encode(HELLO)[:-1] + b"\x01"), id="no terminator"),
        pytest.param(struct.pack("<iiii", 18, 1, 1, 1) + b"\0\0", id="half a head"),
        pytest.param(struct.pack("<iiii", 18, 1, 1, 2013) + b"\0\0", id="half a head of OP_MSG"),
        pytest.param(FRAMES[0][:-1], id="truncated"),
        pytest.param(FRAMES[0] + b"\0", id="a byte too many"),
    ],
)
def test_an_unsound_message_is_garbled(frame: bytes) -> None:
    """Only one whole message with one sound document is read."""
    with pytest.raises(Garbled):
        mongo.document(frame)


def nested(levels: int) -> bytes:
    """Nest documents deeper than any encoder would."""
    inner = b"\x05\0\0\0\0"
    for _ in range(levels):
        body = b"\x03a\0" + inner + b"\0"
        inner = struct.pack("<i", 4 + len(body)) + body
    return inner


def test_a_bottomless_document_is_garbled() -> None:
    """Nesting ends in a refusal, not in a stack overflow."""
    with pytest.raises(Garbled):
        mongo.document(op_msg(nested(20_000)))


def test_a_date_that_no_calendar_holds_is_no_error() -> None:
    """A document with an impossible date is still read for the rest of it."""
    date = b"\x17\0\0\0\x09at\0" + struct.pack("<q", 2**62) + b"\x08ok\0\x01\0"

    assert mongo.document(op_msg(struct.pack("<i", len(date)) + date[4:]))["ok"].boolean() is True


def test_a_broken_character_is_no_error() -> None:
    """A message that MongoDB cut in the middle of a character stays readable."""
    text = b"\x02errmsg\0\x04\0\0\0ab\xc3\0\0"
    document = struct.pack("<i", 4 + len(text)) + text

    assert mongo.document(op_msg(document))["errmsg"].text() == "ab\N{REPLACEMENT CHARACTER}"


KEYS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | KEYS
    | st.binary(max_size=8)
    | st.just(datetime(2018, 3, 1, tzinfo=UTC)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@given(document=st.dictionaries(KEYS.filter(lambda key: not key.startswith("$")), VALUES))
def test_both_replies_carry_the_same_document(document: dict[str, object]) -> None:
    """OP_REPLY and OP_MSG are two envelopes of one thing."""
    encoded = bson.encode(document)

    old, new = mongo.document(op_reply(encoded)), mongo.document(op_msg(encoded))

    assert old.value == new.value
    assert set(document) == {key for key, _ in new.items()}


@given(
    frame=st.sampled_from(FRAMES),
    place=st.integers(0, 120),
    byte=st.integers(0, 255),
    tail=st.binary(max_size=8),
)
def test_no_bytes_raise_anything_but_garbled(
    frame: bytes, place: int, byte: int, tail: bytes
) -> None:
    """A changed byte or a foreign tail is read or refused, and nothing else happens."""
    place = min(place, len(frame) - 1)
    changed = frame[:place] + bytes([byte]) + frame[place + 1 :] + tail

    assert _outcome(changed) in {"read", "garbled"}


@given(data=st.binary(max_size=200))
def test_garbage_is_refused_or_awaited(data: bytes) -> None:
    """Arbitrary bytes frame to a length within them, to None, or are refused."""
    assert _framed(data) in {*range(17, len(data) + 1), None, "garbled"}


def _outcome(frame: bytes) -> str:
    try:
        mongo.document(frame)
    except Garbled:
        return "garbled"
    return "read"


def _framed(data: bytes) -> int | str | None:
    try:
        return mongo.framing(data)
    except Garbled:
        return "garbled"
