"""STOMP frames: what frames, what is read, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled, stomp
from scanner.wire.stomp import Frame


@given(
    opening=st.sampled_from([b"", b"\n", b"CONN", b"CONNECTED\n", b"ERROR\r\n"]),
    rest=st.binary(max_size=40),
)
def test_whatever_comes_is_framed_or_refused(opening: bytes, rest: bytes) -> None:
    """A length that has come, None while it has not, or `Garbled`."""
    try:
        size = stomp.frame(opening + rest)
    except Garbled:
        size = None
    assert size is None or 0 < size <= len(opening + rest)


@given(st.binary(max_size=60))
def test_any_frame_is_read(data: bytes) -> None:
    """A frame of nonsense has no command that means anything."""
    assert isinstance(stomp.decode(data), Frame)


@pytest.mark.parametrize(
    ("data", "size"),
    [(b"", None), (b"\n\n", None), (b"\nERROR\n\n\0rest", 9), (b"CONNECTED\n", None)],
)
def test_a_frame_ends_at_its_null(data: bytes, size: int | None) -> None:
    """Line ends before it belong to it."""
    assert stomp.frame(data) == size


@pytest.mark.parametrize(
    "data", [b"HTTP/1.1 400", b"\x15\3\1", b"MESSAGE\n", b"ERRORS", b"ERROR\n" + b"x" * (64 << 10)]
)
def test_what_cannot_be_an_answer_is_refused_at_once(data: bytes) -> None:
    """Another protocol, another frame, one without an end."""
    with pytest.raises(Garbled):
        stomp.frame(data)


def test_the_first_value_of_a_header_counts() -> None:
    """So says the specification; a body is dropped."""
    data = b"\nERROR\r\nmessage:a:b\r\nmessage:c\r\n\r\nbody\0"

    assert stomp.decode(data) == Frame("ERROR", {"message": "a:b"})
