"""Zabbix: what is sent, what frames, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled, zabbix

#: As agents of 6.0 answer.
VERSION = b"ZBXD\x01\x06\0\0\0\0\0\0\x006.0.14"
REFUSED = b"ZBXD\x01\x26\0\0\0\0\0\0\0ZBX_NOTSUPPORTED\0Unsupported item key."


def test_a_question_is_framed() -> None:
    """Header, length, reserved, key."""
    assert zabbix.item("agent.ping") == b"ZBXD\x01\x0a\0\0\0\0\0\0\0agent.ping"


def test_a_value_is_read_and_a_refusal_is_none() -> None:
    """The reason of a refusal is not kept."""
    assert zabbix.value(VERSION) == "6.0.14"
    assert zabbix.value(REFUSED) is None


@given(size=st.integers(0, len(VERSION) - 1), more=st.binary(max_size=8))
def test_an_answer_ends_where_its_length_says(size: int, more: bytes) -> None:
    """What is missing is waited for."""
    assert zabbix.frame(VERSION[:size]) is None
    assert zabbix.frame(VERSION + more) == len(VERSION)


@pytest.mark.parametrize(
    "data",
    [b"HTTP/1.1", b"ZBXD\x03\x06\0\0\0", b"ZBXE", b"ZBXD\x01\xff\xff\xff\xff\0\0\0\0"],
)
def test_what_is_no_answer_is_garbled_at_once(data: bytes) -> None:
    """Another protocol, a compressed answer, a length beyond the cap."""
    with pytest.raises(Garbled):
        zabbix.frame(data)


@given(head=st.sampled_from([b"", VERSION[:5], VERSION[:13]]), rest=st.binary(max_size=60))
def test_whatever_comes_is_framed_or_refused(head: bytes, rest: bytes) -> None:
    """A length that has come, None while it has not, or `Garbled`."""
    try:
        size = zabbix.frame(head + rest)
    except Garbled:
        size = None
    assert size is None or 0 < size <= len(head + rest)
