"""Cassandra, Scylla and DSE: which tables a stranger can list over CQL."""

import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from uuid import UUID

from msgspec.structs import replace

from scanner.fieldnames import bounded, schema_names
from scanner.model import Access, Assessment, Holding, Outcome, Proof, Service, Silence, Unknown
from scanner.probe import About, Answer, Exchange, NoAnswer, StreamDialogue
from scanner.verdict import half_proof
from scanner.wire import Garbled, cql, versions

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

#: What a server can do is said in some 200 bytes; Scylla says a few lines more.
MAX_GREETING = 64 << 10


def _query(text: str, max_bytes: int = cql.MAX_BODY) -> Exchange:
    return Exchange(
        name=text, encode=lambda: cql.query(text), framing=cql.frame, max_bytes=max_bytes
    )


OPTIONS = Exchange(name="OPTIONS", encode=cql.options, framing=cql.frame, max_bytes=MAX_GREETING)
STARTUP = Exchange(name="STARTUP", encode=cql.startup, framing=cql.frame, max_bytes=MAX_GREETING)
NODE = _query("SELECT release_version, host_id FROM system.local", MAX_GREETING)
CONTROL = _query("SELECT a FROM system.ronde_no_such_table", MAX_GREETING)
TABLES = _query("SELECT keyspace_name, table_name FROM system_schema.tables")
TABLES_2 = _query("SELECT keyspace_name, columnfamily_name FROM system.schema_columnfamilies")
COLUMNS = _query("SELECT keyspace_name, table_name, column_name FROM system_schema.columns")
SIZES = _query(
    "SELECT keyspace_name, table_name, partitions_count, mean_partition_size"
    " FROM system.size_estimates"
)

#: Codes of an ERROR (`native_protocol_v3.spec`, section 9).
PROTOCOL = 0x000A
BUSY = frozenset({0x1000, 0x1001, 0x1002})
UNAUTHORIZED = 0x2100
INVALID = 0x2200

UUID_BYTES = 16

#: Keyspaces that the products bring; a team's own never begin so.
OWN = re.compile(r"(?:system|dse|solr)(?:_|$)|OpsCenter$")


