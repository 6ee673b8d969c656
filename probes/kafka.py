"""Kafka and what speaks like it: which topics a stranger can list."""

from collections.abc import Generator
from contextlib import suppress
from functools import partial

from scanner.model import Access, Assessment, Holding, Outcome, Proof, Service, Silence, Unknown
from scanner.probe import About, Answer, Exchange, NoAnswer, StreamAsk, StreamDialogue
from scanner.wire import Garbled, kafka

#: Longer lists of names belong on the broker; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

#: Error codes of https://kafka.apache.org/protocol.html#protocol_error_codes
UNSUPPORTED_MECHANISM = 33
NO_LOGIN_HERE = 34

#: No mechanism of this name exists; with it no login can be begun, let alone ended.
NO_MECHANISM = "RONDE-NO-SUCH-MECHANISM"

GREETING = Exchange(
    name="ApiVersions v0",
    encode=lambda: kafka.request(kafka.API_VERSIONS, 0),
    framing=kafka.framing(kafka.API_VERSIONS),
)
#: A null list asks for all topics and names none, so that no broker can create one; version 8
#: tells besides what a stranger may do to the cluster, and 1 is what 0.10 speaks.
LISTINGS = {
    version: Exchange(
        name=f"Metadata v{version} (all topics)",
        encode=partial(kafka.all_topics, version),
        framing=kafka.framing(kafka.METADATA),
        max_bytes=kafka.MAX_REPLY,
    )
    for version in (8, 4, 1)
}
CONTROL = Exchange(
    name=f"SaslHandshake v1 ({NO_MECHANISM})",
    encode=lambda: kafka.handshake(NO_MECHANISM),
    framing=kafka.framing(kafka.SASL_HANDSHAKE),
)
SIZES = Exchange(
    name="DescribeLogDirs v1 (all topics)",
    encode=lambda: kafka.request(kafka.LOG_DIRS, 1, b"\xff\xff\xff\xff"),
    framing=kafka.framing(kafka.LOG_DIRS),
    max_bytes=kafka.MAX_REPLY,
)

#: How a broker treats who asks for more than a greeting where a login is demanded.
HUNG_UP = frozenset({Silence.CLOSED, Silence.RESET})


class Kafka:
    """A broker is open when it lists its topics and refuses a login that nobody knows."""

    about = About(
        name="kafka",
        title="Kafka lists its topics to anyone",
        ports=frozenset({9092, 9093, 9094, 19092, 29092}),
        front=GREETING,
        asks=(GREETING, *LISTINGS.values(), CONTROL, SIZES),
        proves="the topics are listed, and a login by a mechanism that cannot exist is refused",
        cwe=306,
        remedy=(
            "Give every listener that others reach a security protocol with a login (`SASL_SSL`, "
            "or `SSL` with `ssl.client.auth=required`), set `authorizer.class.name` and leave "
            "`allow.everyone.if.no.acl.found` off; keep `PLAINTEXT` for loopback."
        ),
        references=(
            "https://kafka.apache.org/documentation/#security",
            "https://kafka.apache.org/documentation/#security_authz",
        ),
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise a list of APIs that knows itself; it is given before any login."""
        try:
            error, newest = kafka.versions(front.data)
        except Garbled:
            return None
        return Service("kafka") if error == 0 and kafka.API_VERSIONS in newest else None

    def assess(self, front: Answer) -> StreamDialogue:
        """List the topics; then ask for a login that cannot be."""
        service = Service("kafka")
        _, newest = kafka.versions(front.data)
        version = _version(newest)
        if version is None:
            because = "lists no topics to anybody: a controller, or older than 0.10"
            return Assessment(access=Access.IDENTIFIED, service=service, because=because)
        try:
            listing = kafka.metadata((yield LISTINGS[version]).data, version)
        except NoAnswer as silence:
            return (yield from _hung_up(service, silence, version))
        control = yield from _refusal()
        if control is None:
            why = f"the topics were listed, but {CONTROL.name} was not refused in Kafka's words"
            return Unknown(Silence.HALF_PROOF, why, service)
        sizes = yield from _sizes(newest)
        return _listed(listing, LISTINGS[version].name, control, sizes)


def _version(newest: dict[int, int]) -> int | None:
    """Choose the newest version of the listing that both sides know."""
    known = newest.get(kafka.METADATA, 0)
    return next((version for version in LISTINGS if version <= known), None)


def _hung_up(service: Service, silence: NoAnswer, version: int) -> StreamDialogue:
    """Tell a listener that wants a login from one that broke off: it names its mechanisms."""
    if silence.silence not in HUNG_UP:
        raise silence
    if kafka.error((yield CONTROL).data) != UNSUPPORTED_MECHANISM:
        raise silence
    because = f"{LISTINGS[version].name} ended the connection: the listener demands a SASL login"
    return Assessment(access=Access.LOCKED, service=service, because=because)


def _refusal() -> Generator[StreamAsk, Answer, str | None]:
    """Say in which of Kafka's words the control was refused, if in any."""
    words = {
        NO_LOGIN_HERE: "there is no login on this listener",
        UNSUPPORTED_MECHANISM: "an unsupported mechanism",
    }
    try:
        word = words.get(kafka.error((yield CONTROL).data))
    except (NoAnswer, Garbled):
        return None
    return f"{CONTROL.name} was refused: {word}" if word else None


def _sizes(newest: dict[int, int]) -> Generator[StreamAsk, Answer, dict[str, int]]:
    """Weigh the topics on this broker. The proof stands already: a silence costs only detail."""
    with suppress(NoAnswer, Garbled):
        if newest.get(kafka.LOG_DIRS, 0) >= 1:
            return kafka.sizes((yield SIZES).data)
    return {}


def _listed(listing: kafka.Metadata, ask: str, control: str, sizes: dict[str, int]) -> Outcome:
    topics = [topic for topic in listing.topics if not topic.is_internal]
    hidden = not listing.topics and listing.operations == 0
    listed = "no topic, for an access list hides them" if hidden else f"{len(topics)} topics"
    return Assessment(
        access=Access.PARTIAL if hidden else Access.OPEN,
        service=Service("kafka", None, listing.cluster or None),
        because=f"lists {listing.brokers} brokers without a login, and {listed}",
        proof=Proof(ask, f"{len(topics)} topics on {listing.brokers} brokers listed", control),
        holdings=tuple(
            Holding(name=topic.name, kind="topic", bytes=sizes.get(topic.name))
            for topic in topics[:MAX_HOLDINGS]
        ),
        holdings_total=None if hidden else len(topics),
    )
