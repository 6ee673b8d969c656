"""A fake that answers datagrams on loopback, in a thread of its own."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

#: Looking up this often notices that the test is over, in seconds.
GLANCE = 0.05


@dataclass
class Box:
    """Where a fake stands, and what it was sent."""

    port: int
    got: list[bytes] = field(default_factory=list)


@contextmanager
def answering(
    *answers: bytes, elsewhere: bool = False, address: str = "127.0.0.1"
) -> Iterator[Box]:
    """Answer the first datagram with the first of these, and so on; then be silent.

    `elsewhere` answers from another port of the same address.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with (
        socket.socket(family, socket.SOCK_DGRAM) as sock,
        socket.socket(family, socket.SOCK_DGRAM) as other,
    ):
        sock.bind((address, 0))
        other.bind((address, 0))
        box, over = Box(sock.getsockname()[1]), threading.Event()
        sender = other if elsewhere else sock
        serve = threading.Thread(target=_serve, args=(sock, sender.sendto, answers, box, over))
        serve.start()
        try:
            yield box
        finally:
            over.set()
            serve.join()


def _serve(
    sock: socket.socket,
    send: Callable[[bytes, tuple[str, int]], int],
    answers: tuple[bytes, ...],
    box: Box,
    over: threading.Event,
) -> None:
    sock.settimeout(GLANCE)
    left = iter(answers)
    while not over.is_set():
        try:
            data, sender = sock.recvfrom(2048)
        except TimeoutError:
            continue
        box.got.append(data)
        answer = next(left, None)
        if answer is not None:
            send(answer, sender)


@contextmanager
def nobody() -> Iterator[int]:
    """Give a UDP port of loopback on which nobody listens."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
    yield port
