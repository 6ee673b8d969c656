"""Qdrant: which collections a stranger can list."""

from collections.abc import Generator
from contextlib import suppress

from msgspec.structs import replace

from scanner.fieldnames import bounded, schema_names
from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import FRONT, About, Get, HttpAsk, HttpDialogue, NoAnswer, Page
from scanner.verdict import NOT_FOUND, OK, half_proof, not_answered
from scanner.wire import Garbled, counts, versions

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

#: What one conversation asks about; the listing tells how many collections there are.
MAX_COUNTED = 20

COLLECTIONS = Get("/collections")
CONTROL = Get("/collections/ronde-no-such-collection")
COLLECTION = Get("/collections/{}")

#: What the front page says, which needs no key.
TITLE = "qdrant - vector search engine"


class Qdrant:
    """A server is open when it lists its collections and refuses one that it has not by name."""

    about = About(
        name="qdrant",
        title="Qdrant lists its collections to anyone",
        ports=frozenset({6333}),
        front=FRONT,
        asks=(FRONT, COLLECTIONS, CONTROL, COLLECTION),
        proves="the collections are listed, and one that cannot exist is refused by name",
        cwe=306,
        remedy=(
            "Set `service.api_key` (`QDRANT__SERVICE__API_KEY`, since 1.2) together with TLS, "
            "bind the server to loopback or a private network (`service.host`), and let only its "
            "clients reach 6333 and 6334. 6335 is for the cluster's own nodes alone."
        ),
        references=("https://qdrant.tech/documentation/guides/security/",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the title of the front page, which is public on a locked server, too."""
        try:
            root = front.json()
            if front.status == OK and root["title"].text() == TITLE:
                return Service("qdrant", versions.read(root["version"].value))
        except Garbled:
            pass
        return None

    def assess(self, front: Page) -> HttpDialogue:
        """List the collections; then see what the server says of one that cannot exist."""
        service = self.identify(front) or Service("qdrant")
        listing = yield COLLECTIONS
        if listing.status != OK:
            return not_answered(service, COLLECTIONS, listing)
        listed = listing.json()["result"]["collections"]
        names = [one["name"].text() for one in listed.elements()]
        if not _is_missing((yield CONTROL)):
            return half_proof(service, f"the control {CONTROL.name} was not refused by name")
        return Assessment(
            access=Access.OPEN,
            service=service,
            because=f"lists its collections without credentials: {len(names)}",
            proof=Proof(
                COLLECTIONS.name,
                f"{len(names)} collections listed",
                f"{CONTROL.name} answered 404 with an error of its own",
            ),
            holdings=(yield from _described(names[:MAX_HOLDINGS])),
            holdings_total=len(names),
        )


def _is_missing(page: Page) -> bool:
    """Tell whether the collection that cannot exist is refused by its name."""
    try:
        error = page.json()["status"]["error"].text()
    except Garbled:
        return False
    return page.status == NOT_FOUND and "`ronde-no-such-collection` doesn't exist" in error


def _described(names: list[str]) -> Generator[HttpAsk, Page, tuple[Holding, ...]]:
    """Add counts and fields. The proof stands already: a silence here costs only detail."""
    holdings = [Holding(name=name, kind="collection") for name in names]
    with suppress(NoAnswer, Garbled):
        for place, holding in enumerate(holdings[:MAX_COUNTED]):
            page = yield COLLECTION.fill(holding.name)
            if page.status == OK:
                holdings[place] = _with_counts(holding, page.json()["result"])
    return tuple(holdings)


def _with_counts(holding: Holding, told: Json) -> Holding:
    """Read the count and the names of indexed payload fields; the settings are not looked at."""
    count, schema = told.get("points_count"), told.get("payload_schema")
    count = told.get("vectors_count") if count is None else count  # before 1.0
    names = () if schema is None else [name for name, _ in schema.items()]
    return replace(
        holding,
        records=counts.read(count),
        fields=bounded(schema_names(names)),
    )
