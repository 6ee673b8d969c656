"""Spark's master without a worker, and the history server without an application."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from tests.lab.layout import Family, java_home
from tests.lab.servers.process import (
    LOOPBACK,
    NotStarted,
    NotYet,
    Program,
    Running,
    free_port,
    require,
)
from tests.lab.servers.standing import Place, page, place, standing

FAMILY = Family("spark")
JAVA = 17

_PATIENCE = 60.0  # 4 s alone
_OPENED = ("java.lang", "java.nio", "java.util", "sun.nio.ch")
"""Packages of `java.base` that Spark reaches into; its own launcher opens the same."""


@contextmanager
def master() -> Iterator[Running]:
    """A cluster that nobody works in."""
    with place("spark-master") as at:
        where = ("--host", LOOPBACK, "--port", str(free_port()), "--webui-port", str(at.port))
        with _started(at, "org.apache.spark.deploy.master.Master", *where) as server:
            yield server


@contextmanager
def history() -> Iterator[Running]:
    """A history of nothing."""
    with place("spark-history") as at:
        (at.home / "events").mkdir()
        settings = (
            f"-Dspark.history.ui.port={at.port}",
            f"-Dspark.history.fs.logDirectory=file://{at.home / 'events'}",
        )
        server_class = "org.apache.spark.deploy.history.HistoryServer"
        with _started(at, server_class, settings=settings) as server:
            yield server


@contextmanager
def _started(
    at: Place, main: str, *words: str, settings: tuple[str, ...] = ()
) -> Iterator[Running]:
    java = java_home(JAVA)
    if java is None:
        raise NotStarted(at.name, f"needs Java {JAVA}, which is not on this machine")
    require(FAMILY.jars, at.name, "spark-core")
    argv = (
        *(str(java / "bin" / "java"), "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
        *(f"--add-opens=java.base/{name}=ALL-UNNAMED" for name in _OPENED),
        *(*settings, "-cp", f"{FAMILY.jars}/*", main, *words),
    )
    with standing(
        at,
        Program(argv, {"SPARK_LOCAL_IP": LOOPBACK}, patience=_PATIENCE),
        probe="spark",
        version=lambda: _version(at),
        fill=lambda: None,
        state=lambda _: page(at, "/json/").body,
    ) as server:
        yield server


def _version(at: Place) -> str:
    """Read what the page says beside its title."""
    told = re.search(rb'class="version"[^>]*>([\d.]+)<', page(at).body)
    if told is None:
        raise NotYet("the page has no version yet")
    return told[1].decode()
