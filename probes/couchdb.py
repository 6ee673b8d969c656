"""CouchDB, PouchDB Server and what speaks like them: which databases a stranger can list."""

import re
from collections.abc import Generator, Sequence
from contextlib import suppress

from msgspec.structs import replace

from scanner import verdict
from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import FRONT, About, Get, HttpDialogue, NoAnswer, Page
from scanner.verdict import OK, REFUSED
from scanner.wire import Garbled, counts, versions

#: A name takes 240 bytes at most, so this is 17,000 databases of the longest names.
MAX_LISTING = 4 << 20

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

#: The server itself allows 238 characters.
MAX_NAME = 255

#: Each costs an ask; the listing tells how many databases there are.
MAX_COUNTED = 40

LISTING = Get("/_all_dbs", max_bytes=MAX_LISTING)
CONTROL = Get("/ronde-no-such-database")
SESSION = Get("/_session")
DATABASE = Get("/{}")

#: The member that greets, and who greets with it.
GREETINGS = {
    ("couchdb", "Welcome"): "couchdb",
    ("express-pouchdb", "Welcome!"): "pouchdb-server",
}

#: Why there is no such database: since 2.0, and before (PouchDB Server still says so).
MISSING = frozenset({"Database does not exist.", "no_db_file"})

#: A name with an underscore is the server's own: `/_config` is a page full of secrets, and a
#: listing that held it would make us ask for it. These three are databases.
OWN = frozenset({"_users", "_replicator", "_global_changes"})
NAME = re.compile(r"[a-z][a-z0-9_$()+/.-]{0,237}")

IDENTITY = re.compile(r"[0-9a-f]{32}")

NAMELESS = Service("couchdb")


class CouchDb:
    """A server is open when a stranger sees into a database, and one that is not is missing."""

    about = About(
        name="couchdb",
        title="CouchDB lists its databases to anyone",
        ports=frozenset({5984, 5986}),
        tls_ports=frozenset({6984}),
        front=FRONT,
        asks=(FRONT, LISTING, CONTROL, SESSION, DATABASE),
        proves="the databases are listed, and one that cannot exist is refused as missing",
        cwe=306,
        remedy=(
            "Create an administrator (2.x and 1.x are open to all until there is one; 3.x does not "
            "start without), set `require_valid_user = true`, give every database members, leave "
            "`admin_only_all_dbs` on, and bind the server to the addresses that its clients need."
        ),
        references=("https://docs.couchdb.org/en/stable/intro/security.html",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the welcome, the header of a server that welcomes nobody, and a guarded page.

        A page that only demands authentication is a candidate: the databases behind it may be open.
        """
        return _welcome(front) or _signed(front) or (NAMELESS if _is_refusal(front) else None)

    def assess(self, front: Page) -> HttpDialogue:
        """List the databases; see what is said of one that is not there, and look into some."""
        listing = yield LISTING
        service = _welcome(front) or _signed(front) or _signed(listing)
        if listing.status != OK:
            if service is None:
                return verdict.not_ours(LISTING, listing)
            return verdict.not_answered(service, LISTING, listing)
        names = [name.text() for name in listing.json().elements()]
        control = yield CONTROL
        if not _is_missing(control):
            if service is None:
                return verdict.not_ours(CONTROL, control)
            return verdict.half_proof(service, f"the control {CONTROL.name} was not missing")
        access, because = yield from _allowed()
        holdings, seen_into = yield from _looked_into(names)
        if access is Access.PARTIAL and seen_into:
            access, because = Access.OPEN, "lets a stranger read databases"
        return Assessment(
            access=access,
            service=service or NAMELESS,
            because=f"{because}; databases listed: {len(names)}",
            proof=Proof(
                LISTING.name,
                f"{len(names)} databases listed, {seen_into} of them counted",
                f"{CONTROL.name} answered 404 with a not_found error of its own",
            ),
            holdings=holdings,
            holdings_total=len(names),
        )


def _welcome(front: Page) -> Service | None:
    """Read the page that greets everybody, unless a valid user is required even for it."""
    try:
        root = front.json()
        for (member, word), product in GREETINGS.items():
            found = root.get(member)
            if found is not None and found.value == word:
                return Service(product, _version(root), _identity(root))
    except Garbled:
        pass
    return None


def _version(root: Json) -> str | None:
    found = root.get("version")
    return versions.read(found.value) if found is not None else None


def _identity(root: Json) -> str | None:
    """Give the server's own UUID, which is written into its settings at the first start."""
    found = root.get("uuid")
    text = found.value if found is not None and isinstance(found.value, str) else ""
    return text if IDENTITY.fullmatch(text) else None


def _signed(page: Page) -> Service | None:
    """Recognise a server by the header that it signs every page with, the refusals included."""
    header = page.headers.get("server", "")
    signed = header.startswith("CouchDB/")
    return Service("couchdb", versions.found_in(header, "CouchDB/")) if signed else None


def _is_refusal(page: Page) -> bool:
    return page.status in REFUSED


def _is_missing(page: Page) -> bool:
    """Tell whether the database that cannot exist is refused in the family's own words."""
    try:
        error = page.json()
        missing = error["error"].text() == "not_found" and error["reason"].text() in MISSING
    except Garbled:
        return False
    return page.status == verdict.NOT_FOUND and missing


def _allowed() -> Generator[Get, Page, tuple[Access, str]]:
    """Ask what the server takes a stranger for; one without administrators says so."""
    with suppress(NoAnswer, Garbled):
        session = yield SESSION
        roles = session.json()["userCtx"]["roles"] if session.status == OK else None
        if roles is not None and any(role.value == "_admin" for role in roles.elements()):
            return Access.OPEN, "takes every caller for an administrator"
    return Access.PARTIAL, "lists its databases, and lets a stranger into none that was tried"


def _looked_into(names: Sequence[str]) -> Generator[Get, Page, tuple[tuple[Holding, ...], int]]:
    """Count the documents, the team's own databases first; a silence here costs only detail.

    The server's own databases show their counts to everybody, and hide what is in them.
    """
    ranked = sorted(names, key=lambda name: (name.startswith("_"), name))[:MAX_HOLDINGS]
    holdings = [Holding(name=name[:MAX_NAME], kind="database") for name in ranked]
    seen_into = 0
    with suppress(NoAnswer, Garbled):
        for place, name in enumerate(ranked[:MAX_COUNTED]):
            if name in OWN or NAME.fullmatch(name):
                page = yield DATABASE.fill(name)
                if page.status == OK:
                    holdings[place] = _counted(holdings[place], page.json())
                    seen_into += name not in OWN
    return tuple(holdings), seen_into


def _counted(holding: Holding, told: Json) -> Holding:
    """Read documents and bytes on disk, which moved into `sizes` with 2.0."""
    sizes = told.get("sizes")
    size = told.get("disk_size") if sizes is None else sizes.get("file")
    records = counts.read(told["doc_count"])
    return replace(holding, records=records, bytes=counts.read(size))
