"""Chroma: which collections a stranger can list."""

import re
from collections.abc import Generator
from contextlib import suppress
from typing import TypeAlias

from msgspec.structs import replace

from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Proof, Service, Silence, Unknown
from scanner.probe import About, Get, HttpAsk, HttpDialogue, NoAnswer, Page
from scanner.verdict import NOT_FOUND, OK, REFUSED, half_proof, not_answered, not_ours, path
from scanner.wire import Garbled, counts, versions

#: A collection takes about 1.5 KiB of a listing, most of it settings of its index.
MAX_LISTING = 4 << 20

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

#: What one conversation asks about; a server rarely has more than the one it is born with.
MAX_DATABASES = 20
MAX_COUNTED = 20

HEARTBEAT = Get("/api/v2/heartbeat")
VERSION = Get("/api/v2/version")
DATABASES = Get("/api/v2/tenants/default_tenant/databases?limit=1000")
COLLECTIONS = Get(
    "/api/v2/tenants/default_tenant/databases/{}/collections?limit=1000&offset=0",
    max_bytes=MAX_LISTING,
)
COUNT = Get("/api/v2/tenants/default_tenant/databases/{}/collections/{}/count")
CONTROL = Get("/api/v2/tenants/default_tenant/databases/ronde-no-such-database")

#: The API before 0.5.16 knew one way to each page; 1.0 and later answer 410 there.
HEARTBEAT_1 = Get("/api/v1/heartbeat")
VERSION_1 = Get("/api/v1/version")
COLLECTIONS_1 = Get("/api/v1/collections?limit=1000&offset=0", max_bytes=MAX_LISTING)
COUNT_1 = Get("/api/v1/collections/{}/count")
CONTROL_1 = Get("/api/v1/collections/ronde-no-such-collection")

#: The database that a server is born with; before 0.6 nothing lists the others.
DEFAULT = "default_database"

METHOD_NOT_ALLOWED = 405

#: How the releases refuse a collection that they have not: 500 up to 0.4, 400, and 404 since 0.6.
MISSING = frozenset({400, NOT_FOUND, 500})

#: 1.x tells this number whatever its release is: that of its API.
API_VERSION = "1.0.0"

#: A collection, and the ask that counts what it holds.
Listed: TypeAlias = tuple[Holding, Get | None]

