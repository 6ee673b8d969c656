"""QuestDB over HTTP alone: open, or behind its one account."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

from tests.lab.layout import Family, java_home
from tests.lab.servers.process import (
    CANARY,
    LOOPBACK,
    PASSWORD,
    USER,
    NotStarted,
    NotYet,
    Program,
    Running,
    require,
)
from tests.lab.servers.standing import Place, place, standing
from tests.lab.servers.web import Reply, ask

FAMILY = Family("questdb")
JAVA = 17

_PATIENCE = 60.0  # 3 s alone
_TABLES = (
    (
        "CREATE TABLE faxes (patient_name VARCHAR, at TIMESTAMP)"
        " TIMESTAMP(at) PARTITION BY DAY BYPASS WAL"
    ),
    "INSERT INTO faxes VALUES ('{0}', now())",
    "INSERT INTO faxes VALUES ('{0}', now())",
)


@contextmanager
def questdb(*, locked: bool = False, canary: str = CANARY) -> Iterator[Running]:
    """One table with two rows."""
    with place("questdb", "locked" if locked else "open") as at:
        java = java_home(JAVA)
        if java is None:
            raise NotStarted(at.name, f"needs Java {JAVA}, which is not on this machine")
        require(FAMILY.jars, at.name, "questdb")
        argv = (
            *(str(java / "bin" / "java"), "-Xmx256m", "-XX:+UseSerialGC"),
            *("--add-exports", "java.base/jdk.internal.math=io.questdb"),
            *("-p", str(FAMILY.jars), "-m", "io.questdb/io.questdb.ServerMain"),
            *("-d", str(at.home)),
        )
        with standing(
            at,
            Program(argv, _environment(at, locked=locked), patience=_PATIENCE),
            probe="questdb",
            version=lambda: _version(at),
            fill=lambda: _fill(at, canary),
            state=lambda _: _said(at, "SELECT count() FROM faxes").json()["dataset"],
        ) as server:
            yield server


def _environment(at: Place, *, locked: bool) -> dict[str, str]:
    """Write settings as the server reads them: every other listener is off."""
    own = {
        "QDB_HTTP_NET_BIND_TO": f"{LOOPBACK}:{at.port}",
        "QDB_HTTP_MIN_ENABLED": "false",
        "QDB_PG_ENABLED": "false",
        "QDB_LINE_TCP_ENABLED": "false",
        "QDB_TELEMETRY_ENABLED": "false",
    }
    return own | ({"QDB_HTTP_USER": USER, "QDB_HTTP_PASSWORD": PASSWORD} if locked else {})


def _version(at: Place) -> str:
    told = str(_said(at, "SELECT build()").json()["dataset"][0][0])
    return told.partition("QuestDB ")[2].partition(",")[0]


def _fill(at: Place, canary: str) -> None:
    for statement in _TABLES:
        _said(at, statement.format(canary))


def _said(at: Place, query: str) -> Reply:
    reply = ask(at.port, f"/exec?query={quote(query)}", login=True)
    if reply.status != 200:
        raise NotYet(f"{reply.status} {reply.body[:200]!r}")
    return reply
