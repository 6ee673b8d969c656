"""Messages between two processes: whole, in order, bounded."""

import socket
from collections.abc import Iterator

import anyio
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.crew.channel import HEAD, MAX_MESSAGE, Channel
from scanner.crew.messages import Enough, Order, Take

pytestmark = pytest.mark.anyio


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Both ends of a socket, closed after the test."""
    one, other = socket.socketpair()
    with one, other:
        yield one, other


def framed(message: bytes) -> bytes:
    """Write a message as it goes over the socket."""
    return len(message).to_bytes(HEAD) + message


async def all_of(channel: Channel) -> list[bytes]:
    """Receive until the other end is closed."""
    messages = []
    while (message := await channel.receive()) is not None:
        messages.append(message)
    return messages


@given(messages=st.lists(st.binary(max_size=50)), cut=st.integers(1, 20))
async def test_messages_come_whole_and_in_order(messages: list[bytes], cut: int) -> None:
    """However the system cuts the stream."""
    stream = b"".join(map(framed, messages))
    sender, receiver = socket.socketpair()
    with sender, receiver:
        for start in range(0, len(stream), cut):
            sender.sendall(stream[start : start + cut])
        sender.shutdown(socket.SHUT_WR)

        assert await all_of(Channel(receiver)) == messages


async def test_messages_of_one_go_are_messages_of_their_own(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    """Whoever reads cannot tell; none of them is nothing at all."""
    channel = Channel(ends[0])
    await channel.send_all([])
    await channel.send_all([Take(3), Enough(), Take(4)])
    channel.hang_up()

    said = await all_of(Channel(ends[1]))
    assert [msgspec.msgpack.decode(one, type=Order) for one in said] == [
        Take(3),
        Enough(),
        Take(4),
    ]


async def test_a_message_that_was_cut_off_is_none(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    """Whoever sent it was killed; what came before it counts."""
    ends[0].sendall(framed(b"whole") + framed(b"cut off")[:-1])
    ends[0].shutdown(socket.SHUT_WR)

    assert await all_of(Channel(ends[1])) == [b"whole"]


async def test_a_message_that_is_announced_too_large_is_refused(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    """At its head: nothing of it is kept."""
    ends[0].sendall((MAX_MESSAGE + 1).to_bytes(HEAD))

    with pytest.raises(ValueError, match="too large"):
        await Channel(ends[1]).receive()


async def test_who_sends_waits_for_who_reads(ends: tuple[socket.socket, socket.socket]) -> None:
    """Nothing piles up in our memory: a slow reader slows the sender."""
    sent = []

    async def send() -> None:
        channel = Channel(ends[0])
        for number in range(64):
            await channel.send_bytes(bytes(1 << 16))
            sent.append(number)
        channel.hang_up()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(send)
        await anyio.wait_all_tasks_blocked()
        before = len(sent)
        received = await all_of(Channel(ends[1]))

    assert before < 16
    assert len(received) == 64


async def test_two_tasks_that_send_do_not_mix_their_messages(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    """Each is larger than what the system holds between the ends."""
    channel, large = Channel(ends[0]), [bytes([filling]) * (1 << 20) for filling in (1, 2)]

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(channel.send_bytes, large[0])
        tasks.start_soon(channel.send_bytes, large[1])
        other = Channel(ends[1])
        received = [await other.receive(), await other.receive()]

    assert sorted(filter(None, received)) == large


async def test_sending_to_a_closed_end_is_a_broken_pipe(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    """It does not kill the process by a signal."""
    ends[1].close()

    with pytest.raises(BrokenPipeError):
        await Channel(ends[0]).send_bytes(b"x")
