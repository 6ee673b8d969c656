"""Meilisearch: which indexes a stranger can list."""

from scanner.fieldnames import bounded, schema_names
from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import About, Get, HttpDialogue, Page
from scanner.verdict import NOT_FOUND, OK, REFUSED, half_proof, locked, not_answered
from scanner.wire import Garbled, counts, versions

#: An index of fifty fields takes about 1.5 KiB of the statistics.
MAX_STATS = 4 << 20

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

#: Told to whoever may read it, and refused in words of its own: `/` and `/health` are public.
VERSION = Get("/version")
STATS = Get("/stats", max_bytes=MAX_STATS)
CONTROL = Get("/indexes/ronde-no-such-index")

#: How a server with a master key refuses a caller without one, by its error code.
REFUSALS = frozenset({"missing_authorization_header", "invalid_api_key"})


class Meilisearch:
    """A server is open when it gives its statistics and refuses an index that it has not."""

    about = About(
        name="meilisearch",
        title="Meilisearch lists its indexes to anyone",
        ports=frozenset({7700}),
        front=VERSION,
        asks=(VERSION, STATS, CONTROL),
        proves="the statistics name the indexes, and one that cannot exist is refused by name",
        cwe=306,
        remedy=(
            "Start it with `MEILI_MASTER_KEY` (at least 16 bytes) and `MEILI_ENV=production`, "
            "which refuses to start without one; give clients keys that may only search."
        ),
        references=("https://www.meilisearch.com/docs/learn/security/basic_security",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the version that is told, or the words in which it is refused."""
        try:
            root = front.json()
            if front.status in REFUSED:
                return Service("meilisearch") if root["code"].text() in REFUSALS else None
            told = root["pkgVersion"].text()
            is_ours = front.status == OK and root["commitSha"].text() != ""
        except Garbled:
            return None
        return Service("meilisearch", versions.read(told)) if is_ours else None

    def assess(self, front: Page) -> HttpDialogue:
        """Ask for the statistics; then for an index that cannot exist."""
        service = self.identify(front) or Service("meilisearch")
        if front.status in REFUSED:
            return locked(service, VERSION, front)
        stats = yield STATS
        if stats.status != OK:
            return not_answered(service, STATS, stats)
        indexes = [_index(name, one) for name, one in stats.json()["indexes"].items()]
        if not _is_missing((yield CONTROL)):
            return half_proof(service, f"the control {CONTROL.name} was not refused by name")
        return Assessment(
            access=Access.OPEN,
            service=service,
            because=f"lists its indexes without credentials: {len(indexes)}",
            proof=Proof(
                STATS.name,
                f"{len(indexes)} indexes listed",
                f"{CONTROL.name} answered 404 with an error of its own",
            ),
            holdings=tuple(indexes[:MAX_HOLDINGS]),
            holdings_total=len(indexes),
        )


def _index(name: str, one: Json) -> Holding:
    """Read the count and the names of fields; how often each occurs is not kept."""
    fields = one.get("fieldDistribution")
    names = () if fields is None else [field for field, _ in fields.items()]
    return Holding(
        name=name,
        kind="index",
        records=counts.read(one["numberOfDocuments"]),
        fields=bounded(schema_names(names)),
    )


def _is_missing(page: Page) -> bool:
    """Tell whether the index that cannot exist is refused by its name."""
    try:
        root = page.json()
        code, said = root["code"].text(), root["message"].text()
    except Garbled:
        return False
    missing = page.status == NOT_FOUND and code == "index_not_found"
    return missing and "ronde-no-such-index" in said
