"""Hive's metastore on Derby in memory: for everybody, and behind SASL."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from scanner.wire import thrift
from tests.lab.layout import Family, java_home
from tests.lab.servers.process import (
    CANARY,
    NotStarted,
    Program,
    Running,
    require,
)
from tests.lab.servers.standing import Place, listens, place, standing

FAMILY = Family("metastore")
JAVA = 17

_PATIENCE = 60.0  # it makes its tables first: 8 s alone, and eight servers share two cores


@contextmanager
def metastore(*, locked: bool = False, canary: str = CANARY) -> Iterator[Running]:
    """One table whose comments and settings are the canary."""
    with place("hive-metastore", "locked" if locked else "open") as at:
        require(FAMILY.classes / "HiveMetastore.class", at.name, "its main class")
        java = java_home(JAVA)
        if java is None:
            raise NotStarted(at.name, f"needs Java {JAVA}, which is not on this machine")
        jvm = (java / "bin/java", "-Xmx256m", "-XX:TieredStopAtLevel=1")
        class_path = ("-cp", f"{FAMILY.classes}:{FAMILY.jars}/*")
        how = (str(at.home), str(at.port), str(locked).lower(), canary)
        with standing(
            at,
            Program((*jvm, *class_path, "HiveMetastore", *how), patience=_PATIENCE),
            probe="hivemetastore",
            version=lambda: _listening(at),
            fill=lambda: None,  # its own program does that, before it listens
            state=lambda server: () if locked else told(server, "get_table", "clinic", "faxes"),
        ) as server:
            yield server


def _listening(at: Place) -> str:
    """Wait for its port; the jar alone says which version it is."""
    listens(at)
    jar = next(FAMILY.jars.glob("hive-standalone-metastore-*.jar"))
    return jar.stem.rpartition("-")[2]


def told(server: Running, method: str, *arguments: str) -> bytes:
    """Call a method as a client without SASL, and give the whole answer; b"" if it is none."""
    with socket.create_connection((server.address, server.port), timeout=30) as stream:
        stream.sendall(thrift.call(method, *arguments))
        data = b""
        while thrift.frame(data) is None and (more := stream.recv(65536)):
            data += more
    return data
