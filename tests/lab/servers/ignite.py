"""Apache Ignite with its REST API: to everybody, and to users alone."""

from collections.abc import Iterator
from contextlib import contextmanager

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
from tests.lab.servers.standing import Place, page, place, standing
from tests.lab.servers.web import ask

FAMILY = Family("ignite")
JAVA = 17

#: Ignite looks into many of Java's own classes.
_OPENS = tuple(
    f"--add-opens={package}=ALL-UNNAMED"
    for package in (
        "java.base/java.io",
        "java.base/java.lang",
        "java.base/java.lang.invoke",
        "java.base/java.net",
        "java.base/java.nio",
        "java.base/java.util",
        "java.base/java.util.concurrent",
        "java.base/jdk.internal.misc",
        "java.base/sun.nio.ch",
        "java.management/com.sun.jmx.mbeanserver",
        "jdk.management/com.sun.management.internal",
    )
)
_QUIET = ("-DIGNITE_QUIET=true", "-DIGNITE_NO_ASCII=true", "-DIGNITE_UPDATE_NOTIFIER=false")


@contextmanager
def ignite(*, locked: bool = False, canary: str = CANARY) -> Iterator[Running]:
    """One node with two caches of one entry each."""
    with place("ignite", "locked" if locked else "open") as at:
        require(FAMILY.classes / "IgniteStandIn.class", at.name, "its main class")
        java = java_home(JAVA)
        if java is None:
            raise NotStarted(at.name, f"needs Java {JAVA}, which is not on this machine")
        http = (f"-DIGNITE_JETTY_HOST={LOOPBACK}", f"-DIGNITE_JETTY_PORT={at.port}")
        jvm = (str(java / "bin/java"), "-Xmx256m", "-XX:TieredStopAtLevel=1", *_OPENS, *_QUIET)
        ports = [str(free_port()) for _ in range(3)]
        where = (str(at.home / "work"), *ports, str(locked).lower(), canary)
        class_path = ("-cp", f"{FAMILY.classes}:{FAMILY.jars}/*")
        with standing(
            at,
            Program((*jvm, *http, *class_path, "IgniteStandIn", *where), patience=60.0),
            probe="ignite",
            version=lambda: _version(at),
            fill=lambda: None,  # its own program does that
            state=held,
        ) as server:
            yield server


def _version(at: Place) -> str:
    """What it says of itself, once it is filled: it answers a moment before."""
    version = str(page(at, "/ignite?cmd=version").json()["response"])
    if at.mode == "open" and _size(at.port, "prescriptions").get("response") != 1:
        raise NotYet("not filled yet")
    return version


def _size(port: int, cache: str) -> dict[str, object]:
    told: dict[str, object] = ask(port, f"/ignite?cmd=size&cacheName={cache}").json()
    return told


def held(server: Running) -> object:
    """Read how many entries the caches have, where a stranger may."""
    return [_size(server.port, cache)["response"] for cache in ("faxes", "prescriptions")]
