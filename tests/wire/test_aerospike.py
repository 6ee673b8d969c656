"""Aerospike's info protocol: what frames, what is read, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled, aerospike

HEAD = b"\2\1\0\0\0\0\0"


@given(opening=st.sampled_from([b"", b"\2\1", HEAD + b"\5"]), rest=st.binary(max_size=20))
def test_whatever_comes_is_read_or_refused(opening: bytes, rest: bytes) -> None:
    """A length that has come, None while it has not, or `Garbled`; a frame is read likewise."""
    data = opening + rest
    try:
        size = aerospike.frame(data)
        aerospike.value(data[:size], "build")
    except Garbled:
        return
    assert size is None or 8 <= size <= len(data)


@pytest.mark.parametrize("data", [b"HTTP", b"\2\3", b"\2\1\x7f\0\0\0\0\0"])
def test_another_protocol_is_refused_at_once(data: bytes) -> None:
    """Text, a message that is no information, and more than is kept."""
    with pytest.raises(Garbled):
        aerospike.frame(data)


def test_a_request_is_a_frame_of_one_line() -> None:
    """Its size stands in six bytes."""
    assert aerospike.request("build") == HEAD + b"\6build\n"
    assert aerospike.frame(HEAD + b"\6build\n..") == 14


@pytest.mark.parametrize(
    ("line", "value"),
    [
        (b"build\t8.1.2.0\n", "8.1.2.0"),
        (b"ERROR:80:not authenticated\n", "ERROR:80:not authenticated"),
    ],
)
def test_a_value_stands_behind_its_command(line: bytes, value: str) -> None:
    """Or is the refusal of all commands."""
    assert aerospike.value(HEAD + b"\0" + line, "build") == value


@pytest.mark.parametrize("line", [b"", b"node\tx\n", b"build"])
def test_a_value_of_something_else_is_refused(line: bytes) -> None:
    """Nothing, another command, no value."""
    with pytest.raises(Garbled):
        aerospike.value(HEAD + b"\0" + line, "build")


@pytest.mark.parametrize(
    ("told", "number"),
    [("ERROR:80:x", 80), ("ERROR::x", None), ("ERROR:8000:x", None), ("8.1", None)],
)
def test_an_error_has_a_number(told: str, number: int | None) -> None:
    """Up to three digits."""
    assert aerospike.error(told) == number
