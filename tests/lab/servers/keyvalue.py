"""Memcached and Tarantool: open, locked, and what lies between."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from tests.lab.servers.process import (
    CANARY,
    LOOPBACK,
    PASSWORD,
    USER,
    NotYet,
    Program,
    Running,
    require,
    said_by,
    unprivileged,
)
from tests.lab.servers.standing import Place, place, standing
from tests.lab.servers.tls import connect

ITEMS = ("fax:2018:1", "prescription:1")
"""Keys are data, too: a canary stands in each of them."""


@contextmanager
def memcached(*, locked: bool = False, canary: str = CANARY) -> Iterator[Running]:
    """Two items; locked, it demands a user and a password of whoever speaks text."""
    with place("memcached", "locked" if locked else "open") as at:
        program = require("memcached", at.name, "memcached")
        how: tuple[str | Path, ...] = ("-l", LOOPBACK, "-p", str(at.port), "-U", "0")
        if unprivileged():
            how = (*how, "-u", "nobody")
        if locked:
            how = (*how, "-Y", at.write("users", f"{USER}:{PASSWORD}\n"))
        with standing(
            at,
            Program((program, *how)),
            probe="memcached",
            version=lambda: _memcached_version(program, at),
            fill=lambda: _fill_memcached(at, canary),
            state=held_by_memcached,
        ) as server:
            yield server


def _memcached_version(program: Path, at: Place) -> str:
    said(at.port, b"version\r\n")
    told = re.search(r"[\d.]+", said_by(program, "--version"))
    return told[0] if told else "unknown"


def said(port: int, *commands: bytes) -> list[bytes]:
    """Say commands of memcached, each of which is answered by one packet."""
    with connect(LOOPBACK, port, tls=False) as stream:
        replies = []
        for command in commands:
            stream.sendall(command)
            reply = stream.recv(1 << 16)
            if not reply:
                raise NotYet("closed without an answer")
            replies.append(reply)
        return replies


def _login(*, locked: bool) -> tuple[bytes, ...]:
    """Any `set` is the log-in of the text protocol; its key is ignored."""
    credential = f"{USER} {PASSWORD}".encode()
    return (b"set auth 0 0 %d\r\n%s\r\n" % (len(credential), credential),) if locked else ()


def _fill_memcached(at: Place, canary: str) -> None:
    value = canary.encode()
    sets = (
        b"set %s:%s 0 0 %d\r\n%s\r\n" % (key.encode(), value, len(value), value) for key in ITEMS
    )
    *_, last = said(at.port, *_login(locked=at.mode == "locked"), *sets)
    assert last == b"STORED\r\n", last


def held_by_memcached(server: Running) -> object:
    """Read how many items there are, and how often one was fetched, changed or removed."""
    *_, stats = said(server.port, *_login(locked=server.mode == "locked"), b"stats\r\n")
    names = rb"curr_items|bytes|cmd_\w+|\w+_hits|\w+_misses|total_items"
    return re.findall(rb"STAT (?:%s) \d+\r" % names, stats)


class Guest(StrEnum):
    """What the user `guest` of Tarantool, whom a stranger is, may do."""

    EVERYTHING = "open"
    NOTHING = "locked"
    WRITE = "write-only"  # so that a space is shown, and may not be read
    CONSOLE = "console"  # the text console stands on TCP: whatever is said to it is run


_GRANTS: Mapping[Guest, str] = MappingProxyType(
    {
        Guest.EVERYTHING: "box.schema.user.grant('guest', 'read,write,execute', 'universe')",
        Guest.NOTHING: "",
        Guest.WRITE: "box.schema.user.grant('guest', 'write', 'space', 'faxes')",
        Guest.CONSOLE: "require('console').listen('{address}:{port}')",
    }
)
_TARANTOOL = """\
box.cfg{{wal_mode = 'none', memtx_memory = 33554432, log_level = 3}}
local shape = {{{{name = 'id', type = 'unsigned'}}, {{name = 'patient_name', type = 'string'}}}}
for _, name in pairs({{'faxes', 'prescriptions'}}) do
  local space = box.schema.space.create(name, {{format = shape}})
  space:create_index('pk')
  space:insert{{1, '{canary}'}}
end
box.schema.user.create('{user}', {{password = '{password}'}})
{grant}
box.cfg{{listen = {listen}}}
"""


@contextmanager
def tarantool(guest: Guest = Guest.EVERYTHING, *, canary: str = CANARY) -> Iterator[Running]:
    """Two spaces of one tuple, made by the server's own program before it greets anybody."""
    with place("tarantool", guest) as at:
        program = require("tarantool", at.name, "tarantool")
        where = {"address": LOOPBACK, "port": at.port}
        listen = "nil" if guest is Guest.CONSOLE else f"'{LOOPBACK}:{at.port}'"
        told = {"user": USER, "password": PASSWORD, "canary": canary, "listen": listen}
        settings = _TARANTOOL.format(**told, grant=_GRANTS[guest].format(**where))
        with standing(
            at,
            Program((program, at.write("init.lua", settings))),
            probe="tarantool",
            version=lambda: _greeted(at.port),
            fill=lambda: None,
            state=lambda server: _greeted(server.port),
        ) as server:
            yield server


def _greeted(port: int) -> str:
    with connect(LOOPBACK, port, tls=False) as stream:
        told = re.match(rb"Tarantool ([\d.]+)", stream.recv(128))
    if not told:
        raise NotYet("no greeting")
    return told[1].decode()