class Cassandra:
    """A node is open when it begins a session with anybody and lists its tables."""

    about = About(
        name="cassandra",
        title="Cassandra lets anyone query its tables",
        ports=frozenset({9042, 19042}),
        tls_ports=frozenset({9142, 19142}),
        front=OPTIONS,
        asks=(OPTIONS, STARTUP, NODE, TABLES, TABLES_2, CONTROL, COLUMNS, SIZES),
        proves="the tables are listed, and a table that cannot exist is refused as invalid",
        cwe=306,
        remedy=(
            "Set `authenticator: PasswordAuthenticator` and `authorizer: CassandraAuthorizer` in "
            "cassandra.yaml, replace the account `cassandra`, raise the replication of "
            "`system_auth`, and let only the clients reach 9042."
        ),
        references=(
            "https://cassandra.apache.org/doc/latest/cassandra/managing/operating/security.html",
            "https://docs.scylladb.com/manual/stable/operating-scylla/security/",
        ),
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise what the server can do, or how it refuses a version of the protocol."""
        message = cql.decode(front.data)
        if isinstance(message, cql.Options) and "CQL_VERSION" in message.values:
            is_scylla = any(key.startswith("SCYLLA_") for key in message.values)
            return Service("scylla" if is_scylla else "cassandra")
        refused = isinstance(message, cql.Failure) and message.code == PROTOCOL
        return Service("cassandra") if refused else None

    def assess(self, front: Answer) -> StreamDialogue:
        """Begin a session and list the tables; then ask for one that cannot exist."""
        service = self.identify(front) or Service("cassandra")
        begun = cql.decode((yield STARTUP).data)
        if not isinstance(begun, cql.Ready):
            return _not_begun(service, begun)
        service = yield from _introduced(service)
        ask, listing = yield from _listed()
        if isinstance(listing, cql.Failure):
            return _failed(service, ask, listing)
        names = [(_text(keyspace), _text(table)) for keyspace, table in _cells(listing, 2)]
        tables = [name for name in names if not OWN.match(name[0])]
        control = cql.decode((yield CONTROL).data)
        if not isinstance(control, cql.Failure) or control.code != INVALID:
            return half_proof(service, "a table that cannot exist was not refused as invalid")
        return Assessment(
            access=Access.OPEN,
            service=service,
            because=f"lets anyone begin a session and lists its tables: {len(tables)}",
            proof=Proof(
                ask.name,
                f"{len(tables)} tables listed besides the product's own",
                f"a table that cannot exist was refused with code {INVALID:#x}",
            ),
            holdings=(yield from _described(tables)),
            holdings_total=len(tables),
        )


def _not_begun(service: Service, begun: cql.Message) -> Outcome:
    """Tell a node that wants to know who we are from one that failed."""
    if isinstance(begun, cql.Demand):
        because = "demands a login before any query"
        return Assessment(access=Access.LOCKED, service=service, because=because)
    if isinstance(begun, cql.Failure):
        return _failed(service, STARTUP, begun)
    return half_proof(service, f"{STARTUP.name} was answered with another message")


def _failed(service: Service, ask: Exchange, failure: cql.Failure) -> Outcome:
    if failure.code == UNAUTHORIZED:
        because = "begins a session with anyone, and refuses its schema to him"
        return Assessment(access=Access.LOCKED, service=service, because=because)
    why = f"{ask.name.partition(' ')[0]} was refused with code {failure.code:#x}"
    return Unknown(Silence.BUSY if failure.code in BUSY else Silence.HALF_PROOF, why, service)


def _introduced(service: Service) -> Generator[Exchange, Answer, Service]:
    """Add the release and the node's own lasting name, where it tells them."""
    message = cql.decode((yield NODE).data)
    if isinstance(message, cql.Failure):
        return service
    for release, host in _cells(message, 2):
        version = versions.read(_text(release))
        return Service(service.product, version, _uuid(host or b""))
    return service


def _uuid(raw: bytes) -> str | None:
    return str(UUID(bytes=raw)) if len(raw) == UUID_BYTES else None


def _listed() -> Generator[Exchange, Answer, tuple[Exchange, cql.Message]]:
    """List the tables; before 3.0 the schema stood elsewhere."""
    listing = cql.decode((yield TABLES).data)
    if isinstance(listing, cql.Failure) and listing.code == INVALID:
        return TABLES_2, cql.decode((yield TABLES_2).data)
    return TABLES, listing


def _described(
    tables: Sequence[tuple[str, str]],
) -> Generator[Exchange, Answer, tuple[Holding, ...]]:
    """Add columns and sizes. The proof stands already: a silence here costs only detail."""
    held = {name: Holding(name=".".join(name), kind="table") for name in tables}
    with suppress(NoAnswer, Garbled):
        for name, fields in _columns(cql.decode((yield COLUMNS).data)).items():
            if name in held:
                held[name] = replace(held[name], fields=bounded(schema_names(fields)))
        for name, (records, size) in _sizes(cql.decode((yield SIZES).data)).items():
            if name in held:
                held[name] = replace(held[name], records=records, bytes=size)
    ranked = sorted(held.values(), key=lambda one: (-(one.records or 0), one.name))
    return tuple(ranked[:MAX_HOLDINGS])


def _columns(message: cql.Message) -> dict[tuple[str, str], list[str]]:
    columns: dict[tuple[str, str], list[str]] = {}
    for keyspace, table, column in _cells(message, 3):
        columns.setdefault((_text(keyspace), _text(table)), []).append(_text(column))
    return columns


def _sizes(message: cql.Message) -> dict[tuple[str, str], tuple[int, int]]:
    """Sum up the estimates of this node's ranges; what it never estimated is not there."""
    sizes: dict[tuple[str, str], tuple[int, int]] = {}
    for keyspace, table, count, mean in _cells(message, 4):
        name = (_text(keyspace), _text(table))
        records, size = sizes.get(name, (0, 0))
        partitions = _count(count)
        sizes[name] = (records + partitions, size + partitions * _count(mean))
    return sizes


def _cells(message: cql.Message, length: int) -> Iterator[tuple[bytes | None, ...]]:
    if not isinstance(message, cql.Rows) or any(len(row) != length for row in message.rows):
        raise Garbled("no rows of the length that was asked for")
    yield from message.rows


def _text(cell: bytes | None) -> str:
    return (cell or b"").decode("utf-8", "replace")


def _count(cell: bytes | None) -> int:
    return max(0, int.from_bytes(cell or b"", "big", signed=True))
