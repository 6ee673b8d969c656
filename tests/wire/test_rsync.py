"""The lines of an rsync daemon: greetings, listings, answers."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled, rsync
from scanner.wire.rsync import MAX_LINE, MAX_LINES

LISTING = b"Welcome.\n\nfaxes          \tlab share\nscans a        \t\n@RSYNCD: EXIT\n"


def test_a_greeting_is_one_line() -> None:
    """What comes after it belongs to somebody else."""
    assert rsync.frame_greeting(b"@RSYNCD: 31.0\nmore") == 14
    assert rsync.frame_greeting(b"@RSYN") is None


@pytest.mark.parametrize("data", [b"220 ready\r\n", b"@RSYNCD 31.0\n", b"SSH-2.0-"])
def test_another_greeting_is_garbled_at_its_first_bytes(data: bytes) -> None:
    """Nobody waits for the rest of it."""
    with pytest.raises(Garbled):
        rsync.frame_greeting(data)


def test_a_listing_ends_with_a_word_of_the_daemons_own() -> None:
    """A message of the day comes before it, and has no tab."""
    assert rsync.frame_answer(LISTING + b"x") == len(LISTING)
    assert rsync.frame_answer(LISTING[:-1]) is None
    assert rsync.modules(LISTING) == ("faxes", "scans a")
    assert rsync.answer(LISTING) == b"@RSYNCD: EXIT"


@pytest.mark.parametrize("line", [b"@RSYNCD: OK", b"@RSYNCD: AUTHREQD abc", b"@ERROR: no"])
def test_an_answer_is_the_line_that_settles_it(line: bytes) -> None:
    """Opened, a password, an error."""
    assert rsync.answer(b"Welcome.\n" + line + b"\n") == line


@pytest.mark.parametrize("data", [b"a" * MAX_LINE, b"\n" * (MAX_LINES + 1)])
def test_what_never_ends_is_garbled(data: bytes) -> None:
    """A line, or the lines."""
    with pytest.raises(Garbled):
        rsync.frame_answer(data)


@given(st.binary(max_size=300) | st.binary(max_size=80).map(LISTING.__add__))
def test_any_bytes_are_a_length_or_none_or_garbled(data: bytes) -> None:
    """And what has a length has an answer in it."""
    with contextlib.suppress(Garbled):
        length = rsync.frame_answer(data)
        assert length is None or 0 < length <= len(data)
        assert length is None or rsync.answer(data[:length])
