"""ArangoDB: which databases and collections a stranger can list."""

from collections.abc import Generator
from contextlib import suppress
from itertools import islice

from msgspec.structs import replace

from scanner import verdict
from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import FRONT, About, Get, HttpDialogue, NoAnswer, Page
from scanner.verdict import OK, REFUSED
from scanner.wire import Garbled, counts, versions

#: A collection takes 150 bytes of the listing, so this is 14,000 in one database.
MAX_LISTING = 2 << 20

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

#: Each costs an ask; the listings tell how many there are.
MAX_DATABASES = 20
MAX_COUNTED = 40

#: The server itself allows 128 bytes for a database and 256 for a collection.
MAX_NAME = 400

VERSION = Get("/_api/version")
DATABASES = Get("/_api/database", max_bytes=MAX_LISTING)
CONTROL = Get("/_db/ronde-no-such-database/_api/version")
COLLECTIONS = Get("/_db/{}/_api/collection?excludeSystem=true", max_bytes=MAX_LISTING)
COUNT = Get("/_db/{}/_api/collection/{}/count")

#: Where the front page leads to, and how a database is refused that is not there.
CONSOLE = "/_admin/aardvark/index.html"
NO_DATABASE = 1228

SYSTEM = "_system"
NAMELESS = Service("arangodb")


class ArangoDb:
    """A server is open when it lists its databases and refuses one that cannot exist."""

    about = About(
        name="arangodb",
        title="ArangoDB lists its databases to anyone",
        ports=frozenset({8529}),
        tls_ports=frozenset({8530}),
        front=FRONT,
        asks=(FRONT, VERSION, DATABASES, CONTROL, COLLECTIONS, COUNT),
        proves="the databases are listed, and one that cannot exist is refused by its number",
        cwe=306,
        remedy=(
            "Start with `--server.authentication true` (as it ships) and a password for `root`, "
            "switch `--server.authentication-system-only` off so that Foxx services ask for users "
            "as well, and bind `--server.endpoint` to the addresses that need it."
        ),
        references=("https://docs.arangodb.com/stable/operations/security/",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the header, the way to the console, and a page that is guarded."""
        leads = front.headers.get("location", "").endswith(CONSOLE)
        return NAMELESS if _is_signed(front) or leads or front.status in REFUSED else None

    def assess(self, front: Page) -> HttpDialogue:
        """Ask for the version; list the databases, and see what is said of one that is not."""
        told = yield VERSION
        service = _named(told)
        if service is None:
            if _is_signed(front) or _is_signed(told):
                return verdict.not_answered(NAMELESS, VERSION, told)
            return verdict.not_ours(VERSION, told)
        listing = yield DATABASES
        if listing.status != OK:
            return verdict.not_answered(service, DATABASES, listing)
        names = [name.text() for name in listing.json()["result"].elements()]
        control = yield CONTROL
        if not _is_missing(control):
            return verdict.half_proof(service, f"the control {CONTROL.name} was not missing")
        holdings = yield from _described(names)
        return Assessment(
            access=Access.OPEN,
            service=service,
            because=f"lists its databases without credentials: {len(names)}",
            proof=Proof(
                DATABASES.name,
                f"{len(names)} databases listed",
                f"{CONTROL.name} answered 404 with error {NO_DATABASE}, database not found",
            ),
            holdings=tuple(holdings[:MAX_HOLDINGS]),
            holdings_total=len(holdings),
        )


def _is_signed(page: Page) -> bool:
    return page.headers.get("server") == "ArangoDB"


def _named(told: Page) -> Service | None:
    try:
        page = told.json()
        is_ours = told.status == OK and page["server"].text() == "arango"
        return Service("arangodb", versions.read(page["version"].value)) if is_ours else None
    except Garbled:
        return None


def _is_missing(page: Page) -> bool:
    """Tell whether the database that cannot exist is refused by the server's own number."""
    try:
        return page.status == verdict.NOT_FOUND and page.json()["errorNum"].integer() == NO_DATABASE
    except Garbled:
        return False


def _described(names: list[str]) -> Generator[Get, Page, list[Holding]]:
    """List collections, the team's databases first. A silence here costs only detail."""
    ranked = sorted(names, key=lambda name: (name == SYSTEM, name))
    found = [Holding(name=name[:MAX_NAME], kind="database") for name in ranked if name != SYSTEM]
    with suppress(NoAnswer, Garbled):
        collections: list[tuple[str, str]] = []
        for name in ranked[:MAX_DATABASES]:
            page = yield COLLECTIONS.fill(name)
            if page.status == OK:
                collections += ((name, one) for one in _names(page.json()))
        listed = {at[0] for at in collections}
        found = [_collection(*at) for at in collections] + [
            one for one in found if one.name not in listed
        ]
        for place, (database, name) in enumerate(islice(collections, MAX_COUNTED)):
            page = yield COUNT.fill(database, name)
            if page.status == OK:
                found[place] = replace(found[place], records=counts.read(page.json().get("count")))
    return found


def _names(listing: Json) -> list[str]:
    return [one["name"].text() for one in listing["result"].elements()]


def _collection(database: str, name: str) -> Holding:
    return Holding(name=f"{database}.{name}"[:MAX_NAME], kind="collection")
