"""Neo4j over HTTP: which databases, labels and properties a stranger can list."""

from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass

from scanner import verdict
from scanner.fieldnames import bounded, schema_names
from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import FRONT, About, Fixed, Get, HttpAsk, HttpDialogue, Method, NoAnswer, Page
from scanner.verdict import OK
from scanner.wire import Garbled, counts, versions

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

#: The server itself allows 63 characters for a database and 16,383 for a label.
MAX_NAME = 255


def _asked(path: str, about: str, *statements: str) -> Fixed:
    """Put fixed statements, in a transaction that the server opens and ends by itself."""
    texts = ", ".join(f'{{"statement": "{text}"}}' for text in statements)
    body = f'{{"statements": [{texts}]}}'.encode()
    return Fixed(method=Method.POST, template=path, about=about, body=body)


#: The number of nodes is kept by the server; the two listings are of names, and read no node.
SCHEMA = ("MATCH (n) RETURN count(n)", "CALL db.labels()", "CALL db.propertyKeys()")
NONSENSE = "CALL ronde.noSuchProcedure()"

LISTING = _asked("/db/system/tx/commit", "databases", "SHOW DATABASES YIELD name")
SCHEMA_4 = _asked("/db/neo4j/tx/commit", "nodes, labels, properties", *SCHEMA)
CONTROL_4 = _asked("/db/ronde-no-such-database/tx/commit", "control")

DATA = Get("/db/data/")
SCHEMA_3 = _asked("/db/data/transaction/commit", "nodes, labels, properties", *SCHEMA)
CONTROL_3 = _asked("/db/data/transaction/commit", "control", NONSENSE)

#: How the controls are refused: a database, or a procedure, that nobody made.
MISSING = frozenset(
    {
        "Neo.ClientError.Database.DatabaseNotFound",
        "Neo.ClientError.Procedure.ProcedureNotFound",
    }
)

#: The one database that every installation has; up to 3.x it has no name.
DEFAULT = "neo4j"

#: The server's own database, which holds users and rights.
OWN = "system"


@dataclass(frozen=True, slots=True)
class Generation:
    """What the versions of one generation are asked."""

    listing: HttpAsk
    schema: Fixed
    control: Fixed


GENERATION_3 = Generation(DATA, SCHEMA_3, CONTROL_3)
GENERATION_4 = Generation(LISTING, SCHEMA_4, CONTROL_4)


class Neo4j:
    """A server is open when it takes statements, and refuses what cannot exist by its code."""

    about = About(
        name="neo4j",
        title="Neo4j takes queries from anyone",
        ports=frozenset({7474}),
        tls_ports=frozenset({7473}),
        front=FRONT,
        asks=(FRONT, LISTING, SCHEMA_4, CONTROL_4, DATA, SCHEMA_3, CONTROL_3),
        proves="the databases are listed, and one that cannot exist is refused by its code",
        cwe=306,
        remedy=(
            "Set `dbms.security.auth_enabled=true` (as it ships) and a password of your own, and "
            "bind HTTP and Bolt to the addresses that need them (`server.default_listen_address`)."
        ),
        references=(
            "https://neo4j.com/docs/operations-manual/current/authentication-authorization/",
        ),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the page that says where everything is; locked servers show it as well."""
        try:
            return _introduced(front.json())
        except Garbled:
            return None

    def assess(self, front: Page) -> HttpDialogue:
        """List the databases; see what the server says of one that it has not; count nodes."""
        service = self.identify(front) or Service("neo4j")
        generation = GENERATION_3 if "data" in _members(front) else GENERATION_4
        listing = yield generation.listing
        if listing.status != OK:
            return verdict.not_answered(service, generation.listing, listing)
        service = _with_version(service, listing)
        names = _databases(listing)
        if names is None:
            return verdict.half_proof(service, f"{generation.listing.name} was not carried out")
        control = yield generation.control
        if _error(control) not in MISSING:
            return verdict.half_proof(
                service, f"the control {generation.control.name} was not missing"
            )
        holdings = yield from _described(generation.schema, names)
        return Assessment(
            access=Access.OPEN,
            service=service,
            because=f"takes statements without credentials; databases listed: {len(names)}",
            proof=Proof(
                generation.listing.name,
                f"{len(names)} databases listed",
                f"{generation.control.name} was refused as missing, by its code",
            ),
            holdings=tuple(holdings[:MAX_HOLDINGS]),
            holdings_total=len(holdings),
        )


def _introduced(root: Json) -> Service | None:
    """Read the front page: 4 and later name the version, 3 and earlier lead to `/db/data/`."""
    told = root.get("neo4j_version")
    if told is not None:
        return Service("neo4j", versions.read(told.value))
    old = root["data"].text().endswith("/db/data/") and root["management"].text()
    return Service("neo4j") if old else None


def _members(front: Page) -> dict[str, Json]:
    try:
        return dict(front.json().items())
    except Garbled:
        return {}


def _with_version(service: Service, listing: Page) -> Service:
    """Let `/db/data/` name the version that 3 and earlier keep from the front page."""
    told = _members(listing).get("neo4j_version")
    return service if told is None else Service("neo4j", versions.read(told.value))


def _databases(listing: Page) -> list[str] | None:
    """Name the databases, the default one where there are no others; None when not carried out."""
    members = _members(listing)
    if "neo4j_version" in members and "transaction" in members:
        return [DEFAULT]
    try:
        (names,) = _results(listing)
        return [row.text()[:MAX_NAME] for row in names]
    except (Garbled, ValueError):
        return None


def _results(page: Page) -> list[list[Json]]:
    """Read the first column of each result.

    Raises:
        Garbled: another structure, or a statement was not carried out.
    """
    told = page.json()
    if len(told["errors"]):
        raise Garbled("a statement was not carried out")
    return [
        [next(row["row"].elements()) for row in result["data"].elements() if len(row["row"])]
        for result in told["results"].elements()
    ]


def _error(page: Page) -> str:
    """Give the code of the first error, whatever the status is: 3 and earlier say 200."""
    try:
        return next(error["code"].text() for error in page.json()["errors"].elements())
    except (Garbled, StopIteration):
        return ""


def _described(ask: Fixed, names: list[str]) -> Generator[HttpAsk, Page, list[Holding]]:
    """Add nodes, labels and properties of the default database; a silence costs only detail."""
    holdings = [Holding(name=name, kind="database") for name in names if name != OWN]
    with suppress(NoAnswer, Garbled):
        if DEFAULT in names:
            described = _schema(_results((yield ask)))
            return [*described, *(one for one in holdings if one.name != DEFAULT)]
    return holdings


def _schema(results: list[list[Json]]) -> list[Holding]:
    """Read the answers to `SCHEMA`: the database, then its labels, which have no count.

    Raises:
        Garbled: other answers.
    """
    if len(results) != len(SCHEMA) or not results[0]:
        raise Garbled("expected a count and two listings")
    (nodes, *_), labels, properties = results
    keys = bounded(schema_names(key.text() for key in properties))
    whole = Holding(name=DEFAULT, kind="database", records=counts.read(nodes), fields=keys)
    names = [f"{DEFAULT}.{label.text()}"[:MAX_NAME] for label in labels]
    return [whole, *(Holding(name=name, kind="label") for name in names)]
