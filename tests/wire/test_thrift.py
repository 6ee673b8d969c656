"""Thrift's binary protocol: what is sent, what frames, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled, thrift
from scanner.wire.thrift import MAX_VALUES

#: `get_all_databases` answered with "a" and "bc".
NAMES = (
    b"\x80\x01\x00\x02\0\0\0\x11get_all_databases\0\0\0\0"
    b"\x0f\0\0\x0b\0\0\0\x02\0\0\0\x01a\0\0\0\x02bc\0"
)

#: `get_database` refused: field 1, a structure whose field 1 is a text.
MISSING = b"\x80\x01\x00\x02\0\0\0\x0cget_database\0\0\0\0\x0c\0\x01\x0b\0\x01\0\0\0\x02no\0\0"

SASL = b"\x04\0\0\0\x13Invalid status -128"


def test_a_call_numbers_its_arguments() -> None:
    """Version and kind, method, number of the call, fields, stop."""
    assert thrift.call("ping") == b"\x80\x01\x00\x01\0\0\0\x04ping\0\0\0\0\0"
    assert thrift.call("get", "ab").endswith(b"\x0b\0\x01\0\0\0\x02ab\0")


def test_a_list_of_names_is_read() -> None:
    """The result is field 0."""
    answer = thrift.decode(NAMES)

    assert answer.answers("get_all_databases")
    assert not answer.answers("get_all_tables")
    assert answer.names() == ["a", "bc"]


def test_an_exception_is_a_field_of_its_own() -> None:
    """It holds a structure, and there is no result."""
    answer = thrift.decode(MISSING)

    assert answer.fields == {1: {1: b"no"}}
    with pytest.raises(Garbled):
        answer.names()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (b"\x02\0\x05\x01", b"\x01"),
        (b"\x0a\0\x05\0\0\0\0\0\0\0\x07", b"\0\0\0\0\0\0\0\x07"),
        (b"\x0d\0\x05\x0b\x08\0\0\0\x01\0\0\0\x01k\0\0\0\x09", [b"k", b"\0\0\0\x09"]),
        (b"\x0e\0\x05\x03\0\0\0\x02\x01\x02", [b"\x01", b"\x02"]),
        (b"\x0c\0\x05\0", {}),
    ],
)
def test_every_type_has_its_place(field: bytes, value: object) -> None:
    """Scalars, a map as its keys and values in turn, a set, a structure."""
    assert thrift.decode(NAMES[:-1] + field + b"\0").fields[5] == value


@given(size=st.integers(0, len(NAMES) - 1), more=st.binary(max_size=8))
def test_a_message_ends_with_its_last_stop(size: int, more: bytes) -> None:
    """What is missing is waited for; what follows is another message."""
    assert thrift.frame(NAMES[:size]) is None
    assert thrift.frame(NAMES + more) == len(NAMES)
    with pytest.raises(Garbled):
        thrift.decode(NAMES[:size])


def test_a_refusal_of_sasl_is_framed_and_known() -> None:
    """By its status and its very words."""
    assert thrift.frame(SASL) == len(SASL)
    assert thrift.is_refused_by_sasl(SASL)
    assert not thrift.is_refused_by_sasl(b"\x03" + SASL[1:])
    assert not thrift.is_refused_by_sasl(SASL[:-1] + b"7")


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 400",
        b"\x80\x02",
        b"\x80\x01\x00\x02\xff\xff\xff\xff",
        NAMES[:-1] + b"\x10\0\x05",
        NAMES[:-1] + b"\x0c\0\x05" * 20,
        NAMES[:-1] + b"\x0f\0\x05\x0f\0\0\0\x01" + b"\x0f\0\0\0\x01" * 20,
    ],
)
def test_what_cannot_become_a_message_is_garbled_at_once(data: bytes) -> None:
    """Another protocol, another version, a length beyond the cap, no type, too deep."""
    with pytest.raises(Garbled):
        thrift.frame(data)


@given(head=st.sampled_from([b"", NAMES[:29], NAMES[:-1], SASL[:5]]), rest=st.binary(max_size=80))
def test_whatever_comes_is_framed_or_refused(head: bytes, rest: bytes) -> None:
    """A length that has come, None while it has not, or `Garbled`."""
    try:
        size = thrift.frame(head + rest)
    except Garbled:
        size = None
    assert size is None or 0 < size <= len(head + rest)


@pytest.mark.parametrize(
    "listed",
    [
        b"\x0f\0\0\x08\0\0\0\x01\0\0\0\x07",
        b"\x0f\0\0\x0c\0\0\0\x01\0",
        b"\x0e\0\0\x0b\0\0\0\x01\0\0\0\x01a",
        b"\x0b\0\0\0\0\0\x01a",
    ],
    ids=["numbers", "structures", "a set", "a text"],
)
def test_what_is_no_list_of_texts_has_no_names(listed: bytes) -> None:
    """Nothing is left out of it in silence."""
    answer = thrift.decode(NAMES[:29] + listed + b"\0")

    with pytest.raises(Garbled):
        answer.names()


@pytest.mark.parametrize(
    "values",
    [
        b"\x0f\0\5\x03" + (MAX_VALUES + 1).to_bytes(4),
        b"\x0d\0\5\x0b\x0b" + MAX_VALUES.to_bytes(4),
        b"\x03\0\5\0" * (MAX_VALUES + 1),
    ],
    ids=["a list", "a map", "members"],
)
def test_more_values_than_an_answer_has_are_refused(values: bytes) -> None:
    """As soon as they are announced: the count is the server's."""
    with pytest.raises(Garbled, match="values"):
        thrift.frame(NAMES[:29] + values)
