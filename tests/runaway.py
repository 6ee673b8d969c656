"""A probe of another package that tries every way out of the scope, and notes what came of each.

It is installed into a folder of a test's, and loaded by its entry point like any other.
"""

import asyncio
import concurrent.futures
import ctypes
import json
import multiprocessing
import os
import pty
import socket
import subprocess
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import anyio
import httpx

from probes.redis import Redis
from scanner.model import Service
from scanner.probe import Answer

#: Where the notes go, which address and port lie outside, and what a process would make.
NOTES, OUTSIDE, MARK = "RUNAWAY_NOTES", "RUNAWAY_OUTSIDE", "RUNAWAY_MARK"

#: A name that only a resolver could know, and must never be asked.
NAME = "runaway.example"

Outside: TypeAlias = tuple[str, int]
Way: TypeAlias = Callable[[Outside], object]


def _sent(
    family: int, kind: int, send: Callable[[socket.socket], object], protocol: int = 0
) -> None:
    with socket.socket(family, kind, protocol) as sock:
        sock.settimeout(1)
        send(sock)


def _tcp(send: Callable[[socket.socket], object], family: int = socket.AF_INET) -> None:
    _sent(family, socket.SOCK_STREAM, send)


def _udp(send: Callable[[socket.socket], object]) -> None:
    _sent(socket.AF_INET, socket.SOCK_DGRAM, send)


def _packet(_: Outside) -> None:
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sock:
        sock.bind(("lo", 0))
        sock.send(bytes(60))


async def _asyncio_stream(to: Outside) -> None:
    await asyncio.open_connection(*to)


async def _asyncio_datagram(to: Outside) -> None:
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(asyncio.DatagramProtocol, remote_addr=to)


async def _anyio_stream(to: Outside) -> None:
    await anyio.connect_tcp(*to)


def _mark(*_: object) -> None:
    """Make a file, from whichever process."""
    Path(os.environ[MARK]).touch()


def _spawned(method: str) -> Way:
    def start(_: Outside) -> None:
        context: Any = multiprocessing.get_context(method)
        process = context.Process(target=_mark)
        process.start()
        process.join()

    return start


def _pooled(_: Outside) -> None:
    with concurrent.futures.ProcessPoolExecutor(1) as pool:
        pool.submit(_mark).result()


def _forked(_: Outside) -> None:
    if not os.fork():
        _mark()
        os._exit(0)


def _ring(_: Outside) -> None:
    from scanner.sweep.ring import Syscalls  # noqa: PLC0415 - Linux only

    Syscalls()


def _subinterpreter(_: Outside) -> None:
    import _xxsubinterpreters  # type: ignore[import-not-found]  # noqa: PLC0415 - by this name up to 3.12

    _xxsubinterpreters.create()


def _touch() -> list[str]:
    return ["touch", os.environ[MARK]]


