"""Hive Metastore: which databases and tables a stranger can list."""

from collections.abc import Generator
from contextlib import suppress

from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import About, Answer, Exchange, NoAnswer, StreamDialogue
from scanner.verdict import half_proof
from scanner.wire import Garbled, thrift

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

#: How many databases are asked for their tables.
MAX_LISTED = 20

NO_DATABASE = "ronde_no_such_database"


def _call(name: str, method: str) -> Exchange:
    return Exchange(
        name=name,
        encode=lambda *arguments: thrift.call(method, *arguments),
        framing=thrift.frame,
        max_bytes=thrift.MAX_REPLY,
    )


DATABASES = _call("get_all_databases", "get_all_databases")
TABLES = _call("get_all_tables {}", "get_all_tables")
CONTROL = Exchange(
    name=f"get_database {NO_DATABASE}",
    encode=lambda: thrift.call("get_database", NO_DATABASE),
    framing=thrift.frame,
    max_bytes=thrift.MAX_REPLY,
)

SERVICE = Service("hive-metastore")

#: Where `get_database` puts its NoSuchObjectException, and that its text [hive_metastore.thrift].
NO_SUCH_OBJECT = TEXT = 1


class HiveMetastore:
    """A metastore is open when it lists its databases and has none that cannot exist."""

    about = About(
        name="hivemetastore",
        title="Hive Metastore lists its databases to anyone",
        ports=frozenset({9083}),
        front=DATABASES,
        asks=(DATABASES, CONTROL, TABLES),
        proves="the databases are listed, and one that cannot exist is refused by name",
        cwe=306,
        remedy=(
            "Set `hive.metastore.sasl.enabled` (`metastore.sasl.enabled`) with Kerberos, or "
            "`metastore.authentication` with LDAP since 4.0, TLS "
            "(`hive.metastore.use.SSL`), and let only Hive, Spark and Trino reach the port."
        ),
        references=(
            "https://cwiki.apache.org/confluence/display/Hive/AdminManual+Metastore+Administration",
        ),
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise the answer to the call, and the words in which SASL refuses it."""
        if thrift.is_refused_by_sasl(front.data):
            return SERVICE
        answer = thrift.decode(front.data)
        return SERVICE if answer.answers(DATABASES.name) else None

    def assess(self, front: Answer) -> StreamDialogue:
        """The front is the list; ask for a database that cannot exist, then for names of tables."""
        if thrift.is_refused_by_sasl(front.data):
            because = "wants SASL before anything else"
            return Assessment(access=Access.LOCKED, service=SERVICE, because=because)
        answer = thrift.decode(front.data)
        if 0 not in answer.fields:
            return half_proof(SERVICE, f"{DATABASES.name} was refused")
        databases = answer.names()
        if not _is_missing((yield CONTROL)):
            return half_proof(SERVICE, f"the control, {CONTROL.name}, was not refused by name")
        held = yield from _listed(databases)
        return Assessment(
            access=Access.OPEN,
            service=SERVICE,
            because=f"lists its databases without credentials: {len(databases)}",
            proof=Proof(
                DATABASES.name,
                f"{len(databases)} databases listed",
                f"{CONTROL.name} was refused as an object that does not exist",
            ),
            holdings=tuple(held[:MAX_HOLDINGS]),
            holdings_total=len(held),
        )


def _is_missing(page: Answer) -> bool:
    """Tell whether the exception is the one for what does not exist, and names it."""
    answer = thrift.decode(page.data)
    refusal = answer.fields.get(NO_SUCH_OBJECT)
    if not answer.answers("get_database") or not isinstance(refusal, dict):
        return False
    text = refusal.get(TEXT)
    return isinstance(text, bytes) and NO_DATABASE.encode() in text


def _listed(
    databases: list[str],
) -> Generator[Exchange, Answer, list[Holding]]:
    """Name the tables; a database that shows none, or is not asked, is held as a whole."""
    held: dict[str, list[Holding]] = {
        name: [Holding(name=name, kind="database")] for name in databases
    }
    with suppress(NoAnswer, Garbled):
        for name in databases[:MAX_LISTED]:
            tables = thrift.decode((yield TABLES.fill(name)).data).names()
            if tables:
                held[name] = [Holding(name=f"{name}.{one}", kind="table") for one in tables]
    return [one for group in held.values() for one in group]
