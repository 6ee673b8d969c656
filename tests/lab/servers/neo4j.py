"""Neo4j Community: with its users switched off, as many run it, and as it ships."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from tests.lab.layout import Family, java_home
from tests.lab.servers.process import (
    CANARY,
    NotStarted,
    NotYet,
    Program,
    Running,
    free_port,
    require,
)
from tests.lab.servers.standing import Place, page, place, standing
from tests.lab.servers.web import Reply, ask

FAMILY = Family("neo4j")
JAVA = 17

#: Neo4j looks into Java's own buffers.
_OPENS = tuple(
    f"--add-opens=java.base/{package}=ALL-UNNAMED"
    for package in ("java.nio", "java.lang", "sun.nio.ch", "java.util.concurrent")
)
_HEAP = ("-Xmx400m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


@contextmanager
def neo4j(*, locked: bool = False, canary: str = CANARY) -> Iterator[Running]:
    """Two nodes of two labels with one property each, and a relationship between them."""
    with place("neo4j", "locked" if locked else "open") as at:
        require(FAMILY.classes / "Neo4jStandIn.class", at.name, "its main class")
        java = java_home(JAVA)
        if java is None:
            raise NotStarted(at.name, f"needs Java {JAVA}, which is not on this machine")
        fill = (
            f"CREATE (:Patient {{patient_name: '{canary}'}})-[:SENT]->(:Fax {{number: '{canary}'}})"
        )
        second = str(free_port())
        at.write("bolt", second)
        ports = (str(at.port), second)
        where = (str(at.home / "data"), *ports, str(locked).lower(), fill)
        class_path = f"{FAMILY.classes}:{FAMILY.jars}/*"
        argv = (str(java / "bin/java"), *_HEAP, *_OPENS, "-cp", class_path, "Neo4jStandIn", *where)
        with standing(
            at,
            Program(argv, patience=90.0),
            probe="neo4j",
            version=lambda: _version(at),
            fill=lambda: None,  # its own program does that
            state=held,
        ) as server:
            yield server


@contextmanager
def bolt(server: Running) -> Iterator[Running]:
    """The Bolt door of a Neo4j, which has a port of its own."""
    port = int((server.log.parent / "bolt").read_text())
    own = replace(server, name=f"{server.name}-bolt", port=port, probe="bolt")
    yield replace(own, state=lambda _: held(server))  # what is held is read over HTTP


def _version(at: Place) -> str:
    """What it says of itself, once it is filled: it answers a moment before."""
    version = str(page(at).json()["neo4j_version"])
    if at.mode == "open" and b'"row":[2]' not in said(at.port, "MATCH (n) RETURN count(n)").body:
        raise NotYet("not filled yet")
    return version


def said(port: int, statement: str) -> Reply:
    """Put a statement, as a stranger."""
    body = {"statements": [{"statement": statement}]}
    return ask(port, "/db/neo4j/tx/commit", method="POST", body=body)


def held(server: Running) -> object:
    """Read how many nodes and relationships there are, where a stranger may."""
    counts = (
        said(server.port, f"MATCH {what} RETURN count(*)").json() for what in ("(n)", "()--()")
    )
    return [count.get("results") for count in counts]
