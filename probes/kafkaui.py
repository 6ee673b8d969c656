"""UI for Apache Kafka (kafka-ui): which clusters a stranger administers through a page."""

from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import About, Get, HttpDialogue, Page
from scanner.verdict import NOT_FOUND, OK, REFUSED, half_proof, not_answered, path
from scanner.wire import Garbled, counts

CLUSTERS = Get("/api/clusters")
CONTROL = Get("/api/clusters/ronde-no-such-cluster/stats")

SERVICE = Service("kafka-ui")

#: `ErrorCode.CLUSTER_NOT_FOUND`.
UNKNOWN_CLUSTER = 4007


class KafkaUi:
    """A console is open when it counts the topics and misses a cluster by its code."""

    about = About(
        name="kafkaui",
        title="A console of Kafka is open to anyone",
        ports=frozenset({8080}),
        front=CLUSTERS,
        asks=(CLUSTERS, CONTROL),
        proves="the clusters are listed, and one that cannot exist is missing by its code",
        cwe=306,
        remedy=(
            "Set `auth.type` (`LOGIN_FORM`, `OAUTH2` or `LDAP`) and roles (`rbac`), and let only "
            "its users reach the port: whoever reaches it reads messages and deletes topics with "
            "the console's own rights."
        ),
        references=("https://docs.kafka-ui.provectus.io/configuration/authentication",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the list of clusters; a console with a login redirects, and is not told."""
        try:
            told = [_cluster(one) for one in front.json().elements()]
        except Garbled:
            return None
        return SERVICE if front.status == OK and told else None

    def assess(self, front: Page) -> HttpDialogue:
        """Count what each cluster has; then ask for one that cannot exist."""
        clusters = list(front.json().elements())
        control = yield CONTROL
        if control.status in REFUSED:
            return not_answered(SERVICE, CONTROL, control)
        if (control.status, _code(control)) != (NOT_FOUND, UNKNOWN_CLUSTER):
            return half_proof(SERVICE, f"the control {path(CONTROL)} was not missing by its code")
        holdings = tuple(map(_cluster, clusters))
        return Assessment(
            access=Access.OPEN,
            service=SERVICE,
            because=f"shows its clusters without credentials: {len(holdings)}",
            proof=Proof(
                CLUSTERS.name,
                f"{len(holdings)} clusters listed with their topics counted",
                f"{path(CONTROL)} answered 404 with code {UNKNOWN_CLUSTER}",
            ),
            holdings=holdings,
            holdings_total=len(holdings),
        )


def _cluster(told: Json) -> Holding:
    """Read one cluster; its records are topics, for messages are not counted.

    Raises:
        Garbled: it is no cluster of this console.
    """
    told["status"].text()
    told["readOnly"].boolean()
    return Holding(
        name=told["name"].text(), kind="cluster", records=counts.read(told["topicCount"])
    )


def _code(page: Page) -> int | None:
    try:
        return page.json()["code"].integer()
    except Garbled:
        return None
