"""Probes that do what no probe may; a worker imports them by name."""

import os
import signal
import socket

from probes.redis import Redis
from scanner.demo.redis import FakeRedis
from scanner.model import Service
from scanner.probe import Answer

#: What the odd server of a ward says to a PING.
FATAL = b"+FATAL\r\n"

#: Outside the range of every ward.
ELSEWHERE = ("127.78.0.1", 9)


class FatalRedis(FakeRedis):
    """Says a word upon which the probes below do their worst."""

    def answer(self, command: list[bytes]) -> bytes:
        """Answer one command."""
        return FATAL if command == [b"PING"] else super().answer(command)


class Deadly(Redis):
    """Kills its process, as the system does when memory runs out."""

    def identify(self, front: Answer) -> Service | None:
        """Recognise a server, or die of it."""
        if front.data == FATAL:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().identify(front)


class Straying(Redis):
    """Leaves the scope."""

    def identify(self, front: Answer) -> Service | None:
        """Recognise a server, or go elsewhere."""
        if front.data == FATAL:
            socket.create_connection(ELSEWHERE, timeout=1).close()
        return super().identify(front)


class Failing(Redis):
    """Has a bug."""

    def identify(self, front: Answer) -> Service | None:
        """Recognise a server, or fail."""
        if front.data == FATAL:
            raise KeyError(front.data)
        return super().identify(front)


class Unportable(Redis):
    """Keeps what no other process can be handed."""

    def __init__(self) -> None:
        self.kept = lambda: None
