"""Firebird: the opening packet, and the first words of its answer."""

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled, firebird
from scanner.wire.firebird import ACCEPT, COND_ACCEPT, CONT_AUTH, Answered


def test_the_opening_packet_names_no_user() -> None:
    """A service that every server has, offers, and an empty text where a user would be."""
    asked = firebird.connect()

    assert asked[:32] == struct.pack(">5I", 1, 19, 3, 1, 11) + b"service_mgr\0"
    assert asked[32:40] == struct.pack(">2I", 9, 0)
    assert len(asked) == 40 + 9 * 20


@pytest.mark.parametrize(
    ("data", "answered"),
    [
        (struct.pack(">4I", ACCEPT, 0x800C, 1, 5), Answered(ACCEPT, "2.5")),
        (struct.pack(">4I", COND_ACCEPT, 0x8010, 1, 5), Answered(COND_ACCEPT, "4.0")),
        (struct.pack(">5I", CONT_AUTH, 0, 0, 0, 0), Answered(CONT_AUTH, None)),
    ],
)
def test_the_first_words_tell_the_release(data: bytes, answered: Answered) -> None:
    """By the protocol that the server picked."""
    assert firebird.frame(data + b"x") == len(data)
    assert firebird.frame(data[:-1]) is None
    assert firebird.decode(data) == answered


@pytest.mark.parametrize("data", [b"HTTP/1.1", b"\0\0\0\x04", b"\0\0\1"])
def test_another_first_word_is_garbled_at_once(data: bytes) -> None:
    """Other servers begin with a length of four bytes."""
    with pytest.raises(Garbled):
        firebird.frame(data)


@pytest.mark.parametrize(
    "data",
    [
        struct.pack(">4I", ACCEPT, 0x8063, 1, 5),
        struct.pack(">4I", ACCEPT, 0x800C, 2, 5),
        struct.pack(">5I", CONT_AUTH, 4, 0, 0, 0),
    ],
)
def test_what_was_not_offered_is_garbled(data: bytes) -> None:
    """Another protocol, another architecture, a challenge for nobody."""
    with pytest.raises(Garbled):
        firebird.decode(data)


@given(st.binary(max_size=30) | st.binary(max_size=30).map(b"\0\0\0\x03".__add__))
def test_any_bytes_are_a_length_or_none_or_garbled(data: bytes) -> None:
    """And what has a length can be read, or is garbled."""
    with contextlib.suppress(Garbled):
        length = firebird.frame(data)
        assert length is None or 0 < length <= len(data)
        assert length is None or isinstance(firebird.decode(data[:length]), Answered)
