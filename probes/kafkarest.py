"""The REST proxy of Kafka: which topics a stranger can list without speaking Kafka."""

from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import About, Get, HttpDialogue, Page
from scanner.verdict import NOT_FOUND, OK, REFUSED, half_proof, locked, not_answered, path
from scanner.wire import Garbled

#: A topic takes about 800 bytes, for each names its own addresses.
MAX_LISTING = 8 << 20

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

CLUSTERS = Get("/v3/clusters")
TOPICS = Get("/v3/clusters/{}/topics", max_bytes=MAX_LISTING)
#: A cluster and never a topic: naming one may create it.
CONTROL = Get("/v3/clusters/ronde-no-such-cluster")

SERVICE = Service("kafka-rest")

#: The proxy's own code beside the status.
UNKNOWN_CLUSTER = 404


class KafkaRest:
    """A proxy is open when it lists the topics and misses a cluster that cannot exist."""

    about = About(
        name="kafkarest",
        title="Kafka's REST proxy lists topics to anyone",
        ports=frozenset({8082}),
        front=CLUSTERS,
        asks=(CLUSTERS, CONTROL, TOPICS),
        proves="the topics are listed, and a cluster that cannot exist is missing by its code",
        cwe=306,
        remedy=(
            "Demand a login (`authentication.method=BASIC` with a JAAS realm, or client "
            "certificates), or let only its clients reach the port: whoever reaches it reads and "
            "writes every topic with the proxy's own rights."
        ),
        references=(
            "https://docs.confluent.io/platform/current/kafka-rest/production-deployment/rest-proxy/security.html",
        ),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the list of clusters, or the proxy's way of refusing it."""
        if front.status in REFUSED:
            return SERVICE if _error(front) == front.status else None
        return SERVICE if front.status == OK and _cluster(front) else None

    def assess(self, front: Page) -> HttpDialogue:
        """List the topics; then ask for a cluster that cannot exist."""
        cluster = _cluster(front)
        if not cluster:
            return locked(SERVICE, CLUSTERS, front)
        service = Service(SERVICE.product, None, cluster)
        listing = yield TOPICS.fill(cluster)
        if listing.status != OK:
            return not_answered(service, TOPICS, listing)
        topics = [_topic(one) for one in listing.json()["data"].elements() if not _internal(one)]
        control = yield CONTROL
        if (control.status, _error(control)) != (NOT_FOUND, UNKNOWN_CLUSTER):
            return half_proof(service, f"the control {path(CONTROL)} was not missing by its code")
        return Assessment(
            access=Access.OPEN,
            service=service,
            because=f"lists its topics without credentials: {len(topics)}",
            proof=Proof(
                TOPICS.name,
                f"{len(topics)} topics listed",
                f"{path(CONTROL)} answered 404 with a code of its own",
            ),
            holdings=tuple(topics[:MAX_HOLDINGS]),
            holdings_total=len(topics),
        )


def _cluster(page: Page) -> str:
    """Give the identity of the cluster; the proxy knows one."""
    try:
        told = page.json()
        if told["kind"].text() != "KafkaClusterList":
            return ""
        return next((one["cluster_id"].text() for one in told["data"].elements()), "")
    except Garbled:
        return ""


def _topic(told: Json) -> Holding:
    return Holding(name=told["topic_name"].text(), kind="topic")


def _internal(told: Json) -> bool:
    return told["is_internal"].boolean()


def _error(page: Page) -> int | None:
    try:
        return page.json()["error_code"].integer()
    except Garbled:
        return None
