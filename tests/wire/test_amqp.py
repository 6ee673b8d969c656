"""The greeting of AMQP 0-9-1: what frames, what is read, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled, amqp
from scanner.wire.amqp import Greeting


def started(table: bytes, mechanisms: bytes = b"PLAIN AMQPLAIN") -> bytes:
    """Write a Connection.Start."""
    lists = len(mechanisms).to_bytes(4) + mechanisms + b"\0\0\0\5en_US"
    body = b"\0\x0a\0\x0a\0\x09" + len(table).to_bytes(4) + table + lists
    return b"\1\0\0" + len(body).to_bytes(4) + body + b"\xce"


@given(
    opening=st.sampled_from([b"", b"\1\0\0", b"AMQP", b"\1\0\0\0\0\0"]), rest=st.binary(max_size=40)
)
def test_whatever_comes_is_framed_or_refused(opening: bytes, rest: bytes) -> None:
    """A length that has come, None while it has not, or `Garbled`."""
    try:
        size = amqp.frame(opening + rest)
    except Garbled:
        size = None
    assert size is None or 8 <= size <= len(opening + rest)


@given(st.binary(max_size=60))
def test_any_table_is_read_or_refused(table: bytes) -> None:
    """No other exception, whatever the types and lengths say."""
    try:
        found = amqp.greeting(started(table))
    except Garbled:
        return
    assert found.mechanisms == {"PLAIN", "AMQPLAIN"}


def test_texts_are_read_and_everything_else_is_stepped_over() -> None:
    """Tables within the table, numbers, flags and nothings."""
    table = b"\1aF\0\0\0\2xx" + b"\1bt\1" + b"\1cI\0\0\0\1" + b"\1dV" + b"\1eS\0\0\0\2hi"

    assert amqp.greeting(started(table)) == Greeting({"e": "hi"}, frozenset({"PLAIN", "AMQPLAIN"}))


def test_the_header_of_another_version_has_nothing_to_tell() -> None:
    """It is what brokers of AMQP 1.0 answer with."""
    assert amqp.frame(b"AMQP\0\1\0\0") == 8
    assert amqp.greeting(b"AMQP\0\1\0\0") == Greeting()


@pytest.mark.parametrize("data", [b"HTTP/1.1", b"\2", b"\1\0\1", b"\1\0\0\x7f\xff\xff\xff"])
def test_what_cannot_be_a_greeting_is_refused_at_once(data: bytes) -> None:
    """Another protocol, another channel, a frame beyond the cap."""
    with pytest.raises(Garbled):
        amqp.frame(data)


@pytest.mark.parametrize("data", [b"", b"\1\0\0\0\0\0\0\xce", started(b"\1aZ"), started(b"\5a")])
def test_a_greeting_that_is_none_is_refused(data: bytes) -> None:
    """No method, a type that does not exist, a name longer than its table."""
    with pytest.raises(Garbled):
        amqp.greeting(data)
