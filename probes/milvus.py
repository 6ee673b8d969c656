"""Milvus: which collections a stranger can list."""

from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import About, Get, HttpDialogue, Page
from scanner.verdict import OK, REFUSED, half_proof, locked
from scanner.wire import Garbled

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

#: The first HTTP API, since 2.2.9, has these reads by GET; the second takes a POST for all.
COLLECTIONS = Get("/v1/vector/collections")
CONTROL = Get("/v1/vector/collections/describe?collectionName=ronde_no_such_collection")

#: Every answer carries a code of its own, most of them with the status 200.
SUCCESS = 200
NEEDS_AUTHENTICATION = 1800


class Milvus:
    """A server is open when it lists its collections and refuses one that it has not by name."""

    about = About(
        name="milvus",
        title="Milvus lists its collections to anyone",
        ports=frozenset({19530}),
        front=COLLECTIONS,
        asks=(COLLECTIONS, CONTROL),
        proves="the collections are listed, and one that cannot exist is refused by name",
        cwe=306,
        remedy=(
            "Set `common.security.authorizationEnabled: true`, change the password of `root`, "
            "which is known to everybody, and let only its clients reach 19530. 9091 and the "
            "ports of its etcd and object store are for the cluster alone."
        ),
        references=("https://milvus.io/docs/authenticate.md",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise a listing, or a refusal with the code of Milvus."""
        try:
            root = front.json()
            refused = front.status in REFUSED and root["code"].integer() == NEEDS_AUTHENTICATION
            listed = front.status == OK and _names(root) is not None
        except Garbled:
            return None
        return Service("milvus") if refused or listed else None

    def assess(self, front: Page) -> HttpDialogue:
        """Read the listing that came already; then ask for a collection that cannot exist."""
        service = Service("milvus")
        if front.status in REFUSED:
            return locked(service, COLLECTIONS, front)
        names = _names(front.json()) or []
        if not _is_missing((yield CONTROL)):
            return half_proof(service, "the control was not refused by name")
        return Assessment(
            access=Access.OPEN,
            service=service,
            because=f"lists its collections without credentials: {len(names)}",
            proof=Proof(
                COLLECTIONS.name,
                f"{len(names)} collections listed",
                "a collection that cannot exist was refused by name",
            ),
            holdings=tuple(Holding(name=one, kind="collection") for one in names[:MAX_HOLDINGS]),
            holdings_total=len(names),
        )


def _names(root: Json) -> list[str] | None:
    """Name the collections, or None where the code is not that of success."""
    if root["code"].integer() != SUCCESS:
        return None
    return [name.text() for name in root["data"].elements()]


def _is_missing(page: Page) -> bool:
    """Tell whether the collection is refused by its name, with a code that is not success."""
    try:
        root = page.json()
        code, said = root["code"].integer(), root["message"].text()
    except Garbled:
        return False
    return code not in {0, SUCCESS} and "ronde_no_such_collection" in said
