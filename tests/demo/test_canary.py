"""The count of canaries cannot be dodged by how a server cuts its output."""

import anyio
import pytest
from anyio.streams.stapled import StapledByteStream
from hypothesis import given
from hypothesis import strategies as st

from scanner.demo.canary import CANARY, Leaks, Watched

MARK = CANARY.encode()


class Collects(anyio.abc.ByteSendStream):
    """The far end of a server's output."""

    def __init__(self) -> None:
        self.sent = b""

    async def send(self, item: bytes) -> None:
        """Take what is sent."""
        self.sent += item

    async def aclose(self) -> None:
        """Do nothing."""


class Mute(anyio.abc.ByteReceiveStream):
    """A client that says nothing."""

    async def receive(self, max_bytes: int = 65536) -> bytes:  # noqa: ARG002 - the interface has it
        """Be gone."""
        raise anyio.EndOfStream

    async def aclose(self) -> None:
        """Do nothing."""


def sent_in(parts: list[bytes]) -> tuple[bytes, int]:
    """Send parts through the ear; give what arrived and what it counted."""

    async def send() -> tuple[bytes, int]:
        leaks, far = Leaks(), Collects()
        watched = Watched(StapledByteStream(far, Mute()), leaks)
        for part in parts:
            await watched.send(part)
        return far.sent, leaks.bytes

    return anyio.run(send)


@pytest.mark.parametrize("cut", range(1, len(MARK)))
def test_a_canary_cut_in_two_is_counted_once(cut: int) -> None:
    """Where the cut falls makes no difference."""
    assert sent_in([b"a" + MARK[:cut], MARK[cut:] + b"b"])[1] == len(MARK)


@given(st.lists(st.sampled_from([MARK, MARK[:4], MARK[4:], b"", b"C", b"\n"]), max_size=12))
def test_the_count_is_that_of_the_whole_output(parts: list[bytes]) -> None:
    """Any cutting gives the count of the output in one piece."""
    arrived, counted = sent_in(parts)

    assert arrived == b"".join(parts)
    assert counted == arrived.count(MARK) * len(MARK)
