"""Neo4j by Bolt, the door of its drivers: which databases, labels and properties are listed."""

import re
from collections.abc import Generator
from contextlib import suppress
from functools import partial

from scanner.fieldnames import bounded, schema_names
from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Outcome, Proof, Service
from scanner.probe import About, Answer, Exchange, NoAnswer, StreamAsk, StreamDialogue
from scanner.verdict import half_proof
from scanner.wire import Garbled, bolt, counts, versions
from scanner.wire.bolt import Message, Sign, Value

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

#: The server itself allows 63 characters for a database and 16,383 for a label.
MAX_NAME = 255

#: The signs of our messages.
_HELLO, _LOGON, _RESET, _RUN, _PULL = 0x01, 0x6A, 0x0F, 0x10, 0x3F

#: Who asks. From 5.3 on, `bolt_agent` must be there; older ones ignore it.
AGENT: dict[str, Value] = {"user_agent": "ronde/1", "bolt_agent": {"product": "ronde/1"}}

#: The way of the protocol to name nobody; before 5.1 it is a part of HELLO.
NOBODY: dict[str, Value] = {"scheme": "none"}


def _ask(name: str, *messages: bytes) -> Exchange:
    payload = b"".join(messages)
    return Exchange(
        name=name,
        encode=partial(bytes, payload),
        framing=bolt.replies(len(messages)),
        max_bytes=bolt.MAX_REPLY,
    )


def _statement(text: str) -> tuple[bytes, bytes]:
    """Run a fixed statement, as a read, and take all that it gives."""
    return bolt.message(_RUN, text, {}, {"mode": "r"}), bolt.message(_PULL, {"n": -1})


HANDSHAKE = Exchange(
    name="handshake 5.8 to 4.0",
    encode=partial(bytes, bolt.MAGIC + bolt.OFFERED),
    framing=bolt.choice,
)
HELLO = _ask("HELLO", bolt.message(_HELLO, AGENT | NOBODY))
LOGON = _ask("LOGON none", bolt.message(_LOGON, NOBODY))
LISTING = _ask("SHOW DATABASES", *_statement("SHOW DATABASES YIELD name"))
CONTROL = _ask(
    "RETURN 1 in ronde-no-such-database",
    bolt.message(_RUN, "RETURN 1", {}, {"mode": "r", "db": "ronde-no-such-database"}),
)

#: The number of nodes is kept by the server; the two listings are of names, and read no node.
#: RESET comes first, for a session in which something was refused ignores all else.
SCHEMA = _ask(
    "nodes, labels, properties",
    bolt.message(_RESET),
    *_statement("MATCH (n) RETURN count(n)"),
    *_statement("CALL db.labels()"),
    *_statement("CALL db.propertyKeys()"),
)

MISSING = "Neo.ClientError.Database.DatabaseNotFound"
REFUSED = re.compile(r"(?:Neo|Memgraph)\.ClientError\.Security\.[A-Za-z]{1,40}")

#: A failure names its code so; before 5.7, `code`.
CODE = ("neo4j_code", "code")

#: The server's own database, which holds users and rights.
OWN = "system"

#: The major version from whose 5.1 on a LOGON follows; 5.0 is not offered.
LOGS_ON = 5


