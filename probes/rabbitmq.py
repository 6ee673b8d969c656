"""RabbitMQ's management: which queues a stranger can list. It always has a login of its own."""

from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import FRONT, About, Get, HttpDialogue, Page
from scanner.verdict import NOT_FOUND, OK, half_proof, not_answered
from scanner.wire import Garbled, counts, versions

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

OVERVIEW = Get("/api/overview")
#: One row takes about 100 bytes with these columns.
QUEUES = Get("/api/queues?columns=name,vhost,messages,message_bytes", max_bytes=4 << 20)
CONTROL = Get("/api/vhosts/ronde-no-such-vhost")

TITLE = "RabbitMQ Management"


class RabbitMq:
    """A management is open when it lists its queues and misses a virtual host that cannot be."""

    about = About(
        name="rabbitmq",
        title="RabbitMQ's management lists its queues to anyone",
        ports=frozenset({15672}),
        tls_ports=frozenset({15671}),
        front=FRONT,
        asks=(FRONT, OVERVIEW, QUEUES, CONTROL),
        proves="the queues are listed, and a virtual host that cannot exist is missed",
        cwe=306,
        remedy=(
            "Look for the proxy that logs everybody in: the management itself always demands a "
            "user. Delete `guest`, and let only administrators reach the port."
        ),
        references=("https://www.rabbitmq.com/docs/management",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the page that anybody may load, or the realm of a door before it."""
        realm = front.headers.get("www-authenticate", "")
        return Service("rabbitmq") if front.title == TITLE or TITLE in realm else None

    def assess(self, front: Page) -> HttpDialogue:  # noqa: ARG002 - the page says no more
        """List the queues; then ask for a virtual host that cannot exist."""
        service = Service("rabbitmq")
        overview = yield OVERVIEW
        if overview.status != OK:
            return not_answered(service, OVERVIEW, overview)
        told = overview.json()
        service = Service("rabbitmq", versions.read(told["rabbitmq_version"].text()))
        listing = yield QUEUES
        if listing.status != OK:
            return not_answered(service, QUEUES, listing)
        queues = [_queue(one) for one in listing.json().elements()]
        if not _is_missing((yield CONTROL)):
            return half_proof(service, f"the control {CONTROL.name} was not missed in its words")
        return Assessment(
            access=Access.OPEN,
            service=service,
            because=f"lists its queues without a credential: {len(queues)}",
            proof=Proof(
                QUEUES.name,
                f"{len(queues)} queues listed",
                f"{CONTROL.name} answered 404: object not found",
            ),
            holdings=tuple(queues[:MAX_HOLDINGS]),
            holdings_total=len(queues),
        )


def _is_missing(page: Page) -> bool:
    try:
        return page.status == NOT_FOUND and page.json()["error"].text() == "Object Not Found"
    except Garbled:
        return False


def _queue(one: Json) -> Holding:
    """Read one row; a queue that has just been declared has no counts yet."""
    return Holding(
        name=one["name"].text(),
        kind="queue",
        records=counts.read(one.get("messages")),
        bytes=counts.read(one.get("message_bytes")),
    )
