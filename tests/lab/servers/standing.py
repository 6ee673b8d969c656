"""The common case in few lines: one program with its settings, a port, and a canary inside."""

import socket
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.lab.servers.process import (
    LOOPBACK,
    NotYet,
    Program,
    Running,
    folder,
    free_port,
    hand_over,
    running,
)
from tests.lab.servers.tls import Certificate, certificate
from tests.lab.servers.web import Reply, ask


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one server is about to stand: its folder, its port, and how it is to be spoken to."""

    product: str
    mode: str
    home: Path
    port: int
    own: Certificate | None
    """There when the server is to speak TLS."""

    @property
    def name(self) -> str:
        """`redis-locked-tls`: what the server is called in reports."""
        return f"{self.product}-{self.mode}"

    @property
    def tls(self) -> bool:
        """Whether it is to be spoken to in TLS."""
        return self.own is not None

    def write(self, name: str, text: str) -> Path:
        """Write a file of settings into the server's folder."""
        file = self.home / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file


@contextmanager
def place(
    product: str, mode: str = "open", *, tls: bool = False, port: int | None = None
) -> Iterator[Place]:
    """A folder and a port for one server, and a certificate when it is to speak TLS.

    `port` puts it where another server stood before.
    """
    mode = f"{mode}-tls" if tls else mode
    with folder(f"{product}-{mode}") as home:
        yield Place(
            product=product,
            mode=mode,
            home=home,
            port=port or free_port(),
            own=certificate(home) if tls else None,
        )


@contextmanager
def standing(  # noqa: PLR0913  # what the lab must know of each server, by name
    at: Place,
    program: Program,
    *,
    probe: str,
    version: Callable[[], str],
    fill: Callable[[], None],
    state: Callable[[Running], object],
) -> Iterator[Running]:
    """`program` running at that place, filled, and ended with all its children afterwards.

    `version` tells what the server says of itself and is asked until it neither raises NotYet nor
    an OSError; `fill` is then called once, and puts the canary into every value. A program with a
    `user` is given the folder.

    Raises:
        NotStarted: the program ended, or did not answer within its patience.
    """
    hand_over(at.home, program.user)
    log = at.home / "server.log"
    with running(at.name, program, log, version) as told:
        fill()
        yield Running(
            name=at.name,
            product=at.product,
            version=told,
            mode=at.mode,
            port=at.port,
            tls=at.tls,
            log=log,
            probe=probe,
            state=state,
        )


def page(at: Place, path: str = "/", *, ready: Collection[int] = (200, 401)) -> Reply:
    """One page of the server.

    Raises:
        NotYet: it answers with another status; most servers do so while they start.
    """
    reply = ask(at.port, path, tls=at.tls)
    if reply.status not in ready:
        raise NotYet(f"{path} answered {reply.status}")
    return reply


def listens(at: Place) -> None:
    """Connect and hang up; raises OSError while nobody listens."""
    with socket.create_connection((LOOPBACK, at.port), timeout=5):
        pass
