"""Big-endian frames: what is read, and what is refused before it costs anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled
from scanner.wire.bigendian import Cursor, length_prefixed

MOST = 100


@given(st.binary(max_size=200))
def test_a_frame_is_complete_incomplete_or_refused(data: bytes) -> None:
    """Never longer than what has come, nor than its cap."""
    try:
        size = length_prefixed(data, MOST)
    except Garbled:
        size = None
    assert size is None or 4 <= size <= min(len(data), MOST + 4)


@pytest.mark.parametrize(
    ("data", "size"),
    [(b"", None), (b"\0\0", None), (b"\0\0\0\2a", None), (b"\0\0\0\2abc", 6), (b"\0\0\0\0", 4)],
)
def test_a_length_says_where_the_frame_ends(data: bytes, size: int | None) -> None:
    """What follows belongs to the next one."""
    assert length_prefixed(data, MOST) == size


@pytest.mark.parametrize("data", [b"\0\0\0\x65", b"\xff", b"\1", b"HTTP/1.1"])
def test_a_length_that_cannot_be_is_refused_at_once(data: bytes) -> None:
    """The first bytes of another protocol are a length of gigabytes."""
    with pytest.raises(Garbled):
        length_prefixed(data, MOST)


def test_a_cursor_reads_what_was_written() -> None:
    """Integers are signed, texts have a length before them, null is the empty text."""
    at = Cursor(b"\xff\xff\0\2hi\xff\xff\0\0\0\1x")

    assert [at.integer(2), at.text(2), at.text(2), at.blob(4), at.left] == [-1, "hi", "", b"x", 0]


@pytest.mark.parametrize("data", [b"", b"\0\0\0\5abcd", b"\x7f\xff\xff\xff", b"\xff\xff\xff\xfe"])
def test_a_field_that_is_not_there_is_refused(data: bytes) -> None:
    """Longer than its frame, or of a length below null's."""
    with pytest.raises(Garbled):
        Cursor(data).blob(4)


@given(number=st.integers(-(1 << 31), (1 << 31) - 1), rest=st.binary(max_size=20))
def test_a_count_never_exceeds_the_bytes_that_are_there(number: int, rest: bytes) -> None:
    """A frame of a few bytes cannot make us walk a billion elements."""
    try:
        count = Cursor(number.to_bytes(4, signed=True) + rest).count(least=2)
    except Garbled:
        count = 0
    assert 0 <= count <= len(rest) // 2