IDENTIFIER = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Chroma:
    """A server is open when it lists its collections and refuses what it has not by name."""

    about = About(
        name="chroma",
        title="Chroma lists its collections to anyone",
        ports=frozenset({8000}),
        front=HEARTBEAT,
        asks=(
            *(HEARTBEAT, DATABASES, COLLECTIONS, CONTROL, VERSION, COUNT),
            *(HEARTBEAT_1, COLLECTIONS_1, CONTROL_1, VERSION_1, COUNT_1),
        ),
        proves="the collections are listed, and a database that cannot exist is refused by name",
        cwe=306,
        remedy=(
            "Chroma 1.x has no authentication of its own: bind it to loopback or put an "
            "authenticating proxy before it, and let only its clients reach the port. "
            "0.4 to 0.6: set `CHROMA_SERVER_AUTHN_PROVIDER`, or upgrade behind a proxy."
        ),
        references=("https://docs.trychroma.com/production/deployment",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the heartbeat; a bare 404 may hide the one of the older API.

        It is public, so a refusal is a proxy's, and a candidate.
        """
        if front.status in REFUSED:
            return Service("chroma")
        try:
            page = front.json()
            if front.status == OK and page["nanosecond heartbeat"].integer() > 0:
                return Service("chroma")
            old = front.status == NOT_FOUND and page.value == {"detail": "Not Found"}
        except Garbled:
            return None
        return Service("chroma") if old else None

    def assess(self, front: Page) -> HttpDialogue:
        """List the collections; then see what the server says of what it cannot have."""
        if front.status in REFUSED:
            return not_ours(HEARTBEAT, front)
        if front.status == NOT_FOUND:
            return (yield from _by_the_first_api())
        service = Service("chroma")
        databases = yield DATABASES
        if databases.status not in {OK, METHOD_NOT_ALLOWED}:
            return not_answered(service, DATABASES, databases)
        listed: list[Listed] = []
        for database in _names(databases)[:MAX_DATABASES]:
            page = yield COLLECTIONS.fill(database)
            if page.status != OK:
                return not_answered(service, COLLECTIONS, page)
            listed += _collections(page.json(), database)
        if not _misses((yield CONTROL), "ronde-no-such-database"):
            return half_proof(service, f"the control {CONTROL.name} was not refused by name")
        return (yield from _open(COLLECTIONS, CONTROL, VERSION, listed))


def _by_the_first_api() -> HttpDialogue:
    """Settle a server before 0.5.16, or leave what knows neither API to the next probe."""
    service = Service("chroma")
    heartbeat = yield HEARTBEAT_1
    if heartbeat.status != OK or heartbeat.json().get("nanosecond heartbeat") is None:
        return Unknown(Silence.UNRECOGNISED, "neither heartbeat of Chroma was answered")
    page = yield COLLECTIONS_1
    if page.status != OK:
        return not_answered(service, COLLECTIONS_1, page)
    listed = _collections(page.json(), None)
    if not _misses((yield CONTROL_1), "ronde-no-such-collection"):
        return half_proof(service, f"the control {CONTROL_1.name} was not refused by name")
    return (yield from _open(COLLECTIONS_1, CONTROL_1, VERSION_1, listed))


def _names(databases: Page) -> list[str]:
    if databases.status == METHOD_NOT_ALLOWED:
        return [DEFAULT]
    return [one["name"].text() for one in databases.json().elements()]


def _collections(listing: Json, database: str | None) -> list[Listed]:
    """Name the collections. Their metadata, which come with them, are values: never looked at."""
    return [_collection(one, database) for one in listing.elements()]


def _collection(one: Json, database: str | None) -> Listed:
    """Name a collection, by its database where that is not the one that every server has."""
    name, key = one["name"].text(), one["id"].text()
    own = name if database in {None, DEFAULT} else f"{database}/{name}"
    count = COUNT_1.fill(key) if database is None else COUNT.fill(database, key)
    return Holding(name=own, kind="collection"), count if IDENTIFIER.fullmatch(key) else None


def _misses(page: Page, name: str) -> bool:
    """Tell whether what cannot exist is refused by its name, in an error of Chroma's.

    Up to 0.4 the error is a Python exception in one line; later it has a message beside it.
    """
    try:
        root = page.json()
        error, message = root["error"], root.get("message")
        said = error if message is None else message
        return page.status in MISSING and error.text() != "" and name in said.text()
    except Garbled:
        return False


def _open(ask: Get, control: Get, version: Get, listed: list[Listed]) -> HttpDialogue:
    return Assessment(
        access=Access.OPEN,
        service=Service("chroma", (yield from _version(version))),
        because=f"lists its collections without credentials: {len(listed)}",
        proof=Proof(
            path(ask), f"{len(listed)} collections listed", f"{control.name} was refused by name"
        ),
        holdings=(yield from _counted(listed[:MAX_HOLDINGS])),
        holdings_total=len(listed),
    )


def _version(ask: Get) -> Generator[HttpAsk, Page, str | None]:
    with suppress(NoAnswer, Garbled):
        found = versions.read((yield ask).json().value)
        return None if found == API_VERSION else found
    return None


def _counted(listed: list[Listed]) -> Generator[HttpAsk, Page, tuple[Holding, ...]]:
    """Count what the collections hold. A silence here costs only detail."""
    holdings = [holding for holding, _ in listed]
    with suppress(NoAnswer, Garbled):
        for place, (holding, count) in enumerate(listed[:MAX_COUNTED]):
            page = (yield count) if count else None
            if page and page.status == OK:
                holdings[place] = replace(holding, records=counts.read(page.json()))
    return tuple(holdings)
