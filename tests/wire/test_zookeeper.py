"""ZooKeeper's frames and words: what frames, what decodes, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled, zookeeper
from scanner.wire.zookeeper import Children

FRAMES = [
    zookeeper.session_frame,
    zookeeper.reply_frame,
    zookeeper.end_frame,
    zookeeper.word_frame,
]
SRVR = b"Zookeeper version: 3.8.4-ab, built on x\nMode: standalone\nNode count: 8\n"


@pytest.mark.parametrize("frame", FRAMES)
@given(data=st.binary(max_size=64))
def test_whatever_comes_is_framed_or_refused(frame: zookeeper.Frame, data: bytes) -> None:
    """A length that has come, None while it has not, or `Garbled`."""
    try:
        size = frame(data)
    except Garbled:
        size = None
    assert size is None or 0 < size <= len(data)


@pytest.mark.parametrize(
    "data", [b"H", b"\0\0\0\x10", b"\x15\x03", b"\0\0\0\x25\0\0\0\1", b"\0\0\0\x25\1"]
)
def test_what_cannot_be_a_session_is_refused_at_once(data: bytes) -> None:
    """It has one of two sizes, and its protocol is version 0."""
    with pytest.raises(Garbled):
        zookeeper.session_frame(data)


@given(st.binary(max_size=120))
def test_any_listing_is_read_or_refused(data: bytes) -> None:
    """No other exception, whatever the counts say."""
    try:
        found = zookeeper.listed(bytes(16) + data)
    except Garbled:
        return
    assert found.error or found.names is not None


def test_a_listing_is_an_error_or_names() -> None:
    """An error has no names behind it."""
    head = bytes(16)
    assert zookeeper.listed(head + b"\xff\xff\xff\x9b") == Children(-101)
    named = bytes(4) + b"\0\0\0\1\0\0\0\1a" + bytes(68)
    assert zookeeper.listed(head + named) == Children(0, ("a",))


@pytest.mark.parametrize(
    ("word", "told"),
    [
        (SRVR, ("3.8.4", 8)),
        (b"srvr is not executed because it is not in the whitelist.\n", (None, None)),
        (b"This ZooKeeper instance is not currently serving requests\n", (None, None)),
    ],
)
def test_a_word_is_read_as_far_as_it_tells(word: bytes, told: tuple[str | None, int]) -> None:
    """Its last line is its end; it may be switched off."""
    assert zookeeper.word_frame(word) == len(word)
    assert zookeeper.described(word) == told


def test_a_word_without_an_end_is_refused() -> None:
    """Nothing is waited for beyond its cap."""
    with pytest.raises(Garbled):
        zookeeper.word_frame(b"x" * 5000)
