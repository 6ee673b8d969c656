"""Hanging up: nothing is sent, nothing is awaited, and the next ask has a new connection."""

import pytest

from scanner.anew import HANG_UP, anew
from scanner.model import Silence
from scanner.probe import NoAnswer
from scanner.wire import Garbled


@pytest.mark.parametrize("data", [b"", b"anything"])
def test_no_bytes_are_ever_a_reply(data: bytes) -> None:
    """So the gate closes at once, without waiting for the peer."""
    with pytest.raises(Garbled):
        HANG_UP.framing(data)


def test_the_silence_that_follows_is_expected() -> None:
    """The dialogue goes on with its next ask."""
    steps = anew()
    assert next(steps) is HANG_UP

    with pytest.raises(StopIteration):
        steps.throw(NoAnswer(Silence.GARBLED, ""))
