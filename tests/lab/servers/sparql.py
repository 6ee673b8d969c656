"""Servers that answer SPARQL: Virtuoso, and Apache Jena Fuseki with and without a password."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from urllib.parse import quote

from tests.lab.layout import Family, java_home
from tests.lab.servers.process import (
    CANARY,
    LOOPBACK,
    PASSWORD,
    USER,
    NotStarted,
    Program,
    Running,
    free_port,
    require,
    said_by,
)
from tests.lab.servers.standing import Place, page, place, standing
from tests.lab.servers.web import LOGIN, ask

FAMILY = Family("sparql")
JAVA = 17
GRAPH = "http://practice.example/faxes"
READ = f"SELECT * WHERE {{ GRAPH <{GRAPH}> {{ ?s ?p ?o }} }}"
COUNT = "SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }"

_VIRTUOSO = """\
[Database]
DatabaseFile = {home}/virtuoso.db
ErrorLogFile = {home}/virtuoso.log
LockFile = {home}/virtuoso.lck
TransactionFile = {home}/virtuoso.trx
xa_persistent_file = {home}/virtuoso.pxa
[TempDatabase]
DatabaseFile = {home}/virtuoso-temp.db
TransactionFile = {home}/virtuoso-temp.trx
[Parameters]
ServerPort = {address}:{sql}
NumberOfBuffers = 2000
MaxDirtyBuffers = 1200
[HTTPServer]
ServerPort = {address}:{port}
"""


@contextmanager
def virtuoso(*, canary: str = CANARY) -> Iterator[Running]:
    """One graph of one triple."""
    with place("virtuoso") as at:
        program = require("virtuoso-t", at.name, "virtuoso-t")
        where = {"address": LOOPBACK, "port": at.port, "sql": free_port()}
        settings = at.write("virtuoso.ini", _VIRTUOSO.format(home=at.home, **where))
        with standing(
            at,
            Program((program, "+foreground", "+configfile", settings), patience=60.0),
            probe="virtuoso",
            version=lambda: _virtuoso_version(at),
            fill=lambda: _fill_virtuoso(f"{LOOPBACK}:{where['sql']}", canary),
            state=lambda server: said(server, "/sparql", COUNT),
        ) as server:
            yield server


def _virtuoso_version(at: Place) -> str:
    told = re.search(r"Virtuoso/(\S+)", page(at, ready=(200, 404)).headers["server"])
    return told[1] if told else "unknown"


def _fill_virtuoso(sql: str, canary: str) -> None:
    """Through its SQL port, as its administrator: a new database has a password that all know."""
    triple = f"<{GRAPH}/1> <{GRAPH}/patient> '{canary}'"
    insert = f"SPARQL INSERT INTO GRAPH <{GRAPH}> {{ {triple} }};"
    said_by("isql-vt", sql, "dba", "dba", f"EXEC={insert}")


@contextmanager
def fuseki(*, locked: bool = False, canary: str = CANARY) -> Iterator[Running]:
    """One dataset in memory with one graph of one triple."""
    with place("fuseki", "locked" if locked else "open") as at:
        jar = require(FAMILY.jars / "jena-fuseki-server-5.5.0.jar", at.name, "Fuseki")
        java = java_home(JAVA)
        if java is None:
            raise NotStarted(at.name, f"needs Java {JAVA}, which is not on this machine")
        users = at.write("users", f"{USER}: {PASSWORD}\n")
        how = (f"--passwd={users}", "--auth=basic") if locked else ()
        where = ("--localhost", f"--port={at.port}", "--mem", "--update", "/faxes")
        jvm = (str(java / "bin/java"), "-Xmx256m", "-XX:TieredStopAtLevel=1", "-jar", str(jar))
        with standing(
            at,
            Program((*jvm, *how, *where), patience=60.0),
            probe="fuseki",
            version=lambda: _fuseki_version(at),
            fill=lambda: _fill_fuseki(at, canary),
            state=held_by_fuseki,
        ) as server:
            yield server


def _fuseki_version(at: Place) -> str:
    page(at)
    return str(ask(at.port, "/$/server", login=True).json()["version"])


def _fill_fuseki(at: Place, canary: str) -> None:
    update = f"INSERT DATA {{ GRAPH <{GRAPH}> {{ <{GRAPH}/1> <{GRAPH}/patient> '{canary}' }} }}"
    status, _ = _asked(at.port, "/faxes/update", update, login=True)
    assert status in (200, 204), status


def held_by_fuseki(server: Running) -> object:
    """Read how many triples there are."""
    return said(server, "/faxes/query", COUNT, login=True)


def said(server: Running, path: str, query: str, *, login: bool = False) -> tuple[int, bytes]:
    """Put a query, as a stranger unless told otherwise; give status and body."""
    return _asked(server.port, f"{path}?query={quote(query)}&format=json", None, login=login)


def _asked(port: int, path: str, update: str | None, *, login: bool) -> tuple[int, bytes]:
    """One request; Fuseki refuses one that says it were JSON, as the lab's usual ones do."""
    headers = {"Content-Type": "application/sparql-update"} if update else {}
    if login:
        headers["Authorization"] = LOGIN
    connection = HTTPConnection(LOOPBACK, port, timeout=30)
    try:
        connection.request("POST" if update else "GET", path, update, headers)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()
