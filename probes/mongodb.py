"""MongoDB and what speaks its protocol: which databases and collections a stranger can list."""

import re
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, fields
from functools import partial
from itertools import islice
from typing import TypeVar

from msgspec.structs import replace

from scanner.fieldnames import bounded, schema_names
from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Outcome, Proof, Service, Silence, Unknown
from scanner.probe import About, Answer, Exchange, NoAnswer, StreamDialogue
from scanner.wire import Garbled, mongo

#: MongoDB 3.6, the first that reads OP_MSG; since 5.1 OP_QUERY is read for `isMaster` only.
OP_MSG_SINCE = 6

#: What one conversation asks about, so that a server of any size costs at most 275 asks.
MAX_DATABASES = 50
MAX_COUNTED = 200
MAX_INDEXED = 20

#: One batch of names; what is beyond it stays on the server.
BATCH = 2_000

#: Longer lists of names belong on the server, too.
MAX_HOLDINGS = 2_000

#: A namespace is `DATABASE.COLLECTION`; no version allows a longer one.
MAX_NAME = 255

SYSTEM = frozenset({"admin", "config", "local"})

#: What MongoDB allows on every platform: a listing cannot smuggle another namespace in.
DATABASE = re.compile(r"[^\x00-\x20/\\.\"$*<>:|?]{1,63}")

VERSION = re.compile(r"v?[0-9]{1,3}(\.[0-9]{1,5}){1,3}[A-Za-z0-9.+-]{0,20}")

#: Unauthorized, AuthenticationFailed and Atlas's own: the server wants a credential.
LOCKED = frozenset({13, 18, 8000})

#: How versions before 2.6, whose errors have no code, say so.
LOCKED_WORDS = ("need to login", "unauthorized", "not authorized")

#: The member starts, recovers, steps down, or has no replica set yet.
BUSY = frozenset({91, 189, 10107, 11600, 11602, 13435, 13436})

#: No counter goes beyond BSON's own integers; a double might.
LARGEST = 2**63 - 1

NO_SUCH_COMMAND = 59
NO_SUCH_WORDS = ("no such cmd", "no such command")

#: Which member of `buildInfo` gives a product away that only speaks MongoDB's protocol.
PRODUCTS = {
    "ferretdb": "ferretdb",
    "ferretdbVersion": "ferretdb",
    "psmdbVersion": "percona-server-mongodb",
    "secantusVersion": "secantusdb",
}

#: Members of an index's key that name no field: every collection's own, wildcard and text indexes.
OWN_KEYS = frozenset({"_id", "$**", "_fts", "_ftsx"})

T = TypeVar("T")
Document = dict[str, object]


@dataclass(frozen=True, slots=True)
class Dialect:
    """Every command that is ever sent, in one of the protocol's two generations."""

    build_info: Exchange
    list_databases: Exchange
    control: Exchange
    list_collections: Exchange
    db_stats: Exchange
    coll_stats: Exchange
    list_indexes: Exchange

    @classmethod
    def of(cls, pack: Callable[[str, Document], bytes], generation: str) -> "Dialect":
        """Declare the commands; nothing but these documents can leave the probe."""

        def ask(name: str, build: Callable[..., tuple[str, Document]]) -> Exchange:
            return Exchange(
                name=f"{name} ({generation})",
                encode=lambda *arguments: pack(*build(*arguments)),
                framing=mongo.framing,
            )

        return cls(
            build_info=ask("buildInfo", lambda: ("admin", {"buildInfo": 1})),
            list_databases=ask(
                "listDatabases", lambda: ("admin", {"listDatabases": 1, "nameOnly": True})
            ),
            control=ask("rondeNoSuchCommand", lambda: ("admin", {"rondeNoSuchCommand": 1})),
            list_collections=ask("listCollections", _list_collections),
            db_stats=ask("dbStats", lambda database: (database, {"dbStats": 1})),
            coll_stats=ask("collStats", lambda database, name: (database, {"collStats": name})),
            list_indexes=ask(
                "listIndexes", lambda database, name: (database, {"listIndexes": name})
            ),
        )

    def __iter__(self) -> Iterator[Exchange]:
        """Walk the commands."""
        return (getattr(self, one.name) for one in fields(self))


@dataclass(frozen=True, slots=True)
class Contents:
    """What a database showed of itself; `hidden` when it wants a credential for that."""

    holdings: list[Holding]
    hidden: bool = False


def _list_collections(database: str) -> tuple[str, Document]:
    """Ask for names and types only: the options of a view hold its pipeline, with literals."""
    return database, {"listCollections": 1, "nameOnly": True, "cursor": {"batchSize": BATCH}}


OLD = Dialect.of(mongo.query, "OP_QUERY")
NEW = Dialect.of(mongo.message, "OP_MSG")

