"""Apache Ignite over its REST API: which caches a stranger can list."""

from scanner import verdict
from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Outcome, Proof, Service
from scanner.probe import About, Get, HttpDialogue, Page
from scanner.verdict import OK
from scanner.wire import Garbled, versions

#: A cache takes 60 bytes of each node's share of the listing.
MAX_LISTING = 4 << 20

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000
MAX_NAME = 255

VERSION = Get("/ignite?cmd=version")
LISTING = Get("/ignite?cmd=top&attr=false&mtr=false", max_bytes=MAX_LISTING)
CONTROL = Get("/ignite?cmd=size&cacheName=ronde-no-such-cache")

#: How every answer says how it went (`GridRestResponse` of Ignite).
SUCCESS, FAILED, UNAUTHENTICATED, FORBIDDEN = range(4)
SHUT = frozenset({UNAUTHENTICATED, FORBIDDEN})

#: How a cache is refused that is not there.
MISSING = "Failed to find cache for given cache name: ronde-no-such-cache"


class Ignite:
    """A node is open when it lists its caches, and says in its own words which it has not."""

    about = About(
        name="ignite",
        title="Apache Ignite lists its caches to anyone",
        ports=frozenset({8080}),
        front=VERSION,
        asks=(VERSION, LISTING, CONTROL),
        proves="the caches are listed, and one that cannot exist is refused by name",
        cwe=306,
        remedy=(
            "Set `authenticationEnabled` (which needs persistence), or leave the module "
            "`ignite-rest-http` out; bind it with `IGNITE_JETTY_HOST`, and let only nodes and "
            "clients reach 8080, 10800, 11211, 47100 and 47500."
        ),
        references=("https://ignite.apache.org/docs/latest/security/authentication",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the version, which a locked node tells as well, in an envelope of its own."""
        try:
            told = front.json()
            if _state(front) == SUCCESS and "sessionToken" in dict(told.items()):
                version = versions.read(told["response"].text())
                return Service("ignite", version) if version else None
        except Garbled:
            pass
        return None

    def assess(self, front: Page) -> HttpDialogue:
        """List the caches; then ask for the size of one that cannot exist."""
        service = self.identify(front) or Service("ignite")
        listing = yield LISTING
        if listing.status != OK or _state(listing) != SUCCESS:
            return _refused(service, listing)
        caches = _caches(listing.json())
        control = yield CONTROL
        if not _is_missing(control):
            return verdict.half_proof(service, f"{CONTROL.name} did not call the cache missing")
        return Assessment(
            access=Access.OPEN,
            service=service,
            because=f"lists its caches without credentials: {len(caches)}",
            proof=Proof(
                LISTING.name,
                f"{len(caches)} caches listed",
                f"{CONTROL.name} called a cache missing that cannot exist",
            ),
            holdings=tuple(Holding(name=name, kind="cache") for name in caches[:MAX_HOLDINGS]),
            holdings_total=len(caches),
        )


def _state(page: Page) -> int | None:
    """Read how it went; the status of the page is 200 whatever the answer says."""
    try:
        return page.json()["successStatus"].integer()
    except Garbled:
        return None


def _refused(service: Service, listing: Page) -> Outcome:
    if listing.status == OK and _state(listing) in SHUT:
        because = f"{LISTING.name} demands a user"
        return Assessment(access=Access.LOCKED, service=service, because=because)
    return verdict.not_answered(service, LISTING, listing)


def _caches(listing: Json) -> list[str]:
    """Name the caches of all nodes, each once; of the nodes nothing is kept."""
    return sorted(
        {
            cache["name"].text()[:MAX_NAME]
            for node in listing["response"].elements()
            for cache in node["caches"].elements()
        }
    )


def _is_missing(page: Page) -> bool:
    try:
        return _state(page) == FAILED and MISSING in page.json()["error"].text()
    except Garbled:
        return False
