"""The greeting of OpenWire: what frames, what is read, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled, openwire

PROPERTY = b"\x00\x0fProviderVersion\x09\x00"


@given(
    opening=st.sampled_from([b"", b"\0\0\0\x09\x01ActiveMQ", b"\0\0\0"]),
    rest=st.binary(max_size=20),
)
def test_whatever_comes_is_framed_or_refused(opening: bytes, rest: bytes) -> None:
    """A length that has come, None while it has not, or `Garbled`."""
    try:
        size = openwire.frame(opening + rest)
    except Garbled:
        size = None
    assert size is None or 4 <= size <= len(opening + rest)


@pytest.mark.parametrize(
    "data", [b"HTTP/1.1", b"\x7f\xff\xff\xff\x01", b"\0\0\0\x09\x02", b"\x15\3\1\0\2"]
)
def test_what_cannot_be_a_greeting_is_refused_at_once(data: bytes) -> None:
    """Another protocol, a frame beyond the cap, another command."""
    with pytest.raises(Garbled):
        openwire.frame(data)


@pytest.mark.parametrize(
    ("told", "version"),
    [(b"\x065.17.2", "5.17.2"), (b"\x06latest", None), (b"", None)],
)
def test_a_version_is_a_text_of_the_properties(told: bytes, version: str | None) -> None:
    """Only what has a number's shape is kept."""
    assert openwire.version(PROPERTY + told) == version
