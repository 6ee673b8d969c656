"""A fake modality that keeps count of what is done to it, and rounds that call on it."""

import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from ipaddress import ip_network
from pathlib import Path
from typing import Any, TypeAlias

from scanner.care import CARE
from scanner.model import Access, Assessment, AssetClass, Outcome, Service
from scanner.pipeline import Walk
from scanner.plan import Plan
from scanner.prepare import Order, Prepared, prepare
from scanner.probe import (
    HANG_UP,
    About,
    Answer,
    AnyProbe,
    Datagram,
    DatagramDialogue,
    Ends,
    Exchange,
    Listen,
    StreamAsk,
    StreamDialogue,
)
from scanner.rounds import Manner, Outputs, Result, run, utc_now
from tests.ground import SIGNED

#: What a device does with a connection; it gives back what it heard on it.
Conduct: TypeAlias = Callable[[socket.socket], bytes]


def _hello() -> bytes:
    return b"HELLO\n"


def _knock(_ends: Ends) -> bytes:
    return b"knock"


def _anything(data: bytes) -> int | None:
    return len(data) or None


HELLO = Exchange(name="HELLO", encode=_hello, framing=_anything)
KNOCK = Datagram(name="knock", encode=_knock)
WAITING = Listen(name="greeting", framing=_anything, seconds=0.1)

#: As for real devices, but for the seconds.
SHORT = replace(CARE[AssetClass.MEDICAL], rest=0.2, held=1.0, connect=0.3)

ROOT = Path(__file__).parents[2]

#: Linger on, for no time: closing such a socket sends a reset.
_RESET = struct.pack("ii", 1, 0)

ALWAYS = '[[medical.windows]]\nfrom = "00:00"\nuntil = "24:00"\n'
CONSENT = f'[medical]\nmode = "handshake"\napprover = "Biomedical engineering"\n{ALWAYS}'
ZONE = '[[zones]]\nname = "imaging"\nranges = ["127.0.0.1"]\nclass = "medical"\n'


def answers(connection: socket.socket) -> bytes:
    """Answer what is said, until the other side leaves."""
    heard = b""
    while said := connection.recv(1024):
        heard += said
        connection.sendall(b"READY\n")
    return heard


def mute(connection: socket.socket) -> bytes:
    """Never answer, until the other side leaves."""
    heard = b""
    while said := connection.recv(1024):
        heard += said
    return heard


def resets(connection: socket.socket) -> bytes:
    """Reset the connection at the first word."""
    heard = connection.recv(1024)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    return heard


def answers_once(connection: socket.socket) -> bytes:
    """Answer the first word, and reset the connection without being asked again."""
    heard = connection.recv(1024)
    connection.sendall(b"READY\n")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    return heard


@dataclass(slots=True)
class Modality:
    """One device behind several ports; it is made for one connection at a time."""

    conduct: Conduct
    address: str = "127.0.0.1"
    ports: list[int] = field(default_factory=list)
    begun: list[float] = field(default_factory=list)
    ended: list[float] = field(default_factory=list)
    at: list[int] = field(default_factory=list)
    heard: bytes = b""
    most_at_once: int = 0

    @property
    def rests(self) -> list[float]:
        """Give the seconds between the end of each connection and the beginning of the next."""
        return [begun - ended for ended, begun in zip(self.ended, self.begun[1:], strict=False)]

    @property
    def longest(self) -> float:
        """Give the seconds that the longest connection took."""
        return max(end - begin for begin, end in zip(self.begun, self.ended, strict=True))

    def listen(self, address: str | None = None, port: int = 0) -> socket.socket:
        """Open one more port, of this device or of another that is counted together with it."""
        listener = socket.create_server((address or self.address, port))
        self.ports.append(listener.getsockname()[1])
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        return listener

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:  # the test is over
                return
            threading.Thread(target=self._take, args=(connection,), daemon=True).start()

    def _take(self, connection: socket.socket) -> None:
        self.begun.append(time.monotonic())
        self.at.append(connection.getsockname()[1])
        self.most_at_once = max(self.most_at_once, len(self.begun) - len(self.ended))
        with connection, suppress(ConnectionResetError):  # by a process that was killed
            self.heard += self.conduct(connection)
        self.ended.append(time.monotonic())

    def has_begun(self, connections: int) -> bool:
        """Wait until so many connections have begun, and tell whether they did."""
        deadline = time.monotonic() + 30
        while len(self.begun) < connections and time.monotonic() < deadline:
            time.sleep(0.001)
        return len(self.begun) >= connections

    def all_ended(self) -> bool:
        """Wait until every connection has ended, and tell whether they did."""
        deadline = time.monotonic() + 5
        while len(self.ended) < len(self.begun) and time.monotonic() < deadline:
            time.sleep(0.01)
        return len(self.ended) == len(self.begun)


@contextmanager
def modality(conduct: Conduct, ports: int = 2, address: str = "127.0.0.1") -> Iterator[Modality]:
    """Have a device stand there for the length of a block."""
    device = Modality(conduct, address)
    with ExitStack() as listeners:
        for _ in range(ports):
            listener = listeners.enter_context(device.listen())
            listeners.callback(partial(listener.shutdown, socket.SHUT_RDWR))
        yield device