NETWORK: Mapping[str, Way] = {
    "connect": lambda to: _tcp(lambda sock: sock.connect(to)),
    "connect_ex": lambda to: _tcp(lambda sock: sock.connect_ex(to)),
    "create_connection": lambda to: socket.create_connection(to, 1),
    "sendto": lambda to: _udp(lambda sock: sock.sendto(b"x", to)),
    "sendto, with flags": lambda to: _udp(lambda sock: sock.sendto(b"x", 0, to)),
    "sendmsg": lambda to: _udp(lambda sock: sock.sendmsg([b"x"], [], 0, to)),
    "UDP, connected": lambda to: _udp(lambda sock: sock.connect(to)),
    "IPv4-mapped": lambda to: _tcp(
        lambda sock: sock.connect((f"::ffff:{to[0]}", to[1])), socket.AF_INET6
    ),
    "another spelling": lambda to: _tcp(lambda sock: sock.connect(("127.2", to[1]))),
    "Unix socket": lambda _: _tcp(lambda sock: sock.connect("/run/docker.sock"), socket.AF_UNIX),
    "raw IP": lambda to: _sent(
        socket.AF_INET,
        socket.SOCK_RAW,
        lambda sock: sock.sendto(bytes(20), (to[0], 0)),
        socket.IPPROTO_ICMP,
    ),
    "packets": _packet,
    "asyncio": lambda to: asyncio.run(_asyncio_stream(to)),
    "asyncio datagrams": lambda to: asyncio.run(_asyncio_datagram(to)),
    "anyio": lambda to: anyio.run(_anyio_stream, to),
    "trio": lambda to: anyio.run(_anyio_stream, to, backend="trio"),
    "httpx": lambda to: httpx.get(f"http://{to[0]}:{to[1]}/", timeout=1, trust_env=False),
    "urllib": lambda to: urllib.request.urlopen(f"http://{to[0]}:{to[1]}/", timeout=1),
}
NAMES: Mapping[str, Way] = {
    "connect to a name": lambda to: _tcp(lambda sock: sock.connect((NAME, to[1]))),
    "connect_ex to a name": lambda to: _tcp(lambda sock: sock.connect_ex((NAME, to[1]))),
    "connect to a name in bytes": lambda to: _tcp(
        lambda sock: sock.connect((NAME.encode(), to[1]))
    ),
    "connect to a name by IPv6": lambda to: _tcp(
        lambda sock: sock.connect((NAME, to[1], 0, 0)), socket.AF_INET6
    ),
    "sendto a name": lambda to: _udp(lambda sock: sock.sendto(b"x", (NAME, to[1]))),
    "sendmsg to a name": lambda to: _udp(lambda sock: sock.sendmsg([b"x"], [], 0, (NAME, to[1]))),
    "getaddrinfo": lambda to: socket.getaddrinfo(NAME, to[1]),
    "gethostbyname": lambda _: socket.gethostbyname(NAME),
    "gethostbyaddr": lambda to: socket.gethostbyaddr(to[0]),
    "getnameinfo": lambda to: socket.getnameinfo(to, 0),
    "httpx to a name": lambda _: httpx.get(f"http://{NAME}/", timeout=1, trust_env=False),
}
PROCESSES: Mapping[str, Way] = {
    "subprocess": lambda _: subprocess.run(_touch(), check=True),  # noqa: S603 - never runs
    "os.system": lambda _: os.system(" ".join(_touch())),  # noqa: S605 - never runs
    "os.popen": lambda _: os.popen(" ".join(_touch())).read(),  # noqa: S605 - never runs
    "os.posix_spawn": lambda _: os.posix_spawnp("touch", _touch(), os.environ),
    "os.fork": _forked,
    "os.execvp": lambda _: os.execvp("touch", _touch()),  # noqa: S606, S607 - never runs
    "pty": lambda _: pty.spawn(_touch()),
    "multiprocessing, spawn": _spawned("spawn"),
    "multiprocessing, forkserver": _spawned("forkserver"),
    "multiprocessing, fork": _spawned("fork"),
    "a pool of processes": _pooled,
    "a sub-interpreter": _subinterpreter,
}
FOREIGN: Mapping[str, Way] = {
    "dlopen": lambda _: ctypes.CDLL(None),
    "dlsym": lambda _: ctypes.PyDLL.__getitem__(ctypes.pythonapi, "connect"),
    "io_uring": _ring,
}
WAYS: Mapping[str, Way] = {**NETWORK, **NAMES, **PROCESSES, **FOREIGN}


def tried(way: Way, outside: Outside) -> str:
    """Try one way in a thread of its own, and name what stopped it; "" for nothing."""
    with concurrent.futures.ThreadPoolExecutor(1) as thread:
        error = thread.submit(way, outside).exception(30)
    if isinstance(error, BaseExceptionGroup):  # a client tries each address that there is
        error = error.exceptions[0]
    return type(error).__name__ if error else ""


class Runaway(Redis):
    """Recognises what Redis does, after it has tried to leave."""

    about = replace(Redis.about, name="runaway")

    def identify(self, front: Answer) -> Service | None:
        """Try every way, and go on as if nothing had been."""
        address, _, port = os.environ[OUTSIDE].rpartition(":")
        notes = {name: tried(way, (address, int(port))) for name, way in WAYS.items()}
        Path(os.environ[NOTES]).write_text(json.dumps(notes), encoding="utf-8")
        return super().identify(front)