#: The one question that every version since 1.x answers, to anyone.
HELLO = Exchange(
    name="isMaster",
    encode=lambda: mongo.query("admin", {"isMaster": 1}),
    framing=mongo.framing,
)


class MongoDb:
    """A server is open when it names its databases and refuses a command that cannot exist."""

    about = About(
        name="mongodb",
        title="MongoDB lists its databases to anyone",
        ports=frozenset({27017, 27018, 27019}),
        front=HELLO,
        asks=(HELLO, *NEW, *OLD),
        proves="the databases are listed, and a command that cannot exist is refused by its name",
        cwe=306,
        remedy=(
            "Create an administrator, set `security.authorization: enabled`, and bind the server "
            "to the addresses that its clients need (`net.bindIp`)."
        ),
        references=("https://www.mongodb.com/docs/manual/administration/security-checklist/",),
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise the reply to `isMaster`, which everyone gets: it proves nothing."""
        hello = mongo.document(front.data)
        known = any(hello.get(role) is not None for role in ("ismaster", "isWritablePrimary"))
        return Service("mongodb") if known or _code(hello) else None

    def assess(self, front: Answer) -> StreamDialogue:
        """List the databases; then see whether the server knows what it cannot do."""
        hello = mongo.document(front.data)
        dialect = _dialect(hello)
        service = _named(mongo.document((yield dialect.build_info).data))
        listing = mongo.document((yield dialect.list_databases).data)
        if not _succeeded(listing):
            return _refused(service, hello, listing)
        databases = list({one["name"].text(): None for one in listing["databases"].elements()})
        control = mongo.document((yield dialect.control).data)
        if not databases or not _is_unknown_command(control):
            return _half_proof(service, databases)
        hidden, holdings = yield from _listed(dialect, databases)
        but = ", but refuses to list what is in them" if hidden else ""
        return Assessment(
            access=Access.PARTIAL if hidden else Access.OPEN,
            service=service,
            because=f"lists its databases without credentials{but}: {len(databases)}",
            proof=Proof(
                dialect.list_databases.name,
                f"{len(databases)} databases listed",
                f"{dialect.control.name} was refused as an unknown command",
            ),
            holdings=(yield from _described(dialect, holdings)),
            holdings_total=len(holdings),
        )


def _dialect(hello: Json) -> Dialect:
    """Choose what the server reads; one that refuses even `isMaster` is newer than OP_QUERY."""
    modern = _whole(hello, "maxWireVersion", 0) >= OP_MSG_SINCE or not _succeeded(hello)
    return NEW if modern else OLD


def _succeeded(reply: Json) -> bool:
    """Read `ok`, which servers write as a double, an integer or a boolean."""
    return reply["ok"].value in (1, True)


def _code(reply: Json) -> int:
    """Give the code of a refusal: 0 where the command succeeded or the error has none."""
    return 0 if _succeeded(reply) else _whole(reply, "code", 0)


def _words(reply: Json) -> str:
    message = reply.get("errmsg")
    return "" if message is None else message.text().lower()


def _whole(reply: Json, member: str, otherwise: int) -> int:
    """Read a whole number, which old servers and shells write as a double."""
    found = reply.get(member)
    value = None if found is None else found.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return otherwise
    return int(value) if abs(value) <= LARGEST and value == int(value) else otherwise


def _named(build: Json) -> Service:
    """Name the product; what only speaks the protocol says so in `buildInfo`."""
    for member, product in PRODUCTS.items():
        told = build.get(member)
        if told is not None:
            return Service(product, _version(told.get("version") if told.is_object else told))
    return Service("mongodb", _version(build.get("version")))


def _version(told: Json | None) -> str | None:
    text = "" if told is None else str(told.value)
    return text.removeprefix("v") if VERSION.fullmatch(text) else None


def _refused(service: Service, hello: Json, listing: Json) -> Outcome:
    code = _code(listing)
    why = f"listDatabases was refused with code {code}"
    if _is_locked(listing):
        return Assessment(access=Access.LOCKED, service=service, because=why)
    if hello.get("arbiterOnly") is not None:
        why = "an arbiter votes and holds no data"
        return Assessment(access=Access.IDENTIFIED, service=service, because=why)
    return Unknown(Silence.BUSY if code in BUSY else Silence.HALF_PROOF, why, service)


def _is_locked(reply: Json) -> bool:
    """Tell whether a refusal asks for a credential, by its code or in the words of old."""
    return _code(reply) in LOCKED or _words(reply).startswith(LOCKED_WORDS)


def _half_proof(service: Service, databases: list[str]) -> Outcome:
    """Say which side is missing: a locked server that has no user yet lists nothing, too."""
    side = "the control rondeNoSuchCommand was not refused as an unknown command"
    why = side if databases else "listDatabases succeeded, but named no database"
    return Unknown(Silence.HALF_PROOF, why, service)


def _is_unknown_command(control: Json) -> bool:
    unknown = _code(control) == NO_SUCH_COMMAND
    return unknown or (not _succeeded(control) and _words(control).startswith(NO_SUCH_WORDS))


def _detail(ask: Exchange, read: Callable[[Json], T]) -> Generator[Exchange, Answer, T | None]:
    """Ask for what the proof does not need: a silence or a garbled reply costs only detail."""
    try:
        return read(mongo.document((yield ask).data))
    except (NoAnswer, Garbled):
        return None


def _listed(
    dialect: Dialect, databases: list[str]
) -> Generator[Exchange, Answer, tuple[bool, list[Holding]]]:
    """List the collections of the team's own databases; of the server's own, only their names.

    Gives whether every listing was refused, and the holdings.
    """
    seen: dict[str, Contents] = {}
    own = (name for name in databases if name not in SYSTEM and DATABASE.fullmatch(name))
    for name in islice(own, MAX_DATABASES):
        contents = yield from _detail(dialect.list_collections.fill(name), partial(_contents, name))
        if contents is None:
            break
        seen[name] = contents
    holdings = [seen.get(name) or Contents([_database(name)]) for name in databases]
    hidden = bool(seen) and all(contents.hidden for contents in seen.values())
    return hidden, [holding for contents in holdings for holding in contents.holdings]


def _contents(database: str, reply: Json) -> Contents:
    """Read a listing; a database that does not give one is a holding itself."""
    if not _succeeded(reply):
        return Contents([_database(database)], hidden=_is_locked(reply))
    listed = reply["cursor"]["firstBatch"].elements()
    return Contents([_collection(database, one) for one in listed])


def _collection(database: str, listed: Json) -> Holding:
    """Name a collection; views are told apart because to count one would run its pipeline."""
    kind = listed.get("type")
    view = kind is not None and kind.value == "view"
    name = f"{database}.{listed['name'].text()}"
    return Holding(name=name[:MAX_NAME], kind="view" if view else "collection")


def _database(name: str) -> Holding:
    return Holding(name=name[:MAX_NAME], kind="database")


def _described(
    dialect: Dialect, holdings: list[Holding]
) -> Generator[Exchange, Answer, tuple[Holding, ...]]:
    """Count what is worth it, then name the indexed fields of the largest."""
    kept = sorted(holdings, key=_rank)[:MAX_HOLDINGS]
    kept = yield from _amended(kept, MAX_COUNTED, partial(_counting, dialect), _with_counts)
    kept.sort(key=_rank)
    kept = yield from _amended(kept, MAX_INDEXED, partial(_indexing, dialect), _with_fields)
    return tuple(kept)


def _amended(
    holdings: list[Holding],
    most: int,
    ask_for: Callable[[Holding], Exchange | None],
    read: Callable[[Holding, Json], Holding],
) -> Generator[Exchange, Answer, list[Holding]]:
    """Add to the first few holdings what one more ask about each tells, until one fails."""
    amended = list(holdings)
    for place, holding in enumerate(holdings[:most]):
        ask = ask_for(holding)
        if ask is None:
            continue
        told = yield from _detail(ask, partial(read, holding))
        if told is None:
            break
        amended[place] = told
    return amended


def _rank(holding: Holding) -> tuple[bool, int, str]:
    """Put the team's own before the server's, and the largest on top."""
    database, _, collection = holding.name.partition(".")
    system = database in SYSTEM or collection.startswith("system.")
    return system, -(holding.records or 0), holding.name


def _counting(dialect: Dialect, holding: Holding) -> Exchange | None:
    """Choose what reads the counters that the server keeps; a view has none."""
    if holding.kind == "collection":
        return dialect.coll_stats.fill(*holding.name.split(".", 1))
    whole = holding.kind == "database" and holding.name not in SYSTEM
    countable = whole and DATABASE.fullmatch(holding.name)
    return dialect.db_stats.fill(holding.name) if countable else None


def _with_counts(holding: Holding, stats: Json) -> Holding:
    """Add entries and bytes: `collStats` and `dbStats` name them differently."""
    records, size = ("objects", "dataSize") if holding.kind == "database" else ("count", "size")
    return replace(holding, records=_count(stats, records), bytes=_count(stats, size))


def _count(stats: Json, member: str) -> int | None:
    number = _whole(stats, member, -1)
    return number if number >= 0 else None


def _indexing(dialect: Dialect, holding: Holding) -> Exchange | None:
    if holding.kind != "collection" or not holding.records:
        return None
    return dialect.list_indexes.fill(*holding.name.split(".", 1))


def _with_fields(holding: Holding, reply: Json) -> Holding:
    """Add the names of the indexed fields; a partial index's expression is not looked at."""
    if not _succeeded(reply):
        return holding
    keys = [one["key"] for one in reply["cursor"]["firstBatch"].elements()]
    names = schema_names(name for key in keys for name, _ in key.items())
    return replace(holding, fields=bounded(names - OWN_KEYS))
