"""Hasura: which tables a caller without a secret may query."""

from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Outcome, Proof, Service
from scanner.probe import About, Fixed, Get, HttpDialogue, Method, Page
from scanner.verdict import OK, REFUSED, half_proof, locked, not_answered
from scanner.wire import Garbled, versions

MAX_HOLDINGS = 2_000

#: Public by design, with a secret and without.
VERSION = Get("/v1/version")

TABLES = Fixed(
    method=Method.POST,
    template="/v1/graphql",
    about="names of the queries",
    body=b'{"query":"{__schema{queryType{fields{name}}}}"}',
)
CONTROL = Fixed(
    method=Method.POST,
    template="/v1/graphql",
    about="control",
    body=b'{"query":"{ronde_no_such_table}"}',
)

#: For administrators only: a caller who gets it is one.
SETTINGS = Get("/v1alpha1/config")

EDITIONS = frozenset({"ce", "ee", "pro", "cloud"})

#: Error codes of the server's own.
DENIED = frozenset({"access-denied", "invalid-headers", "invalid-jwt"})
UNKNOWN_FIELD = "validation-failed"

#: What is derived from a table, and what stands where there is none.
DERIVED = ("_aggregate", "_by_pk", "_stream")
NOTHING = frozenset({"no_queries_available", "__typename"})


class Hasura:
    """A server is open when it names its queries to nobody and refuses one that cannot exist."""

    about = About(
        name="hasura",
        title="Hasura lets its tables be queried without a secret",
        ports=frozenset({8080}),
        front=VERSION,
        asks=(VERSION, TABLES, CONTROL, SETTINGS),
        proves="the queries are named, and one that cannot exist is refused in its own words",
        cwe=306,
        remedy=(
            "Set HASURA_GRAPHQL_ADMIN_SECRET, take HASURA_GRAPHQL_UNAUTHORIZED_ROLE away or grant "
            "it nothing that not everybody may read, and switch the console off."
        ),
        references=("https://hasura.io/docs/2.0/auth/authentication/",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the version page by the edition on it."""
        try:
            told = front.json()
            if front.status == OK and told["server_type"].text() in EDITIONS:
                return Service("hasura", versions.read(told["version"].value))
        except Garbled:
            pass
        return None

    def assess(self, front: Page) -> HttpDialogue:
        """Ask for the names of queries; whether we are administrator is told by the settings."""
        service = self.identify(front) or Service("hasura")
        listing = yield TABLES
        if listing.status in REFUSED or _code(listing) in DENIED:
            return locked(service, TABLES, listing)
        if listing.status != OK:
            return not_answered(service, TABLES, listing)
        tables = _tables(listing.json())
        if _code((yield CONTROL)) != UNKNOWN_FIELD:
            return half_proof(service, f"the control {CONTROL.name} was not refused as unknown")
        return _open(service, tables, is_administrator=_is_administrator((yield SETTINGS)))


def _open(service: Service, tables: list[str], *, is_administrator: bool) -> Outcome:
    who = "everybody is its administrator" if is_administrator else "a role is for everybody"
    return Assessment(
        access=Access.OPEN if is_administrator else Access.PARTIAL,
        service=service,
        because=f"{who}; tables without credentials: {len(tables)}",
        proof=Proof(
            TABLES.name,
            f"{len(tables)} tables named",
            f"{CONTROL.name} was refused as an unknown field",
        ),
        holdings=tuple(Holding(name=name, kind="table") for name in tables[:MAX_HOLDINGS]),
        holdings_total=len(tables),
    )


def _tables(listing: Json) -> list[str]:
    """Read the names of tables from those of the queries."""
    fields = listing["data"]["__schema"]["queryType"]["fields"]
    names = [one["name"].text() for one in fields.elements()]
    return [name for name in names if not name.endswith(DERIVED) and name not in NOTHING]


def _code(page: Page) -> str:
    """Read the code of the first error; "" where there is none."""
    try:
        first = next(page.json()["errors"].elements(), None)
        return "" if first is None else first["extensions"]["code"].text()
    except Garbled:
        return ""


def _is_administrator(page: Page) -> bool:
    try:
        return page.status == OK and not page.json()["is_admin_secret_set"].boolean()
    except Garbled:
        return False
