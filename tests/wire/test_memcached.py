"""Replies of memcached: one line, or a section of statistics; caps and garbage."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled, memcached
from scanner.wire.memcached import MAX_LINE, MAX_LINES, Line, Reply

STATS = b"STAT pid 7\r\nSTAT version 1.6.18\r\nSTAT empty\r\nEND\r\n"

REPLIES = [
    pytest.param(b"VERSION 1.6.18\r\n", Line("VERSION", "1.6.18"), id="version"),
    pytest.param(b"ERROR\r\n", Line("ERROR", ""), id="unknown command"),
    pytest.param(
        b"CLIENT_ERROR unauthenticated\r\n", Line("CLIENT_ERROR", "unauthenticated"), id="locked"
    ),
    pytest.param(STATS, {"pid": "7", "version": "1.6.18", "empty": ""}, id="statistics"),
    pytest.param(b"END\r\n", {}, id="no statistics"),
]

REFUSED = [
    pytest.param(b"HTTP/1.1 400 Bad Request\r\n", id="another protocol"),
    pytest.param(b"-ERR unknown command\r\n", id="redis"),
    pytest.param(b"VERSIONS\r\n", id="another word"),
    pytest.param(b"VERSION " + b"x" * MAX_LINE, id="a line without an end"),
    pytest.param(b"STAT a 1\r\n" * (MAX_LINES + 1), id="too many lines"),
]


@pytest.mark.parametrize(("data", "expected"), REPLIES)
def test_a_reply_ends_where_it_ends(data: bytes, expected: Reply) -> None:
    """Nothing before the last byte is a reply, and nothing behind it belongs to one."""
    assert [memcached.frame(data[:end]) for end in range(len(data))] == [None] * len(data)
    assert memcached.frame(data + b"VERSION") == len(data)
    assert memcached.decode(data) == expected


@pytest.mark.parametrize("data", REFUSED)
def test_what_cannot_become_a_reply_is_refused_at_once(data: bytes) -> None:
    """No more is waited for."""
    with pytest.raises(Garbled):
        memcached.frame(data)


@pytest.mark.parametrize("data", [b"", b"STAT\r\nEND\r\n", b"VERSION 1\r\nVERSION 2\r\n", b"hello"])
def test_what_is_no_reply_is_not_read(data: bytes) -> None:
    """Two lines are two replies, and a statistic has a name."""
    with pytest.raises(Garbled):
        memcached.decode(data)


@given(st.binary(max_size=200) | st.binary(max_size=80).map(b"STAT ".__add__))
def test_whatever_is_framed_can_be_read_or_is_garbled(data: bytes) -> None:
    """Framing and reading never fail otherwise."""
    try:
        length = memcached.frame(data)
        memcached.decode(data[: length or 0])
    except Garbled:
        return
    assert length is not None
    assert 0 < length <= len(data)


@given(st.binary(max_size=80) | st.binary(max_size=80).map(b"RO\0\0\0\1\0\0".__add__))
def test_whatever_a_datagram_holds_is_read_or_garbled(data: bytes) -> None:
    """Reading never fails otherwise, and what is read was in a frame of ours."""
    try:
        memcached.of_datagram(data)
    except Garbled:
        return
    assert data.startswith(memcached.in_datagram(b""))
