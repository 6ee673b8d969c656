"""A connection of its own for the next ask, where a protocol allows one question each."""

from collections.abc import Generator
from contextlib import suppress

from scanner.probe import Answer, Listen, NoAnswer, StreamAsk
from scanner.wire import Garbled


def _no_more(_: bytes) -> int | None:
    raise Garbled("the conversation is over")


#: Sends nothing and waits for nothing: no word can be a reply to it, so the gate closes its end,
#: and whatever is asked next opens a new connection.
HANG_UP = Listen(name="hang up", framing=_no_more, max_bytes=1)


def anew() -> Generator[StreamAsk, Answer, None]:
    """Let the next ask have a new connection."""
    with suppress(NoAnswer):
        yield HANG_UP
