"""Thrift's SASL handshake: what is sent, what frames, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled, thriftsasl

REFUSED = b"\x03\0\0\0\x1eUnsupported mechanism type FOO"


def test_a_start_names_a_mechanism_and_nobody() -> None:
    """Status, length, name."""
    assert thriftsasl.start("FOO") == b"\x01\0\0\0\x03FOO"


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (b"", None),
        (b"\x03", None),
        (b"\x03\0\0\0", None),
        (b"\x03\0\0\0\x02a", None),
        (b"\x03\0\0\0\x02ab", 7),
        (b"\x04\0\0\0\x02abrest", 7),
        (b"\x03\0\0\0\0", 5),
    ],
)
def test_a_refusal_ends_where_its_length_says(data: bytes, size: int | None) -> None:
    """What follows belongs to the next message; what is missing is waited for."""
    assert thriftsasl.refusal(data) == size


@pytest.mark.parametrize(
    "data",
    [b"\x02\0\0\0\x02ab", b"\x05", b"HTTP/1.1 400", b"\x03\xff\xff\xff\xff", b"\x03\0\0\x10\x01"],
)
def test_what_refuses_nothing_is_garbled(data: bytes) -> None:
    """A consent, another protocol, a length that is negative or beyond the cap."""
    with pytest.raises(Garbled):
        thriftsasl.refusal(data)


@given(opening=st.sampled_from([b"", b"\x03\0\0\0", b"\x04\0\0\0"]), rest=st.binary(max_size=60))
def test_whatever_comes_is_framed_or_refused(opening: bytes, rest: bytes) -> None:
    """A length that has come, None while it has not, or `Garbled`."""
    try:
        size = thriftsasl.refusal(opening + rest)
    except Garbled:
        size = None
    assert size is None or 0 < size <= len(opening + rest)


@pytest.mark.parametrize(
    ("data", "known"),
    [
        (REFUSED, True),
        (b"\x04" + REFUSED[1:], False),
        (REFUSED[:-1], False),
        (REFUSED + b"L", False),
        (b"", False),
    ],
)
def test_only_the_words_that_name_the_mechanism_count(data: bytes, *, known: bool) -> None:
    """A parrot that refuses everything alike is not taken for a server."""
    assert thriftsasl.knows_no("FOO", data) is known
