"""H2's protocol: what is sent, what frames, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled, h2


def text(value: str | None) -> bytes:
    """Write a text as H2 does."""
    return b"\xff" * 4 if value is None else len(value).to_bytes(4) + value.encode("utf-16-be")


#: An error as 2.3 sends it, with a shorter trace.
ERROR = bytes(4) + text("90047") + text("Version") + text(None) + (90047).to_bytes(4) + text("at")


def test_no_version_that_there_is_is_offered() -> None:
    """The lowest and the highest are the same."""
    assert h2.UNSPOKEN.hex() == "000000ff000000ff"


def test_an_error_is_read() -> None:
    """State and number; message and trace are not kept."""
    assert h2.decode(ERROR) == h2.Refusal("90047", 90047)


@given(size=st.integers(0, len(ERROR) - 1), more=st.binary(max_size=8))
def test_an_error_ends_with_its_trace(size: int, more: bytes) -> None:
    """What is missing is waited for; what follows belongs to nothing."""
    assert h2.frame(ERROR[:size]) is None
    assert h2.frame(ERROR + more) == len(ERROR)


@pytest.mark.parametrize(
    "data", [b"\x00\x00\x00\x01", b"HTTP/1.1 400", b"\x00\x01", bytes(4) + b"\x7f\xff\xff\xff"]
)
def test_what_is_no_error_is_garbled_at_once(data: bytes) -> None:
    """A consent, another protocol, a text beyond the cap."""
    with pytest.raises(Garbled):
        h2.frame(data)


@pytest.mark.parametrize("data", [b"", b"\0\0\0\1", ERROR[:9], ERROR[:30]])
def test_half_an_error_cannot_be_read(data: bytes) -> None:
    """The cursor checks that its bytes are there."""
    with pytest.raises(Garbled):
        h2.decode(data)


@given(head=st.sampled_from([b"", bytes(4), ERROR[:18], ERROR[:40]]), rest=st.binary(max_size=80))
def test_whatever_comes_is_framed_or_refused(head: bytes, rest: bytes) -> None:
    """A length that has come, None while it has not, or `Garbled`."""
    try:
        size = h2.frame(head + rest)
    except Garbled:
        size = None
    assert size is None or 0 < size <= len(head + rest)
