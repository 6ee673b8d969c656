"""Servers that speak MongoDB's protocol: FerretDB, SecantusDB, mongo-java-server and NX-27017."""

import socket
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import bson
import pymongo

from tests.lab.layout import Family, java_home
from tests.lab.servers.process import (
    CANARY,
    LOOPBACK,
    PASSWORD,
    USER,
    NotStarted,
    NotYet,
    Program,
    Running,
    folder,
    free_port,
    require,
    running,
)
from tests.lab.servers.tls import certificate, connect

FAMILY = Family("mongodb")
DATABASE = "practice"
COLLECTIONS = ("faxes", "prescriptions")
DOCUMENTS = 2  # in each collection

_OP_MSG = 2013
_HEADER = struct.Struct("<iiii")


_Argv = Callable[[Path, int], tuple[str | Path, ...]]
_Run = Callable[[str, dict[str, Any]], dict[str, Any]]


@contextmanager
def ferretdb(*, canary: str = CANARY) -> Iterator[Running]:
    """FerretDB v1 on SQLite, open: it has no users of its own."""
    program = require(FAMILY.programs / "ferretdb", "ferretdb-open", "FerretDB")

    def argv(home: Path, port: int) -> tuple[str | Path, ...]:
        return (program, "-addr", f"{LOOPBACK}:{port}", "-dir", home)

    yield from _open("ferretdb", argv, canary)


@contextmanager
def mongo_java_server(*, canary: str = CANARY) -> Iterator[Running]:
    """The memory backend of mongo-java-server, open: it has no users at all."""
    name = "mongo-java-server-open"
    require(FAMILY.classes / "MongoStandIn.class", name, "its main class")
    class_path = f"{FAMILY.classes}:{FAMILY.jars}/*"
    java = java_home(17)
    if java is None:
        raise NotStarted(name, "needs Java 17, which is not on this machine")
    serve = (java / "bin" / "java", "-Xmx64m", "-cp", class_path, "MongoStandIn")

    def argv(_: Path, port: int) -> tuple[str | Path, ...]:
        return (*serve, LOOPBACK, str(port))

    yield from _open("mongo-java-server", argv, canary)


@contextmanager
def nx27017(*, canary: str = CANARY) -> Iterator[Running]:
    """NX-27017 in memory, open: it has no users at all."""
    program = require(FAMILY.venv / "bin" / "nx-27017", "nx-27017-open", "NX-27017")

    def argv(home: Path, port: int) -> tuple[str | Path, ...]:
        files = ("--log-file", home / "nx.log", "--pid-file", home / "nx.pid")
        return (program, "--host", LOOPBACK, "-p", str(port), "--db", "memory", *files)

    yield from _open("nx-27017", argv, canary)


@contextmanager
def secantusdb(
    *, locked: bool = False, tls: bool = False, canary: str = CANARY
) -> Iterator[Running]:
    """SecantusDB on WiredTiger; `locked` has SCRAM users and refuses everyone else."""
    mode = ("locked" if locked else "open") + ("-tls" if tls else "")
    name = f"secantusdb-{mode}"
    program = require(FAMILY.venv / "bin" / "secantusd-py", name, "SecantusDB")
    with folder(name) as home:
        port = free_port()
        argv = (
            *(program, "--host", LOOPBACK, "--port", str(port)),
            *("--storage-path", home / "data", "--cache-size", "64M"),
        )
        log = home / "server.log"
        # Filled by a first start without users: afterwards nobody but a user may write.
        with running(name, Program(argv), log, lambda: _version(port)):
            _fill(port, canary)
            if locked:
                _create_user(port)
        more: tuple[str | Path, ...] = ("--auth",) if locked else ()
        if tls:
            own = certificate(home)
            more += ("--tls-cert-file", own.chain, "--tls-key-file", own.key)
        again = Program((*argv, *more))
        with running(name, again, log, lambda: _version(port, tls=tls)) as version:
            yield Running(
                name=name,
                product="secantusdb",
                version=version,
                mode=mode,
                port=port,
                tls=tls,
                log=log,
                probe="mongodb",
                state=held,
            )


def _open(product: str, argv: _Argv, canary: str) -> Iterator[Running]:
    """Runs a server that knows no users: open is the only way in which it can stand."""
    name = f"{product}-open"
    with folder(name) as home:
        port = free_port()
        log = home / "server.log"
        with running(name, Program(argv(home, port)), log, lambda: _version(port)) as version:
            _fill(port, canary)
            yield Running(
                name=name,
                product=product,
                version=version,
                mode="open",
                port=port,
                log=log,
                probe="mongodb",
                state=held,
            )


def _version(port: int, *, tls: bool = False) -> str:
    """What buildInfo says: the MongoDB release that the server claims to be."""
    told = command(port, {"buildInfo": 1, "$db": "admin"}, tls=tls)
    if "version" not in told:
        raise NotYet(f"buildInfo answered {told}")
    return str(told["version"])


def _fill(port: int, canary: str) -> None:
    for collection in COLLECTIONS:
        documents = [
            {"_id": number, "patient_name": canary, "fax_number": canary}
            for number in range(1, DOCUMENTS + 1)
        ]
        stored = command(port, {"insert": collection, "documents": documents, "$db": DATABASE})
        if stored.get("n") != DOCUMENTS:
            raise NotStarted(collection, f"could not be filled: {stored}")


def _create_user(port: int) -> None:
    made = command(port, {"createUser": USER, "pwd": PASSWORD, "roles": ["root"], "$db": "admin"})
    if made.get("ok") != 1:
        raise NotStarted(USER, f"could not be created: {made}")


def command(port: int, wanted: Mapping[str, object], *, tls: bool = False) -> dict[str, Any]:
    """One OP_MSG and its reply; a driver would also dial the hosts that the server announces."""
    body = struct.pack("<IB", 0, 0) + bson.encode(wanted)
    message = _HEADER.pack(_HEADER.size + len(body), 1, 0, _OP_MSG) + body
    with connect(LOOPBACK, port, tls=tls) as stream:
        stream.sendall(message)
        length, _, _, _ = _HEADER.unpack(_exactly(stream, _HEADER.size))
        reply = _exactly(stream, length - _HEADER.size)
    return dict(bson.decode(reply[5:]))


def _exactly(stream: socket.socket, count: int) -> bytes:
    received = b""
    while len(received) < count:
        chunk = stream.recv(count - len(received))
        if not chunk:
            raise NotYet("closed before the reply was whole")
        received += chunk
    return received


def held(server: Running) -> object:
    """Read how many documents each collection holds."""
    ask_as = _as_user if server.mode.startswith("locked") else _as_anyone
    run = ask_as(server)
    names = [one["name"] for one in run("admin", {"listDatabases": 1})["databases"]]
    return {
        f"{database}.{collection['name']}": run(database, {"count": collection["name"]})["n"]
        for database in names
        for collection in run(database, {"listCollections": 1})["cursor"]["firstBatch"]
    }


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
