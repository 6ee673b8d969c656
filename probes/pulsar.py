"""Apache Pulsar's administration: which tenants and namespaces a stranger can list."""

from collections.abc import Generator
from contextlib import suppress

from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import About, Get, HttpDialogue, NoAnswer, Page
from scanner.verdict import NOT_FOUND, OK, half_proof, not_answered
from scanner.wire import Garbled, versions

#: What one conversation asks about; most estates have a handful of tenants.
MAX_TENANTS = 50

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

#: Any caller who is let in at all may have it; the tenants are for administrators.
CLUSTERS = Get("/admin/v2/clusters")
TENANTS = Get("/admin/v2/tenants")
CONTROL = Get("/admin/v2/clusters/ronde-no-such-cluster")
VERSION = Get("/admin/v2/brokers/version")
NAMESPACES = Get("/admin/v2/namespaces/{}")

#: What a broker adds to each of its pages since 2.7.
HEADER = "broker-address"
NO_SUCH = "Cluster does not exist"


class Pulsar:
    """A broker is open when it lists its tenants and misses a cluster that cannot exist."""

    about = About(
        name="pulsar",
        title="Pulsar lets anyone administer it",
        ports=frozenset({8080}),
        tls_ports=frozenset({8443}),
        front=CLUSTERS,
        asks=(CLUSTERS, TENANTS, CONTROL, VERSION, NAMESPACES),
        proves="the tenants are listed, and a cluster that cannot exist is missed by name",
        cwe=306,
        remedy=(
            "Switch authentication and authorization on (`authenticationEnabled`, "
            "`authorizationEnabled`, `superUserRoles`) in broker and proxy, and leave "
            "`anonymousUserRole` empty."
        ),
        references=("https://pulsar.apache.org/docs/security-overview/",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise a broker by the header that it adds to every page, refusals included."""
        return Service("pulsar") if HEADER in front.headers else None

    def assess(self, front: Page) -> HttpDialogue:
        """List the tenants; then ask for a cluster that cannot exist."""
        service = Service("pulsar")
        if front.status != OK:
            return not_answered(service, CLUSTERS, front)
        listing = yield TENANTS
        if listing.status != OK:
            return not_answered(service, TENANTS, listing)
        tenants = [name.text() for name in listing.json().elements()]
        if not _is_missing((yield CONTROL)):
            return half_proof(service, f"the control {CONTROL.name} was not missed in its words")
        service = Service("pulsar", (yield from _version()))
        holdings = yield from _namespaces(tenants)
        return Assessment(
            access=Access.OPEN,
            service=service,
            because=f"lists its tenants without a credential: {len(tenants)}",
            proof=Proof(
                TENANTS.name,
                f"{len(tenants)} tenants listed",
                f"{CONTROL.name} answered 404: cluster does not exist",
            ),
            holdings=tuple(holdings[:MAX_HOLDINGS]),
            holdings_total=len(holdings),
        )


def _is_missing(page: Page) -> bool:
    try:
        return page.status == NOT_FOUND and page.json()["reason"].text() == NO_SUCH
    except Garbled:
        return False


def _version() -> Generator[Get, Page, str | None]:
    """Ask for the version. The proof stands already: a silence costs only detail."""
    with suppress(NoAnswer):
        page = yield VERSION
        told = page.body[:64].decode("utf-8", "replace").strip().strip('"')
        return versions.read(told) if page.status == OK else None
    return None


def _namespaces(tenants: list[str]) -> Generator[Get, Page, list[Holding]]:
    """List what the tenants hold; a tenant that was not asked about stands for itself."""
    holdings: list[Holding] = []
    for place, tenant in enumerate(tenants):
        found = [Holding(name=tenant, kind="tenant")]
        with suppress(NoAnswer, Garbled):
            page = (yield NAMESPACES.fill(tenant)) if place < MAX_TENANTS else None
            if page is not None and page.status == OK:
                names = [name.text() for name in page.json().elements()]
                found = [Holding(name=name, kind="namespace") for name in names] or found
        holdings += found
    return holdings
