"""A process that is the estate: `python -m tests.hostile.estate BLOCK`.

It says on one line where everybody listens, and when its standard input ends, who fell into the
trap. All of it is on loopback, in 127.BLOCK.0.0/16 but for the trap, whose address follows it.
"""

import random
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, suppress
from itertools import cycle, islice
from typing import TypeAlias

import anyio
import msgspec
from anyio.abc import ByteStream, SocketStream, TaskGroup
from anyio.streams.tls import TLSStream

from scanner.demo.listen import GONE
from tests.fakes.http import page
from tests.fakes.scripted import Says
from tests.hostile import datagrams
from tests.hostile.kinds import PORTS, Kind, honest, hostile
from tests.hostile.lures import Lures

HOSTILE, HONEST = 1_150, 100

#: Servers that let no connection in, neither open nor closed.
DEAF = 10

#: Hosts of the estate; each has two services or three, one of which may be honest.
HOSTS = 500

#: The first of the ports, below those that a system hands out on its own.
FIRST_PORT = 22_000

#: More of them on one host are a host that answers everywhere.
MAX_OPEN_PORTS = 12


Place: TypeAlias = tuple[str, int]


class Service(msgspec.Struct, frozen=True):
    """One server: what it is, where, and whether a finding must be made of it."""

    name: str
    address: str
    port: int
    is_open: bool

    @property
    def endpoint(self) -> Place:
        """Give where it listens."""
        return self.address, self.port


class Standing(msgspec.Struct, frozen=True):
    """The first line: everybody listens."""

    services: tuple[Service, ...]
    trap: str


class Fallen(msgspec.Struct, frozen=True):
    """The last line: how many connections and datagrams the trap has seen."""

    trapped: int


def port_of(default: int) -> int:
    """Give the port of the estate that stands for a default one."""
    return FIRST_PORT + list(PORTS).index(default)


def datagram_port_of(probe: str) -> int:
    """Give the port of the estate that a probe which sends datagrams is pointed at."""
    return FIRST_PORT + len(PORTS) + datagrams.PROBES.index(probe)


def placed(block: int) -> Iterator[tuple[Kind, Service]]:
    """Give each server its address: the ports of a host are hostile and honest by chance."""
    lures = Lures(trap_of(block))
    kinds = [*islice(cycle(hostile(lures)), HOSTILE), *islice(honest(lures), HONEST)]
    random.Random(7).shuffle(kinds)
    taken: Counter[int] = Counter()
    for kind in kinds:
        # Each port begins at another host, so that they are spread.
        host = (list(PORTS).index(kind.port) * 23 + taken[kind.port]) % HOSTS
        taken[kind.port] += 1
        yield kind, _service(kind, _address(block, host))
    everywhere = Says(page(b"{}"), first=True)
    for default in PORTS:
        kind = Kind("all ports open", default, everywhere)
        yield kind, _service(kind, _address(block, HOSTS))


def trap_of(block: int) -> str:
    """Give the address that is in no scope."""
    return f"127.{block + 1}.0.1"


def _address(block: int, host: int) -> str:
    return f"127.{block}.{host // 250}.{host % 250 + 1}"


def _service(kind: Kind, address: str) -> Service:
    return Service(kind.name, address, port_of(kind.port), kind.is_open)


async def _stand(block: int) -> None:
    """Stand until standard input ends."""
    trapped: Counter[str] = Counter()

    async def trap(_stream: ByteStream) -> None:
        trapped["connections"] += 1

    with ExitStack() as held:
        async with anyio.create_task_group() as tasks:
            services = [await _serving(tasks, kind, service) for kind, service in placed(block)]
            deaf = [_deafened(held, _address(block, HOSTS + 1), 22_000 + n) for n in range(DEAF)]
            for port in (*PORTS, 9_200, 9_180, *map(port_of, PORTS)):
                with suppress(OSError):  # a default port that somebody else has everywhere
                    await _listen(tasks, Kind("trap", port, trap), (trap_of(block), port))
            told = [one async for one in _answering(tasks, block, trapped)]
            _say(Standing((*services, *deaf, *told), trap_of(block)))
            await anyio.to_thread.run_sync(sys.stdin.read)
            tasks.cancel_scope.cancel()
    _say(Fallen(trapped.total()))


async def _answering(tasks: TaskGroup, block: int, trapped: Counter[str]) -> AsyncIterator[Service]:
    """Stand those who answer datagrams, each on a host of its own."""
    trap = await datagrams.bound(trap_of(block), FIRST_PORT)
    tasks.start_soon(datagrams.count, trap, lambda: trapped.update(["datagrams"]))
    for host, sender in enumerate(datagrams.senders(), start=HOSTS + 2):
        address, port = _address(block, host), datagram_port_of(sender.probe)
        mine = await datagrams.bound(address, port)
        tasks.start_soon(datagrams.answer, sender, mine, trap)
        if not sender.elsewhere:  # nobody listens to the others
            yield Service(sender.name, address, port, is_open=False)


def _say(line: msgspec.Struct) -> None:
    sys.stdout.write(msgspec.json.encode(line).decode() + "\n")
    sys.stdout.flush()


async def _serving(tasks: TaskGroup, kind: Kind, service: Service) -> Service:
    await _listen(tasks, kind, service.endpoint)
    return service


async def _listen(tasks: TaskGroup, kind: Kind, at: tuple[str, int]) -> None:
    listener = await anyio.create_tcp_listener(local_host=at[0], local_port=at[1])

    async def converse(stream: SocketStream) -> None:
        async with stream:
            with suppress(*GONE):
                await kind.serve(await _wrapped(stream, kind))

    tasks.start_soon(listener.serve, converse)


async def _wrapped(stream: SocketStream, kind: Kind) -> ByteStream:
    if kind.tls is None:
        return stream
    return await TLSStream.wrap(
        stream, server_side=True, ssl_context=kind.tls, standard_compatible=False
    )


def _deafened(held: ExitStack, address: str, port: int) -> Service:
    """Listen, and let nobody in: what may wait has been taken up by ourselves."""
    listener = held.enter_context(socket.create_server((address, port), backlog=0))
    for _ in range(2):
        client = held.enter_context(socket.socket())
        client.settimeout(0)
        client.connect_ex(listener.getsockname())
    return Service("deaf", address, port, is_open=False)


if __name__ == "__main__":
    anyio.run(_stand, int(sys.argv[1]))
