"""MQTT: what is written, what frames, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled, mqtt


@given(opening=st.sampled_from([b"", b"\x20", b"\x20\2", b"\x20\3\0"]), rest=st.binary(max_size=8))
def test_whatever_comes_is_framed_or_refused(opening: bytes, rest: bytes) -> None:
    """A length that has come, None while it has not, or `Garbled`."""
    try:
        size = mqtt.frame(opening + rest)
    except Garbled:
        size = None
    assert size is None or 4 <= size <= len(opening + rest)


@pytest.mark.parametrize(
    ("data", "size"),
    [(b"\x20", None), (b"\x20\2\0", None), (b"\x20\2\0\5", 4), (b"\x20\3\0\x87\0", 5)],
)
def test_an_answer_has_one_of_two_sizes(data: bytes, size: int | None) -> None:
    """Version 5 adds a length of properties, which is zero for a refusal."""
    assert mqtt.frame(data) == size


@pytest.mark.parametrize("data", [b"HTTP/1.1", b"\x20\x09", b"\x20\2\2", b"\x15\3\1", b"\0"])
def test_what_cannot_be_an_answer_is_refused_at_once(data: bytes) -> None:
    """Another packet, another length, reserved flags."""
    with pytest.raises(Garbled):
        mqtt.frame(data)


def test_a_connection_keeps_nothing_and_names_nobody() -> None:
    """Clean session, no will, no user, no password: the flags are 2."""
    assert mqtt.connect("ab") == b"\x10\x0e\0\4MQTT\4\2\0\x0a\0\2ab"
    assert mqtt.connect(level=99)[8] == 99


def test_a_broker_that_goes_on_is_refused() -> None:
    """A goodbye is waited for, but not for ever."""
    assert mqtt.end(b"\xd0\0") is None
    with pytest.raises(Garbled):
        mqtt.end(b"x" * 65)
