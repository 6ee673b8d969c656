"""Trino's coordinator, as its own tests start it: believing any name, or wanting a token."""

import http.client
from collections.abc import Iterator
from contextlib import closing, contextmanager

from tests.lab.layout import Family, java_home
from tests.lab.servers.process import (
    CANARY,
    LOOPBACK,
    USER,
    NotStarted,
    NotYet,
    Program,
    Running,
    require,
)
from tests.lab.servers.standing import Place, page, place, standing

FAMILY = Family("trino")
JAVA = 25

_PATIENCE = 90.0  # 10 s alone; other servers share the two cores
_KEY = "cm9uZGUtbGFiLWtleS10aGF0LWlzLWxvbmctZW5vdWdoLWZvci1obWFjLXNoYTUxMg=="


@contextmanager
def trino(*, locked: bool = False, canary: str = CANARY) -> Iterator[Running]:
    """A coordinator without a catalog; `locked` wants a signed token.

    The canary is in the text of a query that it remembers; locked, it is asked none.
    """
    with place("trino", "locked" if locked else "any-name") as at:
        java = java_home(JAVA)
        if java is None:
            raise NotStarted(at.name, f"needs Java {JAVA}, which is not on this machine")
        require(FAMILY.jars, at.name, "trino-testing")
        argv = (
            *(str(java / "bin" / "java"), "-Xmx400m", "-XX:+UseSerialGC"),
            *("-XX:TieredStopAtLevel=1", "--add-modules", "jdk.incubator.vector"),
            *("-cp", f"{FAMILY.jars}/*"),
            # Compiled by this Java as it starts: the lab's compiler is older than Trino's classes.
            *(str(FAMILY.sources / "TrinoCoordinator.java"), str(at.port)),
            *((str(at.write("key", _KEY)),) if locked else ()),
        )
        with standing(
            at,
            Program(argv, patience=_PATIENCE),
            probe="trino",
            version=lambda: _version(at),
            fill=lambda: None if locked else _query(at, f"SELECT '{canary}'"),
            state=lambda _: page(at, "/v1/info").json()["nodeVersion"],
        ) as server:
            yield server


def _query(at: Place, text: str) -> None:
    """Put a query; nobody fetches its result."""
    connection = http.client.HTTPConnection(LOOPBACK, at.port, timeout=30)
    with closing(connection):
        connection.request("POST", "/v1/statement", text, {"X-Trino-User": USER})
        if (status := connection.getresponse().status) != 200:
            raise NotYet(f"a query answered {status}")


def _version(at: Place) -> str:
    """Wait for the coordinator; what it calls its version is none."""
    if page(at, "/v1/info").json()["starting"]:
        raise NotYet("the coordinator is starting")
    return "476"
