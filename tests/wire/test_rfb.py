"""RFB up to its security types: greetings, lists, results."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled, rfb


def test_a_greeting_is_twelve_bytes_with_a_version() -> None:
    """What a server sends behind it is another message."""
    assert rfb.frame_version(b"RFB 003.008\nx") == 12
    assert rfb.frame_version(b"RFB 00") is None
    assert rfb.version(b"RFB 003.889\n") == (3, 889)


@pytest.mark.parametrize("data", [b"SSH-2.0", b"220 ready", b"RFX"])
def test_another_greeting_is_garbled_at_its_first_bytes(data: bytes) -> None:
    """Nobody waits for the rest of it."""
    with pytest.raises(Garbled):
        rfb.frame_version(data)


def test_a_greeting_without_a_version_is_garbled() -> None:
    """Twelve bytes are not enough."""
    with pytest.raises(Garbled):
        rfb.version(b"RFB three.8\n")


@pytest.mark.parametrize(
    ("data", "types"),
    [(b"\x02\x01\x02", {1, 2}), (b"\x00\x00\x00\x00\x02no", set())],
)
def test_a_list_of_types_says_how_long_it_is(data: bytes, types: set[int]) -> None:
    """An empty one is followed by a reason, which is not kept."""
    assert rfb.frame_types(data + b"x") == len(data)
    assert rfb.frame_types(data[:-1]) is None
    assert rfb.types(data) == types


@pytest.mark.parametrize(("data", "length"), [(bytes(4), 4), (b"\0\0\0\1\0\0\0\2no", 10)])
def test_a_result_is_a_word_and_perhaps_a_reason(data: bytes, length: int) -> None:
    """OK, or why not."""
    assert rfb.frame_result(data) == length
    assert rfb.frame_result(data[:-1]) is None


@pytest.mark.parametrize("data", [b"\0\0\0\x09", b"\0\0\0\1\xff\xff\xff\xff"])
def test_a_result_that_is_none_is_garbled(data: bytes) -> None:
    """Another word, or a reason without end."""
    with pytest.raises(Garbled):
        rfb.frame_result(data)


@given(st.binary(max_size=40))
def test_any_bytes_are_a_length_or_none_or_garbled(data: bytes) -> None:
    """For each of the three."""
    for frame in (rfb.frame_version, rfb.frame_types, rfb.frame_result):
        with contextlib.suppress(Garbled):
            length = frame(data)
            assert length is None or 0 < length <= len(data)
