"""PostgreSQL's start: messages, their ends, and what cannot become one."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled, postgres
from scanner.wire.postgres import MAX_MESSAGE, Failure, Welcome

ASKS_SCRAM = bytes.fromhex("52000000170000000a534352414d2d5348412d3235360000")
LETS_IN = bytes.fromhex("520000000800000000")
NO_ROLE = b"E\0\0\0\x1dSFATAL\0C28000\0Mno role\0\0\0"

GARBLED = [
    pytest.param(b"HTTP/1.1 400 Bad Request\r\n\r\n", id="another protocol"),
    pytest.param(b"R\0\0\0\x03", id="a length below its own four bytes"),
    pytest.param(b"R" + (MAX_MESSAGE + 1).to_bytes(4, "big"), id="a message too long"),
    pytest.param(b"R\0\0\0\x08\0\0\0\x63", id="a method that does not exist"),
    pytest.param(b"R\0\0\0\x05\0", id="a method cut short"),
    pytest.param(b"S\0\0\0\x06a\0" * 200, id="settings without end"),
]


def test_a_start_message_is_a_length_a_version_and_pairs() -> None:
    """The bytes of the manual's layout."""
    written = postgres.startup(3 << 16, user="a")

    assert written == b"\0\0\0\x10\0\x03\0\0user\0a\0\0"


@pytest.mark.parametrize(
    ("data", "welcome"),
    [
        pytest.param(ASKS_SCRAM, Welcome(method=10), id="a password is asked for"),
        pytest.param(NO_ROLE, Welcome(failure=Failure("28000", "no role")), id="refused"),
        pytest.param(
            LETS_IN + NO_ROLE, Welcome(0, Failure("28000", "no role")), id="let in, then refused"
        ),
        pytest.param(
            LETS_IN + b"S\0\0\0\x08a\0b\0" + b"Z\0\0\0\x05I",
            Welcome(0, None, {"a": "b"}, is_ready=True),
            id="a session",
        ),
    ],
)
def test_what_comes_after_a_start_is_read_to_its_end(data: bytes, welcome: Welcome) -> None:
    """Neither more nor less than up to where the server waits."""
    assert postgres.frame(data + b"E") == len(data)
    assert postgres.frame(data[:-1]) is None
    assert postgres.decode(data) == welcome


@pytest.mark.parametrize("data", GARBLED)
def test_what_cannot_become_an_answer_is_garbled_at_once(data: bytes) -> None:
    """No waiting for bytes that would not help."""
    with pytest.raises(Garbled):
        postgres.frame(data)


def test_an_error_without_its_fields_is_garbled() -> None:
    """Severity, code and text are in each."""
    with pytest.raises(Garbled):
        postgres.decode(b"E\0\0\0\x0dMno role\0\0")


@pytest.mark.parametrize(("data", "length"), [(b"", None), (b"S", 1), (b"N", 1)])
def test_the_answer_to_a_wish_for_tls_is_one_byte(data: bytes, length: int | None) -> None:
    """S or N."""
    assert postgres.frame_ssl(data) == length


def test_another_answer_to_a_wish_for_tls_is_garbled() -> None:
    """HTTP servers answer it too, with words of their own."""
    with pytest.raises(Garbled):
        postgres.frame_ssl(b"H")


@given(st.binary(max_size=200) | st.binary(max_size=60).map(LETS_IN.__add__))
def test_any_bytes_are_a_length_or_none_or_garbled(data: bytes) -> None:
    """And what has a length can be read, or is garbled."""
    with contextlib.suppress(Garbled):
        length = postgres.frame(data)
        assert length is None or 0 < length <= len(data)
        assert length is None or isinstance(postgres.decode(data[:length]), Welcome)
