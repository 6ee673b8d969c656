"""PRELOGIN of SQL Server: what is asked, and what is read."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled, tds
from scanner.wire.tds import Prelogin

ANSWER = bytes.fromhex("0401001a0000010000000b00060100110001ff0f0010a5000001")


def test_the_question_is_one_packet_that_says_its_own_length() -> None:
    """Version and encryption are asked for, nothing else."""
    asked = tds.prelogin()

    assert (asked[0], int.from_bytes(asked[2:4], "big")) == (0x12, len(asked))


def test_an_answer_tells_version_and_encryption() -> None:
    """Major, minor and build; a word for the byte."""
    assert tds.frame(ANSWER + b"x") == len(ANSWER)
    assert tds.frame(ANSWER[:-1]) is None
    assert tds.decode(ANSWER) == Prelogin("15.0.4261", "wanted")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"HTTP/1.1 400 Bad Request", id="another protocol"),
        pytest.param(b"\x04\x00\x00\x20", id="a packet that is not the last"),
        pytest.param(b"\x04\x01\xff\xff", id="a packet too long"),
        pytest.param(b"\x04\x01\x00\x08", id="an empty packet"),
    ],
)
def test_what_cannot_become_an_answer_is_garbled_at_once(data: bytes) -> None:
    """No waiting for bytes that would not help."""
    with pytest.raises(Garbled):
        tds.frame(data)


@pytest.mark.parametrize("place", [8, 12, 25])
def test_a_table_that_points_elsewhere_is_garbled(place: int) -> None:
    """Another token, another length, an encryption that does not exist."""
    spoilt = bytearray(ANSWER)
    spoilt[place] = 9

    with pytest.raises(Garbled):
        tds.decode(bytes(spoilt))


@given(st.binary(max_size=60).map(lambda rest: ANSWER[:8] + rest) | st.binary(max_size=60))
def test_any_bytes_are_a_length_or_none_or_garbled(data: bytes) -> None:
    """And what has a length can be read, or is garbled."""
    with contextlib.suppress(Garbled):
        length = tds.frame(data)
        assert length is None or 0 < length <= len(data)
        assert length is None or isinstance(tds.decode(data[:length]), Prelogin)
