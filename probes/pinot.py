"""Pinot: which tables a stranger can list from the controller, their columns and their sizes."""

from collections.abc import Generator, Iterator
from contextlib import suppress

from msgspec.structs import replace

from scanner.fieldnames import bounded, schema_names
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import FRONT, About, Get, HttpAsk, HttpDialogue, NoAnswer, Page
from scanner.verdict import NOT_FOUND, OK, half_proof, not_answered, path
from scanner.wire import Garbled, versions

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

#: What one conversation asks about: for a size, the controller asks every server of the table.
MAX_DESCRIBED = 20

TABLES = Get("/tables")
CONTROL = Get("/schemas/ronde-no-such-schema")
VERSION = Get("/version")
SCHEMA = Get("/tables/{}/schema")
SIZE = Get("/tables/{}/size?verbose=false")

#: The console of the controller, which needs no login and shows nothing by itself.
TITLE = "Apache Pinot"

#: How a controller says that it has no such schema (`PinotSchemaRestletResource.java`).
MISSING = "Schema not found"

#: Where a schema keeps its columns (`Schema.java`); one that has none of a kind leaves it out.
COLUMNS = ("dimensionFieldSpecs", "metricFieldSpecs", "dateTimeFieldSpecs", "complexFieldSpecs")


class Pinot:
    """A controller is open when it lists its tables and has no schema that cannot exist."""

    about = About(
        name="pinot",
        title="Pinot lists its tables to anyone",
        ports=frozenset({9000}),
        front=FRONT,
        asks=(FRONT, TABLES, CONTROL, VERSION, SCHEMA, SIZE),
        proves="the tables are listed, and a schema that cannot exist is refused",
        cwe=306,
        remedy=(
            "Give each process an access control that asks who calls, such as "
            "`BasicAuthAccessControlFactory` (`controller.admin.access.control.factory.class`, "
            "`pinot.broker.access.control.class`, "
            "`pinot.server.admin.access.control.factory.class`), over TLS, and let only its "
            "clients reach them."
        ),
        references=("https://docs.pinot.apache.org/operators/tutorials/authentication",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the console by its title: a locked controller shows it, too."""
        return Service("pinot") if front.status == OK and front.title == TITLE else None

    def assess(self, front: Page) -> HttpDialogue:
        """List the tables; then ask for a schema that cannot exist."""
        service = self.identify(front) or Service("pinot")
        listing = yield TABLES
        if listing.status != OK:
            return not_answered(service, TABLES, listing)
        names = sorted(one.text() for one in listing.json()["tables"].elements())
        if not _is_missing((yield CONTROL)):
            return half_proof(service, f"the control {path(CONTROL)} was not refused in its words")
        return Assessment(
            access=Access.OPEN,
            service=(yield from _introduced(service)),
            because=f"lists its tables without credentials: {len(names)}",
            proof=Proof(
                TABLES.name,
                f"{len(names)} tables listed",
                f"{path(CONTROL)} answered {NOT_FOUND} with an error of its own",
            ),
            holdings=(yield from _described(names[:MAX_HOLDINGS])),
            holdings_total=len(names),
        )


def _is_missing(page: Page) -> bool:
    """Tell whether the schema that cannot exist is refused in the product's own words."""
    try:
        told = page.json()
        code, error = told["code"].integer(), told["error"].text()
    except Garbled:
        return False
    return page.status == code == NOT_FOUND and error == MISSING


def _introduced(service: Service) -> Generator[HttpAsk, Page, Service]:
    """Add the version: every component tells its own, with the commit behind a hyphen."""
    with suppress(NoAnswer, Garbled):
        for name, version in (yield VERSION).json().items():
            if name.startswith("pinot"):
                return Service("pinot", versions.read(version.text().partition("-")[0]))
    return service


def _described(names: list[str]) -> Generator[HttpAsk, Page, tuple[Holding, ...]]:
    """Add columns and sizes. The proof stands already: a silence costs only detail."""
    holdings = [Holding(name=name, kind="table") for name in names]
    with suppress(NoAnswer, Garbled):
        for place, holding in enumerate(holdings[:MAX_DESCRIBED]):
            holdings[place] = replace(holding, fields=_columns((yield SCHEMA.fill(holding.name))))
            size = _size((yield SIZE.fill(holding.name)))
            holdings[place] = replace(holdings[place], bytes=size)
    return tuple(holdings)


def _columns(page: Page) -> tuple[str, ...]:
    """Name the columns of a schema; a table without one has none to tell."""
    return bounded(schema_names(_specified(page))) if page.status == OK else ()


def _specified(page: Page) -> Iterator[str]:
    schema = page.json()
    for kind in COLUMNS:
        if specs := schema.get(kind):
            yield from (one["name"].text() for one in specs.elements())


def _size(page: Page) -> int | None:
    """Read what the servers reported; -1 stands for servers that did not (`TableSizeReader`)."""
    size = page.json()["reportedSizeInBytes"].integer() if page.status == OK else -1
    return size if size >= 0 else None
