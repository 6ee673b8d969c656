"""HBase in one process, with its REST gateway: for everybody."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.lab.layout import Family, java_home
from tests.lab.servers.process import CANARY, NotStarted, Program, Running, free_port, require
from tests.lab.servers.standing import page, place, standing
from tests.lab.servers.web import ask

FAMILY = Family("hbase")
TABLE = "faxes"

_PATIENCE = 90.0  # master, ZooKeeper and a region server: 14 s alone, and others share the cores

#: Its buffers are Java's own, which Java 17 gives to nobody by itself.
_OPENS = tuple(
    f"--add-opens=java.base/{package}=ALL-UNNAMED"
    for package in ("java.lang", "java.nio", "jdk.internal.ref")
)


@contextmanager
def hbase(*, canary: str = CANARY) -> Iterator[Running]:
    """One table, one row: the canary is its key and its value."""
    with place("hbase") as at:
        require(FAMILY.classes / "HbaseGateway.class", at.name, "its main class")
        java = java_home(17)
        if java is None:
            raise NotStarted(at.name, "needs Java 17, which is not on this machine")
        jvm = (str(java / "bin/java"), "-Xmx400m", "-XX:TieredStopAtLevel=1", *_OPENS)
        class_path = ("-cp", f"{FAMILY.classes}:{FAMILY.jars}/*")
        how = (str(at.home), str(at.port), str(free_port()), canary)
        with standing(
            at,
            Program((*jvm, *class_path, "HbaseGateway", *how), patience=_PATIENCE),
            probe="hbase",
            version=lambda: page(at, "/version/cluster").body.decode().strip(),
            fill=lambda: None,  # its own program does that, before the gateway stands
            state=lambda server: value(server, canary),
        ) as server:
            yield server


def value(server: Running, key: str) -> bytes:
    """Read the value of a row through the gateway, as anybody can."""
    return ask(server.port, f"/{TABLE}/{key}/patient:name").body
