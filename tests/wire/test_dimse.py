"""One query of DICOM: how it is written, and how much of its answer is looked at."""

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled, dimse
from scanner.wire.dicom import MAX_PDU, Aborted
from scanner.wire.dimse import MAX_COMMAND

#: What Orthanc 1.10.1 answers to a query that matches nothing.
SUCCESS = bytes.fromhex(
    "04000000005e0000005a050300000000040000004c000000000002001c000000"
    "312e322e3834302e31303030382e352e312e342e312e322e322e310000000001"
    "020000002080000020010200000001000000000802000000010100000009020000000000"
)
RECORD = b"\x10\0\x10\0\x08\0\0\0RONDE^X "


def data(*fragments: tuple[int, bytes]) -> bytes:
    """Write a P-DATA-TF of fragments: the control byte of each, and what it carries."""
    parts = [struct.pack(">IBB", len(part) + 2, 5, control) + part for control, part in fragments]
    return struct.pack(">BBI", 4, 0, sum(map(len, parts))) + b"".join(parts)


def command(*elements: tuple[int, int]) -> bytes:
    """Write unsigned shorts of a command set."""
    return b"".join(struct.pack("<HHIH", 0, number, 2, value) for number, value in elements)


def answer(status: int) -> bytes:
    """Write a C-FIND-RSP to our message."""
    return command((0x0100, 0x8020), (0x0120, 1), (0x0800, 1), (0x0900, status))


def test_a_query_asks_for_one_study_and_for_nothing_of_it() -> None:
    """Two keys: the level, and the number that nobody has."""
    written = dimse.find("2.25.1")

    assert written[:12].hex() == "04000000005e0000005a0503"
    assert written[100:106].hex() == "040000000022"
    assert written[112:].hex() == (
        "0800520006000000" + b"STUDY ".hex() + "20000d0006000000" + b"2.25.1".hex()
    )


def test_a_number_of_odd_length_is_padded() -> None:
    """Every value has an even length [PS3.5 6.2]."""
    assert dimse.find("2.25.12").endswith(b"\x08\0\0\x002.25.12\0")


def test_a_query_is_cancelled_by_its_message() -> None:
    """No identifier, and no syntax [PS3.7 9.3.2.3]."""
    assert dimse.cancel().hex() == (
        "040000000030" + "0000002c" + "0503" + "00000000040000001e000000"
        "0000000102000000ff0f" + "00002001020000000100" + "00000008020000000101"
    )


def test_success_is_read() -> None:
    """As a real server says it."""
    assert dimse.frame_command(SUCCESS) == len(SUCCESS)
    assert dimse.decode_status(SUCCESS) == dimse.SUCCESS


@pytest.mark.parametrize("apart", [True, False])
def test_a_match_is_not_looked_at(*, apart: bool) -> None:
    """The frame ends with the command, whether the match comes in the same PDU or the next."""
    match = data((1 | 2, answer(0xFF00)), (2, RECORD))
    split = data((1 | 2, answer(0xFF00))) + data((2, RECORD))
    received = split if apart else match
    end = dimse.frame_command(received)

    assert end == received.index(RECORD) - (12 if apart else 6)
    assert RECORD not in received[:end]
    assert dimse.decode_status(received[:end]) in dimse.PENDING


def test_a_command_in_parts_is_put_together() -> None:
    """Over two PDUs."""
    whole = answer(0x0124)
    received = data((1, whole[:15])) + data((3, whole[15:]))

    assert dimse.frame_command(received[:-1]) is None
    assert dimse.frame_command(received) == len(received)
    assert dimse.decode_status(received) == dimse.NOT_AUTHORISED


def test_an_abort_in_place_of_an_answer_is_told() -> None:
    """So archives refuse who may not ask."""
    assert dimse.frame_command(bytes.fromhex("07000000000400000000")) == 10
    assert dimse.decode_status(bytes.fromhex("07000000000400000203")) == Aborted(2, 3)


@pytest.mark.parametrize(
    "received",
    [
        pytest.param(b"HTTP/1.1 400", id="another protocol"),
        pytest.param(b"\x06\0\0\0\0\4", id="a release that nobody asked for"),
        pytest.param(b"\4\0" + (MAX_PDU + 1).to_bytes(4), id="a PDU above what we allow"),
        pytest.param(data((2, RECORD)), id="a data set before its command"),
        pytest.param(b"\4\0\0\0\0\6" + b"\0\0\0\1\5\3", id="a fragment shorter than its head"),
        pytest.param(b"\4\0\0\0\0\6" + b"\0\0\0\3\5\3", id="a fragment beyond its PDU"),
        pytest.param(data((1, bytes(MAX_COMMAND))), id="a command without end"),
        pytest.param(data() * 17, id="nothing, again and again"),
    ],
)
def test_what_cannot_be_an_answer_is_garbled_at_once(received: bytes) -> None:
    """No waiting for bytes that would not help."""
    with pytest.raises(Garbled):
        dimse.frame_command(received)


@pytest.mark.parametrize(
    "whole",
    [
        pytest.param(command((0x0100, 0x8020), (0x0120, 1)), id="no status"),
        pytest.param(command((0x0100, 0x8030), (0x0120, 1), (0x0900, 0)), id="another command"),
        pytest.param(command((0x0100, 0x8020), (0x0120, 2), (0x0900, 0)), id="another message"),
        pytest.param(answer(0)[:-1], id="an element that stops"),
        pytest.param(answer(0) + b"\0\0\0", id="a head that stops"),
        pytest.param(answer(0) + RECORD, id="an element of a data set"),
    ],
)
def test_an_answer_to_something_else_is_garbled(whole: bytes) -> None:
    """It has to be about our query."""
    with pytest.raises(Garbled):
        dimse.decode_status(data((3, whole)))


FRAGMENTS = st.tuples(st.integers(0, 3), st.binary(max_size=30) | st.just(answer(0)))
RECEIVED = st.binary(max_size=60) | st.lists(FRAGMENTS, max_size=3).map(lambda x: data(*x))


@given(RECEIVED)
def test_any_bytes_are_a_length_or_none_or_garbled(received: bytes) -> None:
    """And what has a length is read, or is garbled."""
    with contextlib.suppress(Garbled):
        length = dimse.frame_command(received)
        assert length is None or 0 < length <= len(received)
    with contextlib.suppress(Garbled):
        assert isinstance(dimse.decode_status(received), int | Aborted)


@given(st.integers(0, len(SUCCESS) - 1))
def test_half_an_answer_is_waited_for(end: int) -> None:
    """At each byte."""
    assert dimse.frame_command(SUCCESS[:end]) is None
