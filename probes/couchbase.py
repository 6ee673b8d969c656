"""Couchbase Server: which buckets a stranger can list, and clusters that nobody has claimed yet."""

import re

from scanner import verdict
from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Outcome, Proof, Service
from scanner.probe import FRONT, About, Get, HttpDialogue, Page
from scanner.verdict import NOT_FOUND, OK
from scanner.wire import Garbled, counts, versions

#: A bucket takes 4 KiB of the listing, and a cluster has at most 30 of them.
MAX_LISTING = 2 << 20

#: Longer lists belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

#: The server itself allows 100 characters.
MAX_NAME = 100

POOLS = Get("/pools")
UNCLAIMED = Get("/pools/default")
LISTING = Get("/pools/default/buckets", max_bytes=MAX_LISTING)
CONTROL = Get("/pools/default/buckets/ronde-no-such-bucket")

#: What it calls itself, until `Server` is hidden; the name before 2012 comes second.
SIGNATURES = ("Couchbase Server", "Membase Server")
CONSOLE = re.compile(r"(?:https?://[^/?#]{1,255})?/ui/index\.html")
REALM = "Couchbase Server Admin"

#: How a cluster says that it has no pool yet, and that there is no such bucket.
NO_POOL = "unknown pool"
NO_BUCKET = b"Requested resource not found"

IDENTITY = re.compile(r"[0-9a-f]{32}")
VERSION = re.compile(r"([0-9.]+(?:-[0-9]+)?)")

NAMELESS = Service("couchbase")


class Couchbase:
    """A cluster is open when it lists its buckets, and unclaimed while it has no administrator."""

    about = About(
        name="couchbase",
        title="Couchbase lists its buckets to anyone, or waits for its first administrator",
        ports=frozenset({8091}),
        tls_ports=frozenset({18091}),
        front=FRONT,
        asks=(FRONT, POOLS, UNCLAIMED, LISTING, CONTROL),
        proves="the buckets are listed and one that cannot exist is missing, or there is no pool",
        cwe=306,
        remedy=(
            "Finish the set-up (`couchbase-cli cluster-init`) before the port can be reached: who "
            "comes first becomes administrator. Up to 4.x give every bucket a password; 5.0 and "
            "later demand a user always. Let only the nodes and their clients reach 8091 to 8096."
        ),
        references=("https://docs.couchbase.com/server/current/manage/manage-security/",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the header, or the way to the console where the header is hidden."""
        signed = front.headers.get("server", "").startswith(SIGNATURES)
        leads = CONSOLE.fullmatch(front.headers.get("location", ""))
        return NAMELESS if signed or leads else None

    def assess(self, front: Page) -> HttpDialogue:
        """Ask what pools there are; then for the buckets, or for the pool that is not there yet."""
        pools = yield POOLS
        service = _named(pools)
        if service is None:
            return _nameless(front, pools)
        if not len(pools.json()["pools"]):
            return _unclaimed(service, (yield UNCLAIMED))
        listing = yield LISTING
        if listing.status != OK:
            return verdict.not_answered(service, LISTING, listing)
        buckets = [_bucket(one) for one in listing.json().elements()]
        if not buckets:
            because = f"{LISTING.name} shows no bucket to strangers"
            return Assessment(access=Access.LOCKED, service=service, because=because)
        control = yield CONTROL
        if control.status != NOT_FOUND or not control.body.startswith(NO_BUCKET):
            return verdict.half_proof(service, f"the control {CONTROL.name} was not missing")
        return Assessment(
            access=Access.OPEN,
            service=service,
            because=f"lists its buckets without credentials: {len(buckets)}",
            proof=Proof(
                LISTING.name,
                f"{len(buckets)} buckets listed",
                f"{CONTROL.name} answered 404 with an error of its own",
            ),
            holdings=tuple(buckets[:MAX_HOLDINGS]),
            holdings_total=len(buckets),
        )


def _named(pools: Page) -> Service | None:
    """Read the page that names the version: public up to 4.x, and while nobody is administrator."""
    try:
        told = pools.json()
        number = VERSION.match(told["implementationVersion"].text())
    except Garbled:
        return None
    uuid = told.get("uuid")
    text = uuid.value if uuid is not None and isinstance(uuid.value, str) else ""
    return Service(
        "couchbase",
        versions.read(number[1]) if number else None,
        text if IDENTITY.fullmatch(text) else None,
    )


def _nameless(front: Page, pools: Page) -> Outcome:
    """Settle a cluster that says nothing of itself, unless it is none."""
    signed = front.headers.get("server", "").startswith(SIGNATURES)
    if signed or REALM in pools.headers.get("www-authenticate", ""):
        return verdict.not_answered(NAMELESS, POOLS, pools)
    return verdict.not_ours(POOLS, pools)


def _unclaimed(service: Service, pool: Page) -> Outcome:
    if pool.status != NOT_FOUND or not _is_no_pool(pool):
        return verdict.half_proof(service, f"{UNCLAIMED.name} did not say that there is no pool")
    return Assessment(
        access=Access.UNCLAIMED,
        service=service,
        because="has no administrator yet: whoever comes first becomes one",
        proof=Proof(
            POOLS.name,
            "version told, no pool and no identity",
            f"{UNCLAIMED.name} answered 404 with an error of its own",
        ),
    )


def _is_no_pool(page: Page) -> bool:
    try:
        return page.json().value == NO_POOL
    except Garbled:
        return False


def _bucket(told: Json) -> Holding:
    stats = told["basicStats"]
    return Holding(
        name=told["name"].text()[:MAX_NAME],
        kind="bucket",
        records=counts.read(stats.get("itemCount")),
        bytes=counts.read(stats.get("diskUsed")),
    )
