"""rqlite: which tables of its SQLite a stranger can list."""

from collections.abc import Iterator

from scanner.fieldnames import bounded, schema_names
from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import FRONT, About, Get, HttpDialogue, Page
from scanner.verdict import OK, half_proof, not_answered, path
from scanner.wire import Garbled, versions

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

#: A row takes about 40 bytes, so this is 100,000 columns.
MAX_LISTING = 4 << 20


def _select(query: str) -> Get:
    """Put a query to the node that was asked alone; other nodes are none of our business."""
    quoted = query.replace(" ", "%20").replace("(", "%28").replace(")", "%29").replace("'", "%27")
    return Get(f"/db/query?level=none&q={quoted}", max_bytes=MAX_LISTING)


COLUMNS = _select(
    "SELECT m.name,p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p"
    " WHERE m.type='table'"
)
CONTROL = _select("SELECT x FROM ronde_no_such_table")

#: SQLite's own words for the control.
MISSING = "no such table: ronde_no_such_table"

#: Every response is signed so since 3.4, before anything else is decided.
SIGNATURE = "x-rqlite-version"

#: Tables that SQLite keeps for itself.
OWN = "sqlite_"


class Rqlite:
    """A node is open when it lists its tables and misses one that cannot exist."""

    about = About(
        name="rqlite",
        title="rqlite lets anyone query its tables",
        ports=frozenset({4001}),
        front=FRONT,
        asks=(FRONT, COLUMNS, CONTROL),
        proves="the tables are listed, and a table that cannot exist is refused by name",
        cwe=306,
        remedy=(
            "Start every node with `-auth` and a file of users without `*`, with TLS "
            "(`-http-cert`, `-http-key`), and bind it (`-http-addr`) to what its clients use."
        ),
        references=("https://rqlite.io/docs/guides/security/",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the signature, which a locked node writes as well."""
        told = front.headers.get(SIGNATURE)
        return Service("rqlite", versions.read(told)) if told else None

    def assess(self, front: Page) -> HttpDialogue:
        """List tables and columns; then ask for a table that cannot exist."""
        service = self.identify(front) or Service("rqlite")
        listing = yield COLUMNS
        if listing.status != OK:
            return not_answered(service, COLUMNS, listing)
        tables = _tables(listing)
        if not _is_missing((yield CONTROL)):
            return half_proof(service, f"the control {path(CONTROL)} was not refused by name")
        held = [
            Holding(name=name, kind="table", fields=bounded(schema_names(fields)))
            for name, fields in tables.items()
        ]
        return Assessment(
            access=Access.OPEN,
            service=service,
            because=f"lists its tables without credentials: {len(held)}",
            proof=Proof(
                COLUMNS.name,
                f"{len(held)} tables listed",
                f"{path(CONTROL)} refused a table that cannot exist",
            ),
            holdings=tuple(held[:MAX_HOLDINGS]),
            holdings_total=len(held),
        )


def _tables(page: Page) -> dict[str, list[str]]:
    """Read the columns of each table.

    Raises:
        Garbled: it is not the answer to this query.
    """
    tables: dict[str, list[str]] = {}
    for row in _rows(_result(page)):
        table, column = row.elements()
        if not table.text().startswith(OWN):
            tables.setdefault(table.text(), []).append(column.text())
    return tables


def _rows(result: Json) -> Iterator[Json]:
    """Walk the rows; a result without any has no `values`."""
    if len(result["columns"]) != len(("table", "column")):
        raise Garbled("a row of another length than was asked for")
    values = result.get("values")
    for row in values.elements() if values else ():
        if len(row) != len(("table", "column")):
            raise Garbled("a row of another length than was asked for")
        yield row


def _result(page: Page) -> Json:
    """Open the one result.

    Raises:
        Garbled: there is none, or there are several.
    """
    results = list(page.json()["results"].elements())
    if len(results) != 1:
        raise Garbled("expected the result of one query")
    return results[0]


def _is_missing(page: Page) -> bool:
    try:
        return page.status == OK and _result(page)["error"].text() == MISSING
    except Garbled:
        return False
