"""Interfaces and record systems: HL7 listeners, HAPI FHIR and Tryton."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from tests.lab.layout import Family, java_home
from tests.lab.servers.process import (
    CANARY,
    LOOPBACK,
    PASSWORD,
    NotStarted,
    Program,
    Running,
    require,
    said_by,
)
from tests.lab.servers.standing import Place, listens, page, place, standing
from tests.lab.servers.web import ask

FAMILY = Family("records")
JAVA = 17
OK = 200


@contextmanager
def interface() -> Iterator[Running]:
    """A listener of python-hl7, which waits for the first block as long as it takes."""
    with place("python-hl7") as at:
        python = require(FAMILY.venv / "bin" / "python", at.name, "python-hl7")
        (installed,) = FAMILY.site.glob("hl7-*.dist-info")
        listener = (python, FAMILY.sources / "listener.py")
        with _listening(at, listener, installed.stem.removeprefix("hl7-")) as server:
            yield server


@contextmanager
def node_interface() -> Iterator[Running]:
    """A listener of node-hl7-server; it counts the bytes themselves, framing and junk too."""
    with place("node-hl7") as at:
        node = require("node", at.name, "Node.js")
        package = require(FAMILY.modules / "node-hl7-server", at.name, "node-hl7-server")
        told = json.loads((package / "package.json").read_text())["version"]
        listener = (node, FAMILY.sources / "listener.cjs", FAMILY.modules)
        with _listening(at, listener, str(told)) as server:
            yield server


@contextmanager
def _listening(at: Place, listener: Sequence[str | Path], version: str) -> Iterator[Running]:
    """Run a listener that is told a port, and a file to note in what comes."""
    noted = at.home / "heard"
    noted.touch()

    def ready() -> str:
        listens(at)
        return version  # MLLP has no word for it: what was installed

    with standing(
        at,
        Program((*listener, str(at.port), noted)),
        probe="mllp",
        version=ready,
        fill=lambda: None,
        state=heard,
    ) as server:
        yield server


def heard(server: Running) -> object:
    """Read how many bytes came, a number for each time that some did."""
    return (server.log.parent / "heard").read_text().split()


@contextmanager
def hapi(*, locked: bool = False, canary: str = CANARY) -> Iterator[Running]:
    """A plain server with three patients and a document; locked, its statement alone is public."""
    with place("hapi-fhir", "locked" if locked else "open") as at:
        require(FAMILY.classes / "FhirServer.class", at.name, "FhirServer")
        java = java_home(JAVA)
        if java is None:
            raise NotStarted(at.name, f"needs Java {JAVA}, which is not on this machine")
        jvm = (java / "bin/java", "-Xmx128m", "-XX:TieredStopAtLevel=1")
        classes = ("-cp", f"{FAMILY.classes}:{FAMILY.jars}/*", "FhirServer")
        with standing(
            at,
            Program((*jvm, *classes, str(at.port), canary, at.mode), patience=40),
            probe="fhir",
            version=lambda: str(page(at, "/fhir/metadata").json()["software"]["version"]),
            fill=lambda: None,
            state=held,
        ) as server:
            yield server


def held(server: Running) -> object:
    """Read what it answers when it is asked how much it has, a refusal where it is locked."""
    types = ("Patient", "DocumentReference")
    replies = [ask(server.port, f"/fhir/{name}?_summary=count").json() for name in types]
    return [reply.get("total") for reply in replies]


_TRYTON = """\
[web]
listen = {address}:{port}
[database]
uri = sqlite://
path = {home}/databases
list = {listed}
"""


@contextmanager
def tryton(*, locked: bool = False, canary: str = CANARY) -> Iterator[Running]:
    """One database, whose administrator has the canary for an address."""
    with place("tryton", "locked" if locked else "open") as at:
        program = require("trytond", at.name, "tryton-server")
        where = {"address": LOOPBACK, "port": at.port, "home": at.home}
        settings = at.write("trytond.conf", _TRYTON.format(listed=not locked, **where))
        _new_database(at, settings, canary)
        with standing(
            at,
            Program((program, "-c", settings)),
            probe="tryton",
            version=lambda: str(called(at.port, "common.server.version")),
            fill=lambda: None,
            state=sessions,
        ) as server:
            yield server


def _new_database(at: Place, settings: Path, canary: str) -> None:
    """Make a database with the modules that Tryton itself is made of."""
    admin = require("trytond-admin", at.name, "tryton-server")
    password = at.write("password", PASSWORD)
    at.write("databases/health.sqlite", "")
    who = ("--email", f"{canary}@example.invalid")
    secret = f"TRYTONPASSFILE={password}"
    said_by("env", secret, admin, "-c", settings, "-d", "health", "--all", *who)


def called(port: int, method: str) -> object:
    """Call a method that needs nobody to be logged in; what it answered, or the status."""
    body = {"id": 1, "method": method, "params": []}
    reply = ask(port, "/", method="POST", body=body)
    return reply.json()["result"] if reply.status == OK else reply.status


def sessions(server: Running) -> object:
    """Read who has an account, and how many are logged in or have failed to be."""
    file = server.log.parent / "databases/health.sqlite"
    with closing(sqlite3.connect(file)) as database:
        return [
            database.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - our own
            for table in ("res_user", "ir_session", "res_user_login_attempt")
        ]
