"""Trino and Presto: whether a coordinator demands more of a caller than a name of his choice."""

from scanner.model import Access, Assessment, Holding, Outcome, Proof, Service
from scanner.probe import FRONT, About, Get, HttpDialogue, Page
from scanner.verdict import OK, REFUSED, UNAUTHORIZED, half_proof, locked, not_ours, path
from scanner.wire import Garbled, versions
from scanner.wire.http import path_of

INFO = Get("/v1/info")
CLUSTER = Get("/v1/cluster")
QUERY = Get("/v1/query/ronde-no-such-query")

#: Where a coordinator sends browsers from `/`; Consul, Nomad and Vault do likewise.
PAGE = "/ui/"
REDIRECTS = frozenset({301, 302, 303, 307, 308})

#: How a coordinator without authentication asks for a name (`InsecureAuthenticator.java`).
ANY_NAME = b"User must be sent"

#: What Presto answers about a query that it does not know (`QueryResource.java`).
GONE = 410

PRESTO = "presto"


class Trino:
    """A coordinator of Trino is identified; one of Presto is open when it counts its queries."""

    about = About(
        name="trino",
        title="Presto shows its cluster to anyone",
        ports=frozenset({8080, 8081}),
        tls_ports=frozenset({8443, 7778}),
        front=FRONT,
        asks=(FRONT, INFO, QUERY, CLUSTER),
        proves="Presto counts its queries, and is gone about one that cannot exist",
        cwe=306,
        remedy=(
            "Set `http-server.authentication.type` and TLS, with "
            "`http-server.authentication.allow-insecure-over-http=false`, and a system access "
            "control that knows the users."
        ),
        references=(
            "https://trino.io/docs/current/security/overview.html",
            "https://prestodb.io/docs/current/security.html",
        ),
    )

    def identify(self, front: Page) -> Service | None:
        """Take whatever sends browsers to `/ui/` for a candidate."""
        to = path_of(front.headers.get("location", ""))
        return Service("trino") if front.status in REDIRECTS and to == PAGE else None

    def assess(self, front: Page) -> HttpDialogue:  # noqa: ARG002 - its page says nothing more
        """Let it introduce itself, then ask without a name for a query that cannot exist."""
        info = yield INFO
        service = _introduced(info)
        if service is None:
            return not_ours(INFO, info)
        answer = yield QUERY
        if answer.status == UNAUTHORIZED and ANY_NAME in answer.body:
            because = "takes any user's name without a proof of it, and none was named"
            return Assessment(access=Access.IDENTIFIED, service=service, because=because)
        if answer.status in REFUSED:
            return locked(service, QUERY, answer)
        if service.product != PRESTO or answer.status != GONE:
            return half_proof(service, f"{path(QUERY)} answered {answer.status}")
        return _counted(service, (yield CLUSTER))


def _introduced(page: Page) -> Service | None:
    """Read what every coordinator tells everybody; only Presto begins its versions with 0."""
    try:
        told = page.json()
        version = versions.read(told["nodeVersion"]["version"].value)
        told["environment"].text(), told["coordinator"].boolean()
    except Garbled:
        return None
    if page.status != OK:
        return None
    return Service(PRESTO if (version or "").startswith("0.") else "trino", version)


def _counted(service: Service, cluster: Page) -> Outcome:
    """Presto without authentication counts its work for anyone."""
    if cluster.status in REFUSED:
        return locked(service, CLUSTER, cluster)
    if cluster.status != OK:
        return half_proof(service, f"{path(CLUSTER)} answered {cluster.status}")
    told = cluster.json()
    running, workers = told["runningQueries"].integer(), told["activeWorkers"].integer()
    return Assessment(
        access=Access.OPEN,
        service=service,
        because=f"shows a cluster of {workers} workers to callers without credentials",
        proof=Proof(
            CLUSTER.name,
            f"{running} running queries and {workers} workers counted",
            f"{path(QUERY)} answered {GONE} for a query that cannot exist",
        ),
        holdings=(Holding(name="catalogs", kind="cluster"),),
        holdings_total=1,
    )
