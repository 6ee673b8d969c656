"""Bolt's bytes: what frames, what is read, what is written, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled, bolt
from scanner.wire.bolt import MAX_CHUNKS, Message, Sign

SUCCESS = bytes.fromhex("0003b170a00000")
RECORD = bytes.fromhex("0004b17191020000")
ALIVE = b"\0\0"


def framed(body: bytes) -> bytes:
    """Put a server's message into one chunk."""
    return len(body).to_bytes(2) + body + b"\0\0"


@given(
    opening=st.sampled_from([b"", SUCCESS, RECORD, b"\0\x03\xb1", ALIVE]),
    rest=st.binary(max_size=40),
)
def test_whatever_comes_is_read_or_refused(opening: bytes, rest: bytes) -> None:
    """A frame that has come decodes or is `Garbled`; nothing else happens."""
    data = opening + rest
    try:
        size = bolt.replies(1)(data)
        messages = bolt.decode(data[:size])
    except Garbled:
        return
    assert size is None or (0 < size <= len(data) and messages)


@given(data=st.binary(max_size=60))
def test_a_record_of_any_bytes_is_read_or_refused(data: bytes) -> None:
    """Markers and sizes are the server's: none makes another exception."""
    try:
        (message,) = bolt.decode(framed(b"\xb1\x71" + data))
    except Garbled:
        return
    assert message.sign is Sign.RECORD


@given(text=st.text(max_size=20), number=st.integers(-16, 127))
def test_what_we_write_is_read_as_it_was(text: str, number: int) -> None:
    """A map of a text and a small integer, under the sign of a success."""
    content: bolt.Value = {"name": text, "n": number}
    written = bolt.message(Sign.SUCCESS, content)
    assert bolt.decode(written) == [Message(Sign.SUCCESS, content)]


@pytest.mark.parametrize(
    ("packed", "value"),
    [
        ("c0", None),
        ("c3", True),
        ("c8ff", -1),
        ("cb0000000100000000", 1 << 32),
        ("c13ff0000000000000", 1.0),
        ("82c3a9", "é"),
        ("d10002c3a9", "é"),
        ("cc0141", b"A"),
        ("d4020102", [1, 2]),
        ("d801816101", {"a": 1}),
        ("b24e0102", [1, 2]),
    ],
)
def test_every_kind_of_value_is_read(packed: str, value: bolt.Value) -> None:
    """After the tables of PackStream's manual."""
    answer = framed(b"\xb1\x71" + bytes.fromhex(packed))
    assert bolt.decode(answer) == [Message(Sign.RECORD, value)]


@pytest.mark.parametrize(
    "packed", ["", "c4", "d0ff41", "a10101", "91" * 9 + "01", "d6ffffffff", "0101"]
)
def test_a_value_that_is_none_is_refused(packed: str) -> None:
    """Nothing, no marker, cut off, a key that is a number, too deep, too long, one too many."""
    with pytest.raises(Garbled):
        bolt.decode(framed(b"\xb1\x71" + bytes.fromhex(packed)))


def test_records_and_signs_of_life_end_no_answer() -> None:
    """Only what ends the answer to a message of ours is counted."""
    answers = ALIVE + SUCCESS + RECORD + ALIVE + SUCCESS

    assert bolt.replies(2)(answers + SUCCESS) == len(answers)
    assert bolt.replies(2)(answers[:-1]) is None


def test_a_message_may_come_in_several_chunks() -> None:
    """The end of a chunk is not the end of a message."""
    answer = bytes.fromhex("0002b1700001a00000")

    assert bolt.replies(1)(answer) == len(answer)
    assert bolt.decode(answer) == [Message(Sign.SUCCESS, {})]


@pytest.mark.parametrize(
    "data", [b"HTTP/1.1 400", b"\0\x03\xa1", b"\0\x03\xb1\x01", b"\0\1\xb1\0\0"]
)
def test_another_protocol_is_refused_at_once(data: bytes) -> None:
    """No structure, a sign that no server sends, or none. `HT` alone could be a length."""
    with pytest.raises(Garbled):
        bolt.replies(1)(data)


@pytest.mark.parametrize("data", [b"HTTP", b"\0\0\0\0", b"\0\0\0\5", b"\0\0\5\4", b"\0\1"])
def test_a_version_that_was_not_offered_is_refused(data: bytes) -> None:
    """Another protocol, none in common, and versions beside those that we speak."""
    with pytest.raises(Garbled):
        bolt.choice(data)


def test_a_version_that_was_offered_is_taken() -> None:
    """Once its four bytes are there."""
    assert bolt.choice(b"\0\0\x08\x05\0") == 4
    assert bolt.choice(b"\0\0\x08") is None


@pytest.mark.parametrize(
    "chunks", [b"\0\1\xb1\0\1\x71" + b"\0\1A" * MAX_CHUNKS, ALIVE * MAX_CHUNKS]
)
def test_an_answer_in_the_smallest_pieces_is_refused(chunks: bytes) -> None:
    """Nobody walks through a million of them for each byte that comes."""
    with pytest.raises(Garbled, match="chunks"):
        bolt.replies(1)(chunks)
