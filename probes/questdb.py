"""QuestDB: which tables a stranger can list over HTTP."""

from collections.abc import Generator, Iterator
from contextlib import suppress

from msgspec.structs import replace

from scanner.fieldnames import bounded, schema_names
from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import About, Get, HttpDialogue, NoAnswer, Page
from scanner.verdict import OK, REFUSED, half_proof, locked, path
from scanner.wire import Garbled, counts, versions

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

#: A row takes about 60 bytes, so this is 70,000 tables, or as many columns.
MAX_LISTING = 4 << 20


def _select(query: str) -> Get:
    quoted = query.replace(" ", "%20").replace("(", "%28").replace(")", "%29")
    return Get(f"/exec?query={quoted}", max_bytes=MAX_LISTING)


TABLES = _select("SHOW TABLES")
CONTROL = _select("SELECT x FROM ronde_no_such_table")
BUILD = _select("SELECT build()")
COUNTS = _select("SELECT table_name,table_row_count FROM tables()")
COLUMNS = _select("SELECT table_name,column_name FROM information_schema.columns")

#: Every answer is signed so, the refusals included.
SIGNATURE = "questDB/"
SERVICE = Service("questdb")

#: How a table that does not exist is refused.
MISSING = "table does not exist"

#: Tables of the server itself: its log of queries, its telemetry, what it has to tidy up.
OWN = ("sys.", "_query_trace", "telemetry")

BAD_REQUEST = 400


class Questdb:
    """A server is open when it lists its tables and refuses one that cannot exist."""

    about = About(
        name="questdb",
        title="QuestDB lets anyone query its tables",
        ports=frozenset({9000}),
        front=TABLES,
        asks=(TABLES, CONTROL, BUILD, COUNTS, COLUMNS),
        proves="the tables are listed, and a table that cannot exist is refused by name",
        cwe=306,
        remedy=(
            "Set `http.user` and `http.password` (7.4 and later), change those of PGWire, give "
            "`line.tcp.auth.db.path`, and bind each of them to the addresses that need it."
        ),
        references=("https://questdb.com/docs/configuration/http-server/",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the signature under every answer."""
        return SERVICE if front.headers.get("server", "").startswith(SIGNATURE) else None

    def assess(self, front: Page) -> HttpDialogue:
        """The front page is the listing; then ask for a table that cannot exist."""
        if front.status in REFUSED:
            return locked(SERVICE, TABLES, front)
        names = [name.text() for (name,) in _rows(front, 1)]
        tables = [name for name in names if not name.startswith(OWN)]
        control = yield CONTROL
        if not _is_missing(control):
            return half_proof(SERVICE, f"the control {path(CONTROL)} was not refused by name")
        service = yield from _introduced()
        return Assessment(
            access=Access.OPEN,
            service=service,
            because=f"lists its tables without credentials: {len(tables)}",
            proof=Proof(
                TABLES.name,
                f"{len(tables)} tables listed besides the server's own",
                f"{path(CONTROL)} answered {BAD_REQUEST} for a table that cannot exist",
            ),
            holdings=(yield from _described(tables)),
            holdings_total=len(tables),
        )


def _is_missing(page: Page) -> bool:
    try:
        refused = page.json()["error"].text().startswith(MISSING)
    except Garbled:
        return False
    return page.status == BAD_REQUEST and refused


def _introduced() -> Generator[Get, Page, Service]:
    """Add the version, where it is told."""
    with suppress(NoAnswer, Garbled):
        for (told,) in _rows((yield BUILD), 1):
            return Service("questdb", versions.found_in(told.text(), "QuestDB "))
    return SERVICE


def _described(tables: list[str]) -> Generator[Get, Page, tuple[Holding, ...]]:
    """Add rows and columns. The proof stands already: a silence here costs only detail."""
    held = {name: Holding(name=name, kind="table") for name in tables}
    with suppress(NoAnswer, Garbled):
        for table, count in _rows((yield COUNTS), 2):
            if (name := table.text()) in held:
                held[name] = replace(held[name], records=counts.read(count))
        fields: dict[str, list[str]] = {}
        for table, column in _rows((yield COLUMNS), 2):
            fields.setdefault(table.text(), []).append(column.text())
        for name in fields.keys() & held.keys():
            held[name] = replace(held[name], fields=bounded(schema_names(fields[name])))
    ranked = sorted(held.values(), key=lambda one: (-(one.records or 0), one.name))
    return tuple(ranked[:MAX_HOLDINGS])


def _rows(page: Page, columns: int) -> Iterator[list[Json]]:
    """Walk the rows of an answer.

    Raises:
        Garbled: another status, or rows of another length than was asked for.
    """
    if page.status != OK:
        raise Garbled("a query that was not answered")
    for row in page.json()["dataset"].elements():
        cells = list(row.elements())
        if len(cells) != columns:
            raise Garbled("a row of another length than was asked for")
        yield cells
