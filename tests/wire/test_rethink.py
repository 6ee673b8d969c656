"""RethinkDB's handshake: greetings, refusals, caps and garbage."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled, rethink
from scanner.wire.rethink import MAX_REPLY, Greeting

NEW = (
    b'{"max_protocol_version":0,"min_protocol_version":0,"server_version":"2.4.1","success":true}\0'
)
OLD = (
    b"ERROR: Received an unsupported protocol version. This port is for RethinkDB queries. "
    b"Does your client driver version not match the server?\n\0"
)


def test_the_handshake_is_the_number_of_the_manual() -> None:
    """Four bytes, and no user in them."""
    assert rethink.HANDSHAKE.hex() == "c3bdc234"


@pytest.mark.parametrize(
    ("data", "expected"), [(NEW, Greeting("2.4.1")), (OLD, Greeting(None))], ids=["2.4", "2.2"]
)
def test_a_reply_ends_with_its_zero(data: bytes, expected: Greeting) -> None:
    """Nothing before it is a reply, and nothing behind it belongs to one."""
    assert [rethink.frame(data[:end]) for end in range(len(data))] == [None] * len(data)
    assert rethink.frame(data + b"x") == len(data)
    assert rethink.decode(data) == expected


@pytest.mark.parametrize("data", [b"HTTP/1.1 400", b"-ERR", b"{" + b" " * MAX_REPLY])
def test_what_cannot_become_a_reply_is_refused_at_once(data: bytes) -> None:
    """By its first byte, or by its length."""
    with pytest.raises(Garbled):
        rethink.frame(data)


@pytest.mark.parametrize(
    "data",
    [
        b"{}\0",
        b"[]\0",
        b"ERROR: go away\n\0",
        b'{"success":false,"max_protocol_version":0,"server_version":"2.4.1"}\0',
        b'{"success":true,"server_version":"2.4.1"}\0',
    ],
)
def test_what_is_no_greeting_is_not_read(data: bytes) -> None:
    """Another JSON, another error, and a handshake that failed."""
    with pytest.raises(Garbled):
        rethink.decode(data)


@given(st.binary(max_size=200) | st.binary(max_size=80).map(b"{".__add__))
def test_whatever_comes_is_a_greeting_or_garbled(data: bytes) -> None:
    """Framing and reading never fail otherwise."""
    try:
        length = rethink.frame(data)
        rethink.decode(data[: length or 0])
    except Garbled:
        return
    assert length is not None