@contextmanager
def ward(conduct: Conduct, range_: str) -> Iterator[Modality]:
    """Have a device on each address of a range, on one port, and count them all together."""
    first, *others = map(str, ip_network(range_))
    with modality(conduct, ports=1, address=first) as devices, ExitStack() as listeners:
        for address in others:
            listener = listeners.enter_context(devices.listen(address, devices.ports[0]))
            listeners.callback(partial(listener.shutdown, socket.SHUT_RDWR))
        yield devices


@contextmanager
def switched_off(ports: int) -> Iterator[list[int]]:
    """Give ports on which nobody answers a SYN: their queues are full, and nobody accepts."""
    with ExitStack() as opened:
        listeners = [opened.enter_context(socket.socket()) for _ in range(ports)]
        for listener in listeners:
            listener.bind(("127.0.0.1", 0))
            listener.listen(0)
            for _ in range(3):
                waiting = opened.enter_context(socket.socket())
                waiting.settimeout(0)
                waiting.connect_ex(listener.getsockname())
        yield [listener.getsockname()[1] for listener in listeners]


class Greeter:
    """A probe that is made for medical devices; it may want more connections than one.

    With `asks` above one it stays on each, and greets again.
    """

    def __init__(
        self,
        ports: Sequence[int],
        *,
        connections: int = 1,
        asks: int = 1,
        front: StreamAsk = HELLO,
        made_for: AssetClass | None = AssetClass.MEDICAL,
    ) -> None:
        self.connections = connections
        self.asks = asks
        self.about = About(
            name="greeter",
            title="A device greets anyone",
            ports=frozenset(ports),
            front=front,
            asks=tuple({front, HELLO, HANG_UP}),
            proves="nothing",
            cwe=306,
            remedy="None.",
            made_for=made_for,
        )

    def identify(self, front: Answer) -> Service | None:
        """Recognise whoever says something."""
        return Service("modality") if front.data else None

    def assess(self, front: Answer) -> StreamDialogue:
        """Greet again, on this connection and on one of its own each time."""
        del front
        for _ in range(self.asks - 1):
            yield HELLO
        for _ in range(self.connections - 1):
            yield HANG_UP
            yield HELLO
        return _known()


class Knocker:
    """A probe that is made for printers, and speaks UDP."""

    def __init__(self, *ports: int) -> None:
        self.about = About(
            name="knocker",
            title="A printer answers",
            udp_ports=frozenset(ports),
            front=KNOCK,
            asks=(KNOCK,),
            proves="nothing",
            cwe=306,
            remedy="None.",
            made_for=AssetClass.PRINTER,
        )

    def identify(self, front: Answer) -> Service | None:
        """Recognise whoever says something."""
        return Service("modality") if front.data else None

    def assess(self, front: Answer) -> DatagramDialogue:
        """Leave it at that."""
        del front
        yield from ()
        return _known()


def _known() -> Outcome:
    return Assessment(access=Access.IDENTIFIED, service=Service("modality"), because="it greets")


@dataclass(frozen=True, slots=True)
class Site:
    """A folder to walk rounds from, over one device on loopback."""

    folder: Path

    def prepared(
        self, *probes: AnyProbe, scope: str = ZONE + CONSENT, range_: str = "127.0.0.1"
    ) -> Prepared:
        """Lay out a round of these probes; the tables of the scope come last in its file."""
        path = self.folder / "scope.toml"
        path.write_text(f'{SIGNED}ranges = ["{range_}"]\n{scope}', encoding="utf-8")
        path.chmod(0o600)
        prepared = prepare(Order(scope=path, probes=("redis",)), now=utc_now())
        plan = Plan.of(prepared.scope, None, probes)
        return replace(prepared, probes=probes, plan=plan)

    def walk(
        self,
        prepared: Prepared,
        *,
        watch: Callable[[Walk], None] = lambda _: None,
        manner: Manner | None = None,
    ) -> Result:
        """Walk a round to its end, with short rests unless the manner says otherwise."""
        outputs = Outputs(
            sinks=(),
            history=self.folder / "history.sqlite",
            audit=self.folder / "audit.jsonl",
            vantage="here",
        )
        return run(prepared, outputs, watch=watch, manner=manner or gently())


def begin(folder: Path, port: int, *options: str) -> "subprocess.Popen[bytes]":
    """Begin a round in a process of its own, which greets a device three times."""
    command = [sys.executable, "-m", "tests.fakes.modality", str(folder), str(port), *options]
    return subprocess.Popen(command, cwd=ROOT)  # noqa: S603 - ourselves


def gently(**options: Any) -> Manner:
    """Walk as a round does, in a fraction of the time."""
    printer = replace(CARE[AssetClass.PRINTER], rest=0.1, held=0.5, connect=0.3)
    care = {AssetClass.MEDICAL: SHORT, AssetClass.PRINTER: printer}
    return replace(Manner(care=care), **options)


if __name__ == "__main__":
    _site, _greeter = Site(Path(sys.argv[1])), Greeter([int(sys.argv[2])], connections=3)
    _site.walk(_site.prepared(_greeter), manner=gently(resume="--resume" in sys.argv))
