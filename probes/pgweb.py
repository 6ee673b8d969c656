"""pgweb: which databases of a PostgreSQL its console shows to anyone."""

from collections.abc import Generator, Iterator
from contextlib import suppress

from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Outcome, Proof, Service
from scanner.probe import FRONT, About, Get, HttpDialogue, NoAnswer, Page
from scanner.verdict import OK, half_proof, not_answered, path
from scanner.wire import Garbled, versions

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

DATABASES = Get("/api/databases")
CONTROL = Get("/api/tables/ronde_no_such_table/info")
OBJECTS = Get("/api/objects")
INFO = Get("/api/info")

TITLE = "pgweb"

#: How a console refuses who has not told it yet which server he wants.
BAD_REQUEST = 400
NOT_CONNECTED = frozenset({"Not connected", "Session ID is required"})

#: How PostgreSQL misses a table, in any language: by its name, perhaps behind that of a schema.
NO_TABLE = 'ronde_no_such_table"'


class Pgweb:
    """A console is open when it lists databases, and PostgreSQL misses what cannot exist."""

    about = About(
        name="pgweb",
        title="pgweb shows the databases of a PostgreSQL to anyone",
        ports=frozenset({8081}),
        front=FRONT,
        asks=(FRONT, DATABASES, CONTROL, OBJECTS, INFO),
        proves="the databases are listed, and a table that cannot exist is refused by name",
        cwe=306,
        remedy=(
            "Start it with `--auth-user` and `--auth-pass`, or with `--sessions` and no "
            "connection, `--readonly`, and bind it to loopback (`--bind`)."
        ),
        references=("https://github.com/sosedoff/pgweb/wiki/Usage",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the console's page, which holds nothing but its scripts."""
        return Service("pgweb") if front.status == OK and front.title == TITLE else None

    def assess(self, front: Page) -> HttpDialogue:  # noqa: ARG002 - its page says nothing more
        """List the databases; then see how PostgreSQL misses a table."""
        service = Service("pgweb", (yield from _version()))
        listing = yield DATABASES
        if _error(listing) in NOT_CONNECTED:
            because = "holds no connection: a visitor must bring an account of a database"
            return Assessment(access=Access.LOCKED, service=service, because=because)
        if listing.status != OK:
            return not_answered(service, DATABASES, listing)
        databases = [name.text() for name in listing.json().elements()]
        if NO_TABLE not in _error((yield CONTROL)):
            return half_proof(service, f"the control {path(CONTROL)} was not refused by name")
        return _open(service, databases, (yield from _tables()))


def _version() -> Generator[Get, Page, str | None]:
    """Ask for the version, which stood a level higher before 0.13."""
    with suppress(NoAnswer, Garbled):
        told = (yield INFO).json()
        return versions.read((told.get("app") or told)["version"].value)
    return None


def _error(page: Page) -> str:
    """Read the text of an error of the console's own; "" where it is none."""
    try:
        return page.json()["error"].text() if page.status == BAD_REQUEST else ""
    except Garbled:
        return ""


def _tables() -> Generator[Get, Page, list[Holding]]:
    """Name the tables of the database that it is connected to; without them, it holds less."""
    with suppress(NoAnswer, Garbled):
        return [
            Holding(name=f"{schema}.{name}", kind="table")
            for schema, kinds in (yield OBJECTS).json().items()
            for name in _named(kinds)
        ]
    return []


def _named(kinds: Json) -> Iterator[str]:
    """Walk the tables of a schema; since 0.13 each is an object."""
    for table in kinds["table"].elements():
        yield (table["name"] if table.is_object else table).text()


def _open(service: Service, databases: list[str], tables: list[Holding]) -> Outcome:
    held = [*(Holding(name=name, kind="database") for name in databases), *tables]
    return Assessment(
        access=Access.OPEN,
        service=service,
        because=f"lists the databases behind it without a log-in: {len(databases)}",
        proof=Proof(
            DATABASES.name,
            f"{len(databases)} databases listed",
            f"{CONTROL.name} answered {BAD_REQUEST}: PostgreSQL misses the table by its name",
        ),
        holdings=tuple(held[:MAX_HOLDINGS]),
        holdings_total=len(held),
    )
