"""Kafdrop: which topics of a Kafka its page shows to anyone."""

from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import FRONT, About, Get, HttpDialogue, Page
from scanner.verdict import NOT_FOUND, OK, half_proof, not_answered
from scanner.wire import Garbled, counts

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

#: A topic takes 300 bytes and each of its partitions as many: a thousand topics of twelve.
MAX_LISTING = 4 << 20

TOPICS = Get("/topic", max_bytes=MAX_LISTING)
CONTROL = Get("/topic/ronde-no-such-topic")

#: Every page of its own begins its title so, those of its errors as well.
TITLE = "Kafdrop: "

#: Kafka's own topics.
OWN = "__"

SERVICE = Service("kafdrop")


class Kafdrop:
    """A page is open when it lists topics and misses one that cannot exist."""

    about = About(
        name="kafdrop",
        title="Kafdrop shows the topics of a Kafka to anyone",
        ports=frozenset({9000}),
        front=FRONT,
        asks=(FRONT, TOPICS, CONTROL),
        proves="the topics are listed, and one that cannot exist is missed on its own page",
        cwe=306,
        remedy=(
            "Put a log-in before it (an authenticating proxy; it ships with none), let only "
            "administrators reach it, and switch off what changes topics (`--topic.deleteEnabled`, "
            "`--topic.createEnabled`)."
        ),
        references=("https://github.com/obsidiandynamics/kafdrop#readme",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise its page, or what it answers to somebody who would rather have JSON."""
        return SERVICE if front.title.startswith(TITLE) or _is_overview(front) else None

    def assess(self, front: Page) -> HttpDialogue:  # noqa: ARG002 - its page says nothing more
        """List the topics; then see what the page says of one that there is not."""
        listing = yield TOPICS
        if listing.status != OK:
            return not_answered(SERVICE, TOPICS, listing)
        topics = [_topic(told) for told in listing.json().elements()]
        control = yield CONTROL
        if control.status != NOT_FOUND or not control.title.startswith(TITLE):
            return half_proof(SERVICE, f"the control {CONTROL.name} was not missed on its page")
        held = [topic for topic in topics if not topic.name.startswith(OWN)]
        held.sort(key=lambda topic: (-(topic.records or 0), topic.name))
        return Assessment(
            access=Access.OPEN,
            service=SERVICE,
            because=f"lists the topics behind it without a log-in: {len(held)}",
            proof=Proof(
                TOPICS.name,
                f"{len(topics)} topics listed",
                f"{CONTROL.name} answered {NOT_FOUND} with a page of its own",
            ),
            holdings=tuple(held[:MAX_HOLDINGS]),
            holdings_total=len(held),
        )


def _is_overview(front: Page) -> bool:
    try:
        told = front.json()
        return told["brokers"].is_array and told["summary"]["topicCount"].integer() >= 0
    except Garbled:
        return False


def _topic(told: Json) -> Holding:
    """Read one topic, and how many messages it holds.

    Raises:
        Garbled: it is none of this page.
    """
    if not told["partitions"].is_array:
        raise Garbled("expected the partitions of a topic")
    records = counts.read(told.get("availableSize"))
    return Holding(name=told["name"].text(), kind="topic", records=records)
