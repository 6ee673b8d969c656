"""ClickHouse's native protocol: what is sent, what frames, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled, chnative


def text(value: bytes) -> bytes:
    """Write a short text as ClickHouse does."""
    return bytes([len(value)]) + value


#: An error as 24 frames it, with a shorter text and trace.
REFUSAL = (
    b"\x02\x65\0\0\0"
    + text(b"DB::Exception")
    + text(b"DB::Exception: Unexpected packet from client")
    + text(b"0. run()")
    + b"\0"
)

#: 24.8 of revision 54,478, which takes three bytes.
WELCOME = b"\0" + text(b"ClickHouse") + b"\x18\x08\xce\xa9\x03"


def test_the_hello_names_no_user_and_nothing_else() -> None:
    """A name for ourselves, version 1.1, revision 0; database, user and password are empty."""
    assert chnative.HELLO == b"\0\x05ronde\x01\x01\0\0\0\0"


def test_an_error_is_read() -> None:
    """Its number; text and trace are not kept."""
    assert chnative.decode(REFUSAL) == chnative.Refusal(101)


def test_a_welcome_is_read() -> None:
    """The version alone."""
    assert chnative.decode(WELCOME) == chnative.Welcome("24.8")


def test_a_text_may_take_more_bytes_than_one_can_count() -> None:
    """A trace of 300 bytes: its length is written in two."""
    long = REFUSAL[: -len(text(b"0. run()")) - 1] + b"\xac\x02" + b"a" * 300 + b"\0"

    assert chnative.frame(long) == len(long)
    assert chnative.decode(long) == chnative.Refusal(101)


@given(
    whole=st.sampled_from([REFUSAL, WELCOME]), share=st.floats(0, 0.999), more=st.binary(max_size=8)
)
def test_a_reply_ends_where_its_last_field_ends(whole: bytes, share: float, more: bytes) -> None:
    """What is missing is waited for; what follows belongs to nothing."""
    assert chnative.frame(whole[: int(share * len(whole))]) is None
    assert chnative.frame(whole + more) == len(whole)


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 400",
        b"\x01",
        b"\0\x0aClickHause",
        b"\0\x41ClickHouse",
        b"\0\x09ClickHous",
        b"\0\xff\xff\xff\xff\xff",
        b"\x02\x65\0\0\0\x0dPoco",
        b"\x02\x65\0\0\0\x0dDB::Exception\x81\x80\x04",
        b"\x02\x65\0\0\0\x0dDB::Exception\xff\xff\x03DB::",
    ],
)
def test_what_can_become_no_reply_is_garbled_at_once(data: bytes) -> None:
    """Other protocols, other products, and lengths beyond the cap."""
    with pytest.raises(Garbled):
        chnative.frame(data)


@pytest.mark.parametrize("data", [b"", WELCOME[:9], WELCOME[:-1], REFUSAL[:9], REFUSAL[:-1]])
def test_half_a_reply_cannot_be_read(data: bytes) -> None:
    """Every step checks that its bytes are there."""
    with pytest.raises(Garbled):
        chnative.decode(data)


@given(
    head=st.sampled_from([b"", b"\0", b"\x02", REFUSAL[:6], REFUSAL[:23], WELCOME[:12]]),
    rest=st.binary(max_size=80),
)
def test_whatever_comes_is_framed_or_refused(head: bytes, rest: bytes) -> None:
    """A length that has come, None while it has not, or `Garbled`."""
    try:
        size = chnative.frame(head + rest)
    except Garbled:
        size = None
    assert size is None or 0 < size <= len(head + rest)
