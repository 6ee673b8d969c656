"""Kafka Connect: which connectors a stranger can list, and therefore change."""

from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import FRONT, About, Get, HttpDialogue, Page
from scanner.verdict import NOT_FOUND, OK, half_proof, not_answered
from scanner.wire import Garbled, versions

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

CONNECTORS = Get("/connectors")
CONTROL = Get("/connectors/ronde-no-such-connector")

NO_SUCH = "Connector ronde-no-such-connector not found"


class KafkaConnect:
    """A worker is open when it lists its connectors and misses one that cannot exist."""

    about = About(
        name="kafkaconnect",
        title="Kafka Connect takes connectors from anyone",
        ports=frozenset({8083}),
        front=FRONT,
        asks=(FRONT, CONNECTORS, CONTROL),
        proves="the connectors are listed, and one that cannot exist is missed by name",
        cwe=306,
        remedy=(
            "Bind `listeners` to loopback or put an authenticating proxy before it, or load "
            "`BasicAuthSecurityRestExtension` (`rest.extension.classes`); restrict what a "
            "connector may override (`connector.client.config.override.policy=None`)."
        ),
        references=("https://kafka.apache.org/documentation/#connect_rest",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise a worker by the cluster that it names."""
        try:
            told = front.json()
            told["kafka_cluster_id"].text(), told["commit"].text()
            return Service("kafka-connect", versions.read(told["version"].text()))
        except Garbled:
            return None

    def assess(self, front: Page) -> HttpDialogue:
        """List the connectors by name alone; then ask for one that cannot exist."""
        service = self.identify(front) or Service("kafka-connect")
        listing = yield CONNECTORS
        if listing.status != OK:
            return not_answered(service, CONNECTORS, listing)
        names = [name.text() for name in listing.json().elements()]
        if not _is_missing((yield CONTROL)):
            return half_proof(service, f"the control {CONTROL.name} was not missed in its words")
        return Assessment(
            access=Access.OPEN,
            service=service,
            because=f"lists its connectors without a credential: {len(names)}",
            proof=Proof(
                CONNECTORS.name,
                f"{len(names)} connectors listed",
                f"{CONTROL.name} answered 404: connector not found",
            ),
            holdings=tuple(Holding(name=name, kind="connector") for name in names[:MAX_HOLDINGS]),
            holdings_total=len(names),
        )


def _is_missing(page: Page) -> bool:
    try:
        return page.status == NOT_FOUND and page.json()["message"].text() == NO_SUCH
    except Garbled:
        return False
