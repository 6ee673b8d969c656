"""The first word of an HL7 interface: the greeting of an engine, or the byte of a message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled, mllp

GREETING = b"\0\0\0:R\0\0\0\0\x01\0\0\x0016791614489711164477|Rhapsody Engine 6.2.1|4"


def test_of_a_message_one_byte_is_taken() -> None:
    """Whatever is behind it, it is a patient's."""
    assert mllp.frame_word(b"\x0bMSH|^~\\&|WARD|") == 1
    assert mllp.frame_word(b"\x0b") == 1


def test_a_greeting_tells_its_version() -> None:
    """It ends where its last field begins."""
    length = len(GREETING) - 1
    assert mllp.frame_word(GREETING) == length
    assert mllp.engine(GREETING[:length]) == "6.2.1"
    assert mllp.engine(b"\x0b") is None


@given(st.integers(0, len(GREETING) - 2))
def test_a_greeting_that_is_cut_short_is_waited_for(length: int) -> None:
    """Silence and a beginning are no word yet."""
    assert mllp.frame_word(GREETING[:length]) is None


@pytest.mark.parametrize(
    "data",
    [
        b"S",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"220 ready\r\n",
        b"\x15\x03\x01",
        b"\0\0\0:x",
        b"\0\0\0:R" + bytes(mllp.MAX_WORD),
    ],
)
def test_another_first_word_is_garbled_at_once(data: bytes) -> None:
    """Nobody waits for the rest of it."""
    with pytest.raises(Garbled):
        mllp.frame_word(data)


@given(st.binary(max_size=200) | st.binary(max_size=200).map(lambda tail: GREETING[:14] + tail))
def test_any_bytes_are_a_word_or_none_or_garbled(data: bytes) -> None:
    """A word is never longer than its cap, and tells a version or is no greeting."""
    try:
        length = mllp.frame_word(data)
    except Garbled:
        return
    assert length is None or 0 < length <= min(len(data), mllp.MAX_WORD)
    assert length is None or data[:length] == mllp.START or mllp.engine(data[:length])
