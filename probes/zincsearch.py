"""ZincSearch: locked by itself, and open where something before it adds a login."""

from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import About, Get, HttpDialogue, Page
from scanner.verdict import NOT_FOUND, OK, half_proof, not_answered
from scanner.wire import Garbled, versions

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

VERSION = Get("/version")
NAMES = Get("/api/index_name")
CONTROL = Get("/api/index/ronde-no-such-index")

#: The members of the public page that tells the build, all of them text.
BUILD = ("version", "build", "commit_hash", "branch", "build_date")

MISSING = "index ronde-no-such-index does not exists"


class ZincSearch:
    """It starts with a first user only, so an open one stands behind a proxy that logs in."""

    about = About(
        name="zincsearch",
        title="ZincSearch lists its indexes to anyone",
        ports=frozenset({4080}),
        front=VERSION,
        asks=(VERSION, NAMES, CONTROL),
        proves="the indexes are named, and one that cannot exist is refused by name",
        cwe=306,
        remedy=(
            "Let no proxy send a user's name and password on behalf of callers that it does not "
            "know, and change that password, which every caller was lent."
        ),
        references=("https://zincsearch-docs.zinc.dev/api/overview/",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the five facts of its build, which need no login."""
        try:
            root = front.json()
            told = [root[member].text() for member in BUILD]
        except Garbled:
            return None
        is_ours = front.status == OK and len(root) == len(BUILD)
        return Service("zincsearch", versions.read(told[0])) if is_ours else None

    def assess(self, front: Page) -> HttpDialogue:
        """Ask for the names of the indexes; then for one that cannot exist."""
        service = self.identify(front) or Service("zincsearch")
        listing = yield NAMES
        if listing.status != OK:
            return not_answered(service, NAMES, listing)
        names = [name.text() for name in listing.json().elements()]
        if not _is_missing((yield CONTROL)):
            return half_proof(service, f"the control {CONTROL.name} was not refused by name")
        return Assessment(
            access=Access.OPEN,
            service=service,
            because=f"names its indexes without credentials: {len(names)}",
            proof=Proof(
                NAMES.name,
                f"{len(names)} indexes named",
                f"{CONTROL.name} answered 404 with an error of its own",
            ),
            holdings=tuple(Holding(name=name, kind="index") for name in names[:MAX_HOLDINGS]),
            holdings_total=len(names),
        )


def _is_missing(page: Page) -> bool:
    """Tell whether the index that cannot exist is refused in ZincSearch's own words."""
    try:
        return page.status == NOT_FOUND and page.json()["error"].text() == MISSING
    except Garbled:
        return False
