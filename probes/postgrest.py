"""PostgREST: which tables of a PostgreSQL database its anonymous role is shown."""

from scanner.fieldnames import bounded, schema_names
from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import FRONT, About, Get, HttpDialogue, Page
from scanner.verdict import NOT_FOUND, OK, half_proof, not_answered
from scanner.wire import Garbled, versions

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

#: No table has this name, and should one, none of its rows is asked for.
CONTROL = Get("/ronde_no_such_table?limit=0")

#: A table that is not there: since 13 in the server's own word, before in PostgreSQL's.
MISSING = frozenset({"PGRST205", "42P01"})

SIGNED = "postgrest/"


class Postgrest:
    """A server is open when it describes tables to nobody and misses one that cannot exist."""

    about = About(
        name="postgrest",
        title="PostgREST shows its tables to anyone",
        ports=frozenset({3000, 3001}),
        front=FRONT,
        asks=(FRONT, CONTROL),
        proves="its tables are described, and one that cannot exist is missing in its own words",
        cwe=306,
        remedy=(
            "Take `db-anon-role` out of the settings, or grant that role nothing but what the "
            "whole network may read; set `openapi-mode = disabled`, and `jwt-secret`."
        ),
        references=("https://docs.postgrest.org/en/stable/references/auth.html",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the header that every page has, refusals included."""
        server = front.headers.get("server", "")
        if not server.startswith(SIGNED):
            return None
        return Service("postgrest", versions.found_in(server, SIGNED))

    def assess(self, front: Page) -> HttpDialogue:
        """Read the description of the root; its page depends on what the anonymous role may do."""
        service = self.identify(front) or Service("postgrest")
        if front.status != OK:
            return not_answered(service, FRONT, front)
        described = _tables(front.json())
        if not _is_missing((yield CONTROL)):
            return half_proof(service, f"the control {CONTROL.template} was not missing")
        return Assessment(
            access=Access.OPEN,
            service=service,
            because=f"describes its tables without credentials: {len(described)}",
            proof=Proof(
                FRONT.name,
                f"{len(described)} tables described",
                "GET /ronde_no_such_table answered 404 with an error of its own",
            ),
            holdings=described[:MAX_HOLDINGS],
            holdings_total=len(described),
        )


def _tables(root: Json) -> tuple[Holding, ...]:
    """Read names and columns from the OpenAPI description.

    Raises:
        Garbled: it is none.
    """
    root["swagger"].text()
    root["paths"]["/"].items()
    definitions = root.get("definitions")
    if definitions is None:
        return ()
    return tuple(
        Holding(name=name, kind="table", fields=_columns(one)) for name, one in definitions.items()
    )


def _columns(table: Json) -> tuple[str, ...]:
    properties = table.get("properties")
    return () if properties is None else bounded(schema_names(key for key, _ in properties.items()))


def _is_missing(page: Page) -> bool:
    """Tell whether the table that cannot exist is refused by one of its codes."""
    try:
        return page.status == NOT_FOUND and page.json()["code"].text() in MISSING
    except Garbled:
        return False
