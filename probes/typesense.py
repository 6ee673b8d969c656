"""Typesense: locked by itself, and open where something before it adds its key."""

from datetime import UTC, datetime

from scanner.fieldnames import bounded, schema_names
from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import About, Get, HttpDialogue, Page
from scanner.verdict import NOT_FOUND, OK, UNAUTHORIZED, half_proof, locked
from scanner.wire import Garbled, counts

#: A collection of fifty fields takes about 10 KiB.
MAX_LISTING = 8 << 20

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

#: The year 2200 in seconds: a later date is no date.
LATEST = 7_258_118_400

COLLECTIONS = Get("/collections", max_bytes=MAX_LISTING)
CONTROL = Get("/collections/ronde-no-such-collection")

#: How it refuses a caller without a key; `/health`, which is public, names nobody.
REFUSAL = "Forbidden - a valid `x-typesense-api-key` header must be sent."

#: How the releases say that a collection is not there.
MISSING = frozenset({"Not Found", "Collection not found"})


class Typesense:
    """It starts with a key only, so an open one stands behind a proxy that sends it for all."""

    about = About(
        name="typesense",
        title="Typesense lists its collections to anyone",
        ports=frozenset({8108}),
        front=COLLECTIONS,
        asks=(COLLECTIONS, CONTROL),
        proves="the collections are listed, and one that cannot exist is refused",
        cwe=306,
        remedy=(
            "Let no proxy send the server's key on behalf of callers that it does not know; "
            "give clients a key that may only search (`documents:search`), and change the "
            "administrative key, which every caller was lent."
        ),
        references=("https://typesense.org/docs/guide/data-access-control.html",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the refusal, which names the header that it wants, or a listing."""
        try:
            root = front.json()
            if front.status == UNAUTHORIZED and root["message"].text() == REFUSAL:
                return Service("typesense")
            if front.status == OK and [_collection(one) for one in root.elements()]:
                return Service("typesense")
        except Garbled:
            pass
        return None

    def assess(self, front: Page) -> HttpDialogue:
        """Read the listing that came already; then ask for a collection that cannot exist."""
        service = Service("typesense")
        if front.status != OK:
            return locked(service, COLLECTIONS, front)
        collections = [_collection(one) for one in front.json().elements()]
        if not _is_missing((yield CONTROL)):
            return half_proof(service, f"the control {CONTROL.name} was not refused")
        return Assessment(
            access=Access.OPEN,
            service=service,
            because=f"lists its collections without credentials: {len(collections)}",
            proof=Proof(
                COLLECTIONS.name,
                f"{len(collections)} collections listed",
                f"{CONTROL.name} answered 404 with an error of its own",
            ),
            holdings=tuple(collections[:MAX_HOLDINGS]),
            holdings_total=len(collections),
        )


def _collection(one: Json) -> Holding:
    """Read a collection: its name, its schema's names, its count and its birth."""
    born = one["created_at"].integer()
    return Holding(
        name=one["name"].text(),
        kind="collection",
        records=counts.read(one["num_documents"]),
        created=datetime.fromtimestamp(born, UTC) if 0 < born < LATEST else None,
        fields=bounded(schema_names(each["name"].text() for each in one["fields"].elements())),
    )


def _is_missing(page: Page) -> bool:
    """Tell whether the collection that cannot exist is refused as Typesense does."""
    try:
        return page.status == NOT_FOUND and page.json()["message"].text() in MISSING
    except Garbled:
        return False