class Bolt:
    """A server is open when it takes statements from nobody, and refuses what cannot exist."""

    about = About(
        name="bolt",
        title="Neo4j takes queries from anyone by Bolt",
        ports=frozenset({7687}),
        tls_ports=frozenset({7687}),
        front=HANDSHAKE,
        asks=(HANDSHAKE, HELLO, LOGON, LISTING, CONTROL, SCHEMA),
        proves="the databases are listed, and one that cannot exist is refused by its code",
        cwe=306,
        remedy=(
            "Remove `dbms.security.auth_enabled=false`, set a password of your own, and bind Bolt "
            "to the addresses that need it (`server.bolt.listen_address`)."
        ),
        references=(
            "https://neo4j.com/docs/operations-manual/current/authentication-authorization/",
        ),
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise a version that was offered; the product tells its name later."""
        return Service("bolt") if bolt.choice(front.data) else None

    def assess(self, front: Answer) -> StreamDialogue:
        """Begin as nobody; list the databases; see what is said of one that is not there."""
        hello = _last((yield HELLO))
        service = _service(hello)
        if hello.sign is Sign.SUCCESS and front.data[-1] == LOGS_ON:
            hello = _last((yield LOGON))
        if hello.sign is not Sign.SUCCESS:
            return _refused(service, hello)
        names = _column(bolt.decode((yield LISTING).data))
        if names is None:
            return half_proof(service, f"{LISTING.name} was not carried out")
        if _last((yield CONTROL)).told(*CODE) != MISSING:
            return half_proof(service, f"the control {CONTROL.name} was not missing")
        holdings = yield from _described(names)
        return Assessment(
            access=Access.OPEN,
            service=service,
            because=f"takes statements without credentials; databases listed: {len(names)}",
            proof=Proof(
                LISTING.name,
                f"{len(names)} databases listed",
                f"{CONTROL.name} was refused as missing, by its code",
            ),
            holdings=tuple(holdings[:MAX_HOLDINGS]),
            holdings_total=len(holdings),
        )


def _last(answer: Answer) -> Message:
    """Read the message that ends an answer.

    Raises:
        Garbled: there is none.
    """
    return bolt.decode(answer.data)[-1]


def _service(hello: Message) -> Service:
    """Name the product: by its greeting or, where that was refused, by the family of the code."""
    server, code = hello.told("server"), hello.told(*CODE)
    if "Memgraph" in server or code.startswith("Memgraph."):
        return Service("memgraph")
    if server.startswith("Neo4j/") or code.startswith("Neo."):
        return Service("neo4j", versions.found_in(server, "Neo4j/"))
    return Service("bolt")


def _refused(service: Service, failure: Message) -> Outcome:
    if not REFUSED.fullmatch(failure.told(*CODE)):
        return half_proof(service, "nobody was neither let in nor sent away")
    return Assessment(
        access=Access.LOCKED, service=service, because="a session without a credential was refused"
    )


def _column(answer: list[Message]) -> list[str] | None:
    """Give the texts of the first column, or None when the statement was not carried out."""
    if any(one.sign in {Sign.FAILURE, Sign.IGNORED} for one in answer):
        return None
    return [value[:MAX_NAME] for value in _values(answer) if isinstance(value, str)]


def _values(answer: list[Message]) -> list[Value]:
    records = [one.content for one in answer if one.sign is Sign.RECORD]
    return [record[0] for record in records if isinstance(record, list) and record]


def _described(names: list[str]) -> Generator[StreamAsk, Answer, list[Holding]]:
    """Add nodes, labels and properties of the default database; a silence costs only detail."""
    holdings = [Holding(name=name, kind="database") for name in names if name != OWN]
    with suppress(NoAnswer, Garbled):
        described = _schema(bolt.decode((yield SCHEMA).data))
        default = described[0].name
        if default in names:
            return [*described, *(one for one in holdings if one.name != default)]
    return holdings


def _schema(answer: list[Message]) -> list[Holding]:
    """Read the answers to `SCHEMA`: the database, then its labels, which have no count.

    Raises:
        Garbled: a statement was not carried out.
    """
    number, labels, properties = _parts(answer)
    name = number[-1].told("db")[:MAX_NAME]
    keys = bounded(schema_names(_column(properties) or []))
    records = counts.read(Json(next(iter(_values(number)), None)))
    whole = Holding(name=name, kind="database", records=records, fields=keys)
    below = [f"{name}.{label}"[:MAX_NAME] for label in _column(labels) or []]
    return [whole, *(Holding(name=one, kind="label") for one in below)]


def _parts(answer: list[Message]) -> list[list[Message]]:
    """Cut the answers apart: after RESET's, each ends with its second summary."""
    ends = [place for place, one in enumerate(answer) if one.sign is not Sign.RECORD]
    if any(answer[place].sign is not Sign.SUCCESS for place in ends):
        raise Garbled("a statement was not carried out")
    starts, stops = ends[0:-1:2], ends[2::2]
    return [answer[a + 1 : b + 1] for a, b in zip(starts, stops, strict=True)]
