"""AKHQ: which clusters of Kafka its console shows to anyone."""

from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import About, Get, HttpDialogue, Page
from scanner.verdict import OK, half_proof, not_answered
from scanner.wire import Garbled, versions

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

#: How a visitor may log in, which everybody is told.
AUTHS = Get("/api/auths")
CLUSTERS = Get("/api/cluster")
CONTROL = Get("/api/ronde-no-such-cluster/ui-options")

#: How the console misses a cluster, with a stack trace for which nobody asked.
FAILED = 500
MISSING = "No cluster found"


class Akhq:
    """A console is open when it lists its clusters and misses one that cannot exist."""

    about = About(
        name="akhq",
        title="AKHQ shows the clusters of Kafka to anyone",
        ports=frozenset({8080}),
        front=AUTHS,
        asks=(AUTHS, CLUSTERS, CONTROL),
        proves="the clusters are listed, and one that cannot exist is missed by name",
        cwe=306,
        remedy=(
            "Set `micronaut.security.enabled: true` with users of your own, "
            "`akhq.security.default-group: no-roles`, and let only administrators reach the page."
        ),
        references=("https://akhq.io/docs/configuration/authentifications/",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise what the log-in page is told; older consoles leave the version out."""
        try:
            told = front.json()
            told["loginEnabled"].boolean(), told["formEnabled"].boolean()
        except Garbled:
            return None
        version = told.get("version")
        known = front.status == OK
        return Service("akhq", versions.read(version.value if version else None)) if known else None

    def assess(self, front: Page) -> HttpDialogue:
        """List the clusters; then see what the console says of one that it has not."""
        service = self.identify(front) or Service("akhq")
        listing = yield CLUSTERS
        if listing.status != OK:
            return not_answered(service, CLUSTERS, listing)
        held = [_cluster(told) for told in listing.json().elements()]
        if not _is_missing((yield CONTROL)):
            return half_proof(service, f"the control {CONTROL.name} was not missed by name")
        return Assessment(
            access=Access.OPEN,
            service=service,
            because=f"lists the clusters behind it without a log-in: {len(held)}",
            proof=Proof(
                CLUSTERS.name,
                f"{len(held)} clusters listed",
                f"{CONTROL.name} answered {FAILED} for a cluster that cannot exist",
            ),
            holdings=tuple(held[:MAX_HOLDINGS]),
            holdings_total=len(held),
        )


def _cluster(told: Json) -> Holding:
    """Read one cluster.

    Raises:
        Garbled: it is none of this console.
    """
    told["registry"].boolean()
    return Holding(name=told["id"].text(), kind="cluster")


def _is_missing(page: Page) -> bool:
    try:
        return page.status == FAILED and MISSING in page.json()["message"].text()
    except Garbled:
        return False
