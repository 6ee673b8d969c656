"""H2's server and its console: for every host, and for their own alone."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from tests.lab.layout import Family, java_home
from tests.lab.namespace import SECOND_ADDRESS, has_second_address, only_loopback
from tests.lab.servers.process import (
    CANARY,
    LOOPBACK,
    NotStarted,
    Program,
    Running,
    require,
)
from tests.lab.servers.standing import Place, place, standing

FAMILY = Family("admin")
VERSION = "2.3.232"


@contextmanager
def h2(door: str = "tcp", *, locked: bool = False, canary: str = CANARY) -> Iterator[Running]:
    """One of its doors, `tcp` or `web`, and a file beside it that holds the canary."""
    with place(f"h2-{door}", "locked" if locked else "open") as at:
        jar = require(FAMILY.jars / f"h2-{VERSION}.jar", at.name, "H2")
        java = java_home(17)
        if java is None:
            raise NotStarted(at.name, "needs Java 17, which is not on this machine")
        file = at.write("faxes", canary)
        address = _address(at, locked=locked)
        jvm = (java / "bin/java", "-Xmx64m", f"-Dh2.bindAddress={address}", "-cp", jar)
        where = (f"-{door}", f"-{door}Port", str(at.port), "-baseDir", at.home)
        others = () if locked else (f"-{door}AllowOthers",)
        with standing(
            at,
            Program((*jvm, "org.h2.tools.Server", *where, *others)),
            probe="h2" if door == "tcp" else "h2console",
            version=lambda: _listening(address, at.port),
            fill=lambda: None,
            state=lambda _: file.read_text(),
        ) as server:
            yield replace(server, address=address)


def _address(at: Place, *, locked: bool) -> str:
    """Choose where it listens: from loopback, everybody is its own host."""
    if not locked:
        return LOOPBACK
    if not (has_second_address() and only_loopback()):
        raise NotStarted(at.name, f"needs {SECOND_ADDRESS}; run below tests/lab/namespace.py")
    return SECOND_ADDRESS


def _listening(address: str, port: int) -> str:
    with socket.create_connection((address, port), timeout=5):
        return VERSION
