"""Cassandra 5, one node that is a cluster of its own: open, or behind its passwords."""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager

from scanner.wire import cql
from tests.lab.layout import Family, java_home
from tests.lab.servers.process import (
    CANARY,
    LOOPBACK,
    NotStarted,
    NotYet,
    Program,
    Running,
    free_port,
    require,
)
from tests.lab.servers.standing import Place, place, standing
from tests.lab.servers.tls import connect

FAMILY = Family("cassandra")
JAVA = 17

#: The account that every Cassandra with passwords begins with.
FIRST = "cassandra"

_PATIENCE = 90.0  # 12 s alone; other nodes share the two cores
_SETTINGS = """\
cluster_name: lab
num_tokens: 1
partitioner: org.apache.cassandra.dht.Murmur3Partitioner
endpoint_snitch: SimpleSnitch
seed_provider:
  - class_name: org.apache.cassandra.locator.SimpleSeedProvider
    parameters: [{{seeds: "{address}:{storage}"}}]
listen_address: {address}
rpc_address: {address}
storage_port: {storage}
ssl_storage_port: {storage_tls}
native_transport_port: {port}
authenticator: {authenticator}
authorizer: {authorizer}
commitlog_sync: periodic
commitlog_sync_period: 10000ms
data_file_directories: [{home}/data]
commitlog_directory: {home}/commitlog
saved_caches_directory: {home}/saved_caches
hints_directory: {home}/hints
cdc_raw_directory: {home}/cdc
memtable_heap_space: 64MiB
"""
_OPENED = (
    *("java.base/java.io", "java.base/java.lang", "java.base/java.lang.reflect"),
    *("java.base/java.net", "java.base/java.nio", "java.base/java.util"),
    *("java.base/java.util.concurrent", "java.base/java.util.concurrent.atomic"),
    *("java.base/jdk.internal.loader", "java.base/jdk.internal.math", "java.base/sun.nio.ch"),
    *("java.base/jdk.internal.misc", "java.base/jdk.internal.module"),
    *("java.base/jdk.internal.ref", "java.base/jdk.internal.reflect"),
    *("java.base/jdk.internal.util.jar", "java.management/com.sun.jmx.remote.security"),
    *("java.management.rmi/sun.rmi.transport", "java.rmi/sun.rmi.registry"),
    *("java.rmi/sun.rmi.server", "java.rmi/sun.rmi.transport.tcp", "java.sql/java.sql"),
    "jdk.management/com.sun.management.internal",
)
"""Packages of the runtime that Cassandra reaches into; its own scripts open the same."""

_TABLES = (
    (
        "CREATE KEYSPACE practice"
        " WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}"
    ),
    "CREATE TABLE practice.faxes (id int PRIMARY KEY, patient_name text, fax_number text)",
    "INSERT INTO practice.faxes (id, patient_name, fax_number) VALUES (1, '{0}', '{0}')",
    "INSERT INTO practice.faxes (id, patient_name, fax_number) VALUES (2, '{0}', '{0}')",
)
_READS = (
    "SELECT keyspace_name, table_name, count FROM system_views.coordinator_read_latency"
    " WHERE keyspace_name = 'practice' AND table_name = 'faxes'"
)
OPCODE = 4  # where it stands in a frame
_AUTHENTICATE, _AUTH_RESPONSE, _AUTH_SUCCESS = 0x03, 0x0F, 0x10


@contextmanager
def cassandra(*, locked: bool = False, canary: str = CANARY) -> Iterator[Running]:
    """One table with two rows."""
    with place("cassandra", "locked" if locked else "open") as at:
        java = java_home(JAVA)
        if java is None:
            raise NotStarted(at.name, f"needs Java {JAVA}, which is not on this machine")
        require(FAMILY.jars, at.name, "cassandra-all")
        at.write("cassandra.yaml", _settings(at, locked=locked))
        (at.home / "tmp").mkdir()
        argv = (
            *(str(java / "bin" / "java"), "-Xms256m", "-Xmx256m"),
            *("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.security.manager=allow"),
            *(
                f"--add-{what}={name}=ALL-UNNAMED"
                for name in _OPENED
                for what in ("opens", "exports")
            ),
            f"-Dcassandra.config=file://{at.home}/cassandra.yaml",
            f"-Dcassandra.storagedir={at.home}",
            *("-Dcassandra-foreground=yes", "-Dcassandra.ring_delay_ms=0"),
            *("-Dcassandra.skip_wait_for_gossip_to_settle=0",),
            *("-Dcassandra.superuser_setup_delay_ms=0", f"-Djava.io.tmpdir={at.home / 'tmp'}"),
            *("-cp", f"{FAMILY.jars}/*", "org.apache.cassandra.service.CassandraDaemon"),
        )
        with standing(
            at,
            Program(argv, patience=_PATIENCE),
            probe="cassandra",
            version=lambda: _release(at.port),
            fill=lambda: _fill(at.port, canary),
            state=lambda _: converse(at.port, _READS)[-1],
        ) as server:
            yield server


def _settings(at: Place, *, locked: bool) -> str:
    return _SETTINGS.format(
        address=LOOPBACK,
        port=at.port,
        storage=free_port(),
        storage_tls=free_port(),
        home=at.home,
        authenticator="PasswordAuthenticator" if locked else "AllowAllAuthenticator",
        authorizer="CassandraAuthorizer" if locked else "AllowAllAuthorizer",
    )


def _release(port: int) -> str:
    answer = cql.decode(converse(port, "SELECT release_version FROM system.local")[-1])
    if not isinstance(answer, cql.Rows):
        raise NotYet("the node does not describe itself yet")
    return str((answer.rows[0][0] or b"").decode())


def _fill(port: int, canary: str) -> None:
    converse(port, *(one.replace("{0}", canary) for one in _TABLES))


def converse(port: int, *queries: str, login: bool = True) -> list[bytes]:
    """Begin a session, log in if that is demanded, and give the frame that answers each query.

    Raises:
        NotYet: no session, or a refused login: the account is made some time after the start.
    """
    requests = (cql.startup(), *map(cql.query, queries))
    with connect(LOOPBACK, port, tls=False) as stream:
        return [_answer(stream, request, login=login) for request in requests]


def _answer(stream: socket.socket, request: bytes, *, login: bool) -> bytes:
    frame = _exchange(stream, request)
    if login and frame[OPCODE] == _AUTHENTICATE:
        frame = _exchange(stream, _credential())
        if frame[OPCODE] != _AUTH_SUCCESS:
            raise NotYet("the login was refused")
    return frame


def _exchange(stream: socket.socket, request: bytes) -> bytes:
    stream.sendall(request)
    head = stream.recv(9, socket.MSG_WAITALL)
    return head + stream.recv(int.from_bytes(head[5:], "big"), socket.MSG_WAITALL)


def _credential() -> bytes:
    token = f"\0{FIRST}\0{FIRST}".encode()
    body = struct.pack(">I", len(token)) + token
    return struct.pack(">BBhBI", cql.VERSION, 0, 0, _AUTH_RESPONSE, len(body)) + body
