"""ClickHouse: which tables a stranger can list over HTTP; its native port is only recognised."""

import re
from collections.abc import Generator, Iterator
from contextlib import suppress
from datetime import UTC, datetime

from msgspec.structs import replace

from scanner.fieldnames import bounded, schema_names
from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Outcome, Proof, Service
from scanner.probe import FRONT, About, Get, HttpDialogue, NoAnswer, Page
from scanner.verdict import BUSY, OK, half_proof, not_answered, not_ours, path
from scanner.wire import Garbled, versions

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

#: One row takes about 80 bytes, so this is a server of 50,000 tables.
MAX_LISTING = 4 << 20

#: What the server itself brings; it holds its own log of queries, which we must not look into.
OWN = "%27system%27,%27INFORMATION_SCHEMA%27,%27information_schema%27"


def _select(what: str, max_bytes: int = MAX_LISTING) -> Get:
    """Write a query into a target: servers run a GET read-only, whatever it says."""
    query = f"SELECT {what} FORMAT JSONCompact".replace(" ", "%20")
    return Get(f"/?query={query.replace('(', '%28').replace(')', '%29')}", max_bytes=max_bytes)


DATABASES = _select("version(),name FROM system.databases")
CONTROL = _select("1 FROM system.ronde_no_such_table")
TABLES = _select(
    "database,name,toUnixTimestamp(metadata_modification_time) FROM system.tables"
    f" WHERE database NOT IN ({OWN})"
)
PARTS = _select(
    "database,table,sum(rows),sum(bytes_on_disk) FROM system.parts"
    f" WHERE active AND database NOT IN ({OWN}) GROUP BY database,table"
)
COLUMNS = _select(f"database,table,name FROM system.columns WHERE database NOT IN ({OWN})")

SERVICE = Service("clickhouse")

#: `Code: 60, e.displayText() = DB::Exception: …` before 20.x, `Code: 60. DB::Exception: …` since.
ERROR = re.compile(rb"Code: (\d{1,5})[.,] (?:e\.displayText\(\) = )?DB::Exception:")
UNKNOWN_TABLE = 60
NOT_ENOUGH_PRIVILEGES = 497
#: Unknown user, wrong or missing password, address not allowed, authentication failed.
SHUT = frozenset({192, 193, 194, 195, 516})

#: How the native port answers a request of HTTP (`src/Server/TCPHandler.cpp`).
NATIVE = re.compile(rb"Port \d{1,5} is for clickhouse-client program")

#: 64 bits at most; `true` and `1.5` are no counts.
NUMBER = re.compile(r"[0-9]{1,19}")

BAD_REQUEST = 400


