"""What a server holds and which of it was handed out: a round must leave that as it was.

Counters of connections and of the commands that a probe declares are left out; everything else
that a server counts when a record is read or written is in.
"""

import re
import socket
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import pymongo

from scanner.wire import resp
from tests.lab.servers import PASSWORD, USER, Running
from tests.lab.servers.mongo import command
from tests.lab.servers.tls import connect
from tests.lab.servers.web import ask

#: What a round may make a Redis count, and what we ask it ourselves to see its counters.
DECLARED = frozenset({b"ping", b"info", b"dbsize", b"hello", b"auth"})

#: Names and counts of indices, and how many documents were ever handed out, by id or by search.
INDICES = "/_cat/indices?format=json&h=index,docs.count,docs.deleted"
READ = "/_stats/get,search?filter_path=**.primaries.get.total,**.primaries.search.fetch_total"


def state(server: Running) -> object:
    """Give what may not change, in a form that can be compared."""
    return _STATES[server.product](server)


def _indices(server: Running) -> object:
    """Read names and counts, and the counters of what was read."""
    listed, read = (ask(server.port, path, tls=server.tls, login=True) for path in (INDICES, READ))
    # Neither of the two lists has an order of its own.
    return [(page.status, sorted(re.split(rb"[{},]+", page.body))) for page in (listed, read)]


def _keys(server: Running) -> object:
    """Read keys by database, and how often every command was called that no probe declares."""
    if server.mode == "protected":
        return None  # it talks to nobody, us included
    words = (b"INFO keyspace", b"DBSIZE", b"INFO sentinel", b"INFO commandstats")
    with connect(server.address, server.port, tls=server.tls) as stream:
        _reply(stream, b"AUTH " + PASSWORD.encode())
        *held, counted = [_reply(stream, word) for word in words]
    calls = dict(re.findall(rb"cmdstat_(\S+?):calls=(\d+)", counted))
    return held, {name: count for name, count in calls.items() if name not in DECLARED}


def _reply(stream: socket.socket, words: bytes) -> bytes:
    stream.sendall(words + b"\r\n")
    told = b""
    while resp.frame(told) is None:
        told += stream.recv(1 << 16) or b"-ERR closed\r\n"
    return told


def _collections(server: Running) -> object:
    """Read how many documents each collection holds."""
    ask_as = _as_user if server.mode.startswith("locked") else _as_anyone
    run = ask_as(server)
    names = [one["name"] for one in run("admin", {"listDatabases": 1})["databases"]]
    return {
        f"{database}.{collection['name']}": run(database, {"count": collection["name"]})["n"]
        for database in names
        for collection in run(database, {"listCollections": 1})["cursor"]["firstBatch"]
    }


_Run = Callable[[str, dict[str, Any]], dict[str, Any]]


def _as_anyone(server: Running) -> _Run:
    return lambda database, wanted: command(
        server.port, {**wanted, "$db": database}, tls=server.tls
    )


def _as_user(server: Running) -> _Run:
    how = "&tls=true&tlsAllowInvalidCertificates=true" if server.tls else ""
    address = f"mongodb://{USER}:{PASSWORD}@{server.address}:{server.port}/?directConnection=true"

    def run(database: str, wanted: dict[str, Any]) -> dict[str, Any]:
        client: pymongo.MongoClient[dict[str, Any]]
        with pymongo.MongoClient(address + how) as client:
            return client[database].command(wanted)

    return run


def _spool(server: Running) -> object:
    """Read name, size and time of every file of the spool."""
    spool = server.log.parent / "spool"
    files = [path for path in sorted(spool.rglob("*")) if path.is_file()]
    return {
        str(path.relative_to(spool)): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in files
    }


_STATES: Mapping[str, Callable[[Running], object]] = MappingProxyType(
    {
        **dict.fromkeys(("elasticsearch", "opensearch", "nginx"), _indices),
        **dict.fromkeys(("redis", "valkey"), _keys),
        **dict.fromkeys(("ferretdb", "mongo-java-server", "nx-27017", "secantusdb"), _collections),
        **dict.fromkeys(("hylafax", "hylafax-snpp"), _spool),
    }
)
