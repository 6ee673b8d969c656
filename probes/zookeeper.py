"""ZooKeeper: whether a stranger can walk its tree of nodes."""

from collections.abc import Generator
from contextlib import suppress
from functools import partial

from scanner.model import Access, Assessment, Holding, Outcome, Proof, Service, Silence, Unknown
from scanner.probe import About, Answer, Exchange, NoAnswer, StreamAsk, StreamDialogue
from scanner.wire import Garbled, zookeeper
from scanner.wire.zookeeper import Children

ROOT = "/"
NO_NODE = "/ronde-no-such-node"

SESSION = Exchange(name="ConnectRequest", encode=zookeeper.connect, framing=zookeeper.session_frame)
LISTING, CONTROL = (
    Exchange(
        name=f"getChildren2 {path}",
        encode=partial(zookeeper.children, path),
        framing=zookeeper.reply_frame,
        max_bytes=zookeeper.MAX_REPLY,
    )
    for path in (ROOT, NO_NODE)
)
CLOSE = Exchange(name="closeSession", encode=zookeeper.close, framing=zookeeper.end_frame)
WORD = Exchange(
    name="srvr",
    encode=lambda: b"srvr",
    framing=zookeeper.word_frame,
    max_bytes=zookeeper.MAX_WORD,
)

#: What a server says to a session that has to log in first; it closes the connection then.
LOGIN_WANTED = frozenset({zookeeper.SASL_REQUIRED, zookeeper.AUTH_FAILED})
HUNG_UP = frozenset({Silence.CLOSED, Silence.RESET})

#: Nodes that products put below the root under names of their own. Others' names are data.
KNOWN = {
    "brokers": "Kafka",
    "hbase": "HBase",
    "hadoop-ha": "HDFS",
    "rmstore": "YARN",
    "hiveserver2": "Hive",
    "clickhouse": "ClickHouse",
    "collections": "Solr",
    "solr": "Solr",
    "druid": "Druid",
    "dubbo": "Dubbo",
    "ledgers": "BookKeeper",
    "mesos": "Mesos",
    "nifi": "NiFi",
    "storm": "Storm",
    "flink": "Flink",
    "pinot": "Pinot",
}
#: The server's own node, which is there before anybody comes.
OWN = "zookeeper"


class ZooKeeper:
    """A server is open when a session without a login lists the root and misses a false node."""

    about = About(
        name="zookeeper",
        title="ZooKeeper lets anyone walk its tree",
        ports=frozenset({2181, 2182}),
        tls_ports=frozenset({2281}),
        front=SESSION,
        asks=(SESSION, LISTING, CONTROL, CLOSE, WORD),
        proves="the children of the root are listed, and a node that cannot exist is missed",
        cwe=306,
        remedy=(
            "Let only the cluster's own hosts reach the port, demand a login "
            "(`enforce.auth.enabled=true` with `enforce.auth.schemes=sasl` since 3.7, "
            "`sessionRequireClientSASLAuth=true` since 3.6), and set access lists on the nodes: "
            "they are not inherited."
        ),
        references=("https://zookeeper.apache.org/doc/current/zookeeperAdmin.html",),
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise a session that was granted; a login comes after it, where one is wanted."""
        return Service("zookeeper") if zookeeper.granted(front.data) else None

    def assess(self, front: Answer) -> StreamDialogue:  # noqa: ARG002 - the session says no more
        """List the root, miss a node, and leave no session behind."""
        service = Service("zookeeper")
        try:
            root = zookeeper.listed((yield LISTING).data)
            missed = (
                zookeeper.listed((yield CONTROL).data) if root.error not in LOGIN_WANTED else root
            )
        except NoAnswer as silence:
            if silence.silence not in HUNG_UP:
                raise
            return Unknown(Silence.HALF_PROOF, "granted a session and ended it", service)
        with suppress(NoAnswer, Garbled):
            yield CLOSE
        if root.error in LOGIN_WANTED:
            because = f"{LISTING.name} was refused: a session must log in by SASL"
            return Assessment(access=Access.LOCKED, service=service, because=because)
        if missed.error != zookeeper.NO_NODE:
            why = f"the control {CONTROL.name} was not missed in ZooKeeper's own words"
            return Unknown(Silence.HALF_PROOF, why, service)
        return _settled(root, *(yield from _described()))


def _described() -> Generator[StreamAsk, Answer, tuple[str | None, int | None]]:
    """Ask for version and size. The proof stands already: a silence here costs only detail."""
    with suppress(NoAnswer, Garbled):
        return zookeeper.described((yield WORD).data)
    return None, None


def _settled(root: Children, version: str | None, nodes: int | None) -> Outcome:
    service = Service("zookeeper", version)
    if root.error == zookeeper.NO_AUTH:
        return Assessment(
            access=Access.PARTIAL,
            service=service,
            because="grants sessions without a login; an access list guards its root",
            proof=Proof(
                CONTROL.name,
                "told whether a node exists",
                f"{LISTING.name} was refused by an access list",
            ),
        )
    if root.error:
        return Unknown(Silence.HALF_PROOF, f"{LISTING.name} was answered with an error", service)
    return Assessment(
        access=Access.OPEN,
        service=service,
        because=f"lists the nodes below its root without a login: {len(root.names)}{_of(root)}",
        proof=Proof(
            LISTING.name,
            f"{len(root.names)} children counted",
            f"{CONTROL.name} was refused: no such node",
        ),
        holdings=(Holding(name=ROOT, kind="tree", records=_records(root, nodes)),),
        holdings_total=1,
    )


def _of(root: Children) -> str:
    """Say whose nodes they are where the name is a product's own."""
    known = sorted({KNOWN[name] for name in root.names if name in KNOWN})
    return f", among them those of {', '.join(known)}" if known else ""


def _records(root: Children, nodes: int | None) -> int | None:
    """Count the nodes; a tree that only holds the server's own holds nothing."""
    return 0 if set(root.names) <= {OWN} else nodes
