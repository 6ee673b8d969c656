"""Quickwit: which indexes a stranger can list."""

from scanner.model import Access, Assessment, Proof, Service
from scanner.probe import About, Get, HttpDialogue, Page
from scanner.verdict import NOT_FOUND, OK, half_proof, not_answered, path
from scanner.wire import Garbled, elastic, versions

#: One row takes about 60 bytes, so this is a cluster of 60,000 indexes.
MAX_LISTING = 4 << 20

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

VERSION = Get("/api/v1/version")

#: Names and counts only: the product's own listing brings its sources, perhaps with passwords.
INDICES = Get("/api/v1/_elastic/_cat/indices?format=json&h=index,docs.count", max_bytes=MAX_LISTING)
CONTROL = Get("/api/v1/indexes/ronde-no-such-index")


class Quickwit:
    """A node is open when it lists its indexes and refuses one that it has not by name."""

    about = About(
        name="quickwit",
        title="Quickwit lists its indexes to anyone",
        ports=frozenset({7280}),
        front=VERSION,
        asks=(VERSION, INDICES, CONTROL),
        proves="the indexes are listed, and one that cannot exist is refused by name",
        cwe=306,
        remedy=(
            "Quickwit has no authentication of its own: set `listen_address: 127.0.0.1`, or put "
            "an authenticating proxy before it and let nobody else reach 7280 and 7281."
        ),
        references=("https://quickwit.io/docs/configuration/node-config",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise what it was built from and what it runs on, told in two objects."""
        try:
            root = front.json()
            number = root["build"]["cargo_pkg_version"].value
            is_ours = front.status == OK and root["runtime"]["num_cpus"].integer() > 0
        except Garbled:
            return None
        return Service("quickwit", versions.read(number)) if is_ours else None

    def assess(self, front: Page) -> HttpDialogue:
        """List the indexes; then ask for one that cannot exist."""
        service = self.identify(front) or Service("quickwit")
        listing = yield INDICES
        if listing.status != OK:
            return not_answered(service, INDICES, listing)
        indexes = elastic.rows(listing.json())
        if not _is_missing((yield CONTROL)):
            return half_proof(service, f"the control {CONTROL.name} was not refused by name")
        kept = sorted(indexes, key=lambda index: (-(index.records or 0), index.name))
        return Assessment(
            access=Access.OPEN,
            service=service,
            because=f"lists its indexes without credentials: {len(indexes)}",
            proof=Proof(
                path(INDICES),
                f"{len(indexes)} indexes listed",
                f"{CONTROL.name} answered 404 with an error of its own",
            ),
            holdings=tuple(kept[:MAX_HOLDINGS]),
            holdings_total=len(indexes),
        )


def _is_missing(page: Page) -> bool:
    """Tell whether the index that cannot exist is refused by its name."""
    try:
        said = page.json()["message"].text()
    except Garbled:
        return False
    return page.status == NOT_FOUND and "`ronde-no-such-index`" in said