class Clickhouse:
    """A server is open when it lists its databases and refuses a table that cannot exist."""

    about = About(
        name="clickhouse",
        title="ClickHouse answers queries without a password",
        ports=frozenset({8123, 9000}),
        tls_ports=frozenset({8443, 9440}),
        front=FRONT,
        asks=(FRONT, DATABASES, CONTROL, TABLES, PARTS, COLUMNS),
        proves="the databases are listed, and a table that cannot exist is refused by its code",
        cwe=306,
        remedy=(
            "Give the user `default` a password (`password_sha256_hex` in users.xml) or remove "
            "it, limit its `<networks>`, and set `listen_host` to the addresses that need it."
        ),
        references=("https://clickhouse.com/docs/operations/settings/settings-users",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the native port, and take every server that says `Ok.` for a candidate."""
        native = front.status == BAD_REQUEST and NATIVE.match(front.body)
        greets = front.status == OK and front.body == b"Ok.\n"
        return SERVICE if native or greets or _code(front) else None

    def assess(self, front: Page) -> HttpDialogue:
        """List the databases; then see what the server says of a table that it has not."""
        if NATIVE.match(front.body):
            because = "the native port lets nobody in who names no user, and none was named"
            return Assessment(access=Access.IDENTIFIED, service=SERVICE, because=because)
        listing = yield DATABASES
        if listing.status != OK:
            return _no_listing(listing)
        rows = list(_rows(listing, 2))
        databases = [database.text() for _, database in rows]
        if not databases:
            return half_proof(SERVICE, f"{path(DATABASES)} listed not even the system's database")
        service = Service("clickhouse", versions.read(rows[0][0].value))
        control = yield CONTROL
        access = _access(control)
        if access is None:
            return half_proof(service, f"the control was not refused by its code: {control.status}")
        holdings, total = yield from _described(databases)
        return Assessment(
            access=access,
            service=service,
            because=f"answers queries without a password: {len(databases)} databases listed",
            proof=Proof(
                f"{path(DATABASES)} (the databases)",
                f"{len(databases)} databases listed",
                f"a table that cannot exist was refused with code {_code(control)}",
            ),
            holdings=holdings,
            holdings_total=total,
        )


def _no_listing(listing: Page) -> Outcome:
    """Tell a server that demands a password from one that is no ClickHouse."""
    code = _code(listing)
    if code in SHUT:
        because = f"the user `default` is refused with code {code}"
        return Assessment(access=Access.LOCKED, service=SERVICE, because=because)
    if code == NOT_ENOUGH_PRIVILEGES:
        return half_proof(SERVICE, "the user `default` is let in, but may not list the databases")
    if code is None and listing.status not in BUSY:
        return not_ours(DATABASES, listing)
    return not_answered(SERVICE, DATABASES, listing)


def _code(page: Page) -> int | None:
    """Read the code of an error in ClickHouse's own form of words."""
    found = ERROR.match(page.body) if page.status != OK else None
    return int(found[1]) if found else None


def _access(control: Page) -> Access | None:
    codes = {UNKNOWN_TABLE: Access.OPEN, NOT_ENOUGH_PRIVILEGES: Access.PARTIAL}
    return codes.get(_code(control) or 0)


def _described(databases: list[str]) -> Generator[Get, Page, tuple[tuple[Holding, ...], int]]:
    """Name the tables. The proof stands already: a silence here costs only detail."""
    holdings = [Holding(name=name, kind="database") for name in databases]
    tables: dict[tuple[str, str], Holding] = {}
    with suppress(NoAnswer, Garbled):
        tables = dict(_tables((yield TABLES)))
        holdings = list(tables.values())
        tables |= _weighed(tables, (yield PARTS))
        tables |= _with_fields(tables, (yield COLUMNS))
    described = sorted(tables.values(), key=lambda one: (-(one.records or 0), one.name))
    return tuple((described or holdings)[:MAX_HOLDINGS]), len(holdings)


def _tables(page: Page) -> Iterator[tuple[tuple[str, str], Holding]]:
    for database, table, changed in _rows(page, 3):
        name = (database.text(), table.text())
        yield name, Holding(name=".".join(name), kind="table", created=_date(_number(changed)))


def _weighed(
    tables: dict[tuple[str, str], Holding], page: Page
) -> Iterator[tuple[tuple[str, str], Holding]]:
    """Add rows and bytes; engines without parts (Memory, Log, views) have no row here."""
    for database, table, records, size in _rows(page, 4):
        name = (database.text(), table.text())
        if name in tables:
            yield name, replace(tables[name], records=_number(records), bytes=_number(size))


def _with_fields(
    tables: dict[tuple[str, str], Holding], page: Page
) -> Iterator[tuple[tuple[str, str], Holding]]:
    fields: dict[tuple[str, str], list[str]] = {}
    for database, table, column in _rows(page, 3):
        fields.setdefault((database.text(), table.text()), []).append(column.text())
    for name in fields.keys() & tables.keys():
        yield name, replace(tables[name], fields=bounded(schema_names(fields[name])))


def _rows(page: Page, columns: int) -> Iterator[list[Json]]:
    """Walk the rows of a JSONCompact reply; each has as many cells as columns were asked for.

    Raises:
        Garbled: another status, another structure, or a row that is too short or too long.
    """
    if page.status != OK:
        raise Garbled("a query that was not answered")
    document = page.json()
    headers = len(document["meta"])
    for row in document["data"].elements():
        cells = list(row.elements())
        if not len(cells) == headers == columns:
            raise Garbled("a row of another length than was asked for")
        yield cells


def _number(cell: Json) -> int | None:
    """Read a count: 64-bit ones are quoted unless the server is told otherwise."""
    text = str(cell.value)
    return int(text) if NUMBER.fullmatch(text) else None


def _date(seconds: int | None) -> datetime | None:
    """Read when a table was made or last altered; tables in memory have no date."""
    return datetime.fromtimestamp(seconds, UTC) if seconds and seconds < 1 << 32 else None
