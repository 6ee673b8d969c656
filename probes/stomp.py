"""STOMP brokers (ActiveMQ, Artemis, RabbitMQ): whether a stranger is let in without a login."""

from scanner.model import Access, Assessment, Holding, Outcome, Proof, Service
from scanner.probe import About, Answer, Exchange, StreamDialogue
from scanner.verdict import half_proof
from scanner.wire import stomp, versions

CONNECT = Exchange(
    name="CONNECT",
    encode=lambda: stomp.frame_of("CONNECT", accept_version="1.0,1.1,1.2", host="/"),
    framing=stomp.frame,
    max_bytes=stomp.MAX_FRAME,
)
CONTROL = Exchange(
    name="RONDE-NO-SUCH-COMMAND",
    encode=lambda: stomp.frame_of("RONDE-NO-SUCH-COMMAND"),
    framing=stomp.frame,
    max_bytes=stomp.MAX_FRAME,
)

#: What brokers call themselves in the header `server`, before a slash and their version.
PRODUCTS = {
    "ActiveMQ-Artemis": "artemis",
    "ActiveMQ": "activemq",
    "RabbitMQ": "rabbitmq",
    "apollo": "apollo",
}

#: How brokers say that a login is missing, in the header `message`.
REFUSED = (
    "password is invalid",
    "unable to validate user",
    "bad connect",
    "access refused",
    "authentication failed",
    "security error",
    "not authenticated",
)


class Stomp:
    """A broker is open when it connects a caller without a login and knows a false command."""

    about = About(
        name="stomp",
        title="A message broker lets anyone in by STOMP",
        ports=frozenset({61613, 61616}),
        tls_ports=frozenset({61612}),
        front=CONNECT,
        asks=(CONNECT, CONTROL),
        proves="a caller without a login is connected, and a command that does not exist refused",
        cwe=306,
        remedy=(
            "Demand a login (ActiveMQ: `simpleAuthenticationPlugin` or `jaasAuthenticationPlugin`; "
            "Artemis: no guest login module, `security-enabled` on; RabbitMQ: "
            "`stomp.default_user = none`), and take away the connectors that nobody needs."
        ),
        references=(
            "https://activemq.apache.org/components/classic/documentation/security",
            "https://activemq.apache.org/components/artemis/documentation/latest/security.html",
        ),
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise the answer to a connection, whichever it is."""
        told = stomp.decode(front.data)
        if told.is_error and "message" not in told.headers:
            return None
        name, _, rest = told.headers.get("server", "").partition("/")
        return Service(PRODUCTS.get(name, "stomp"), versions.read(rest.partition(" ")[0]))

    def assess(self, front: Answer) -> StreamDialogue:
        """See whether we are connected; then send a command that does not exist."""
        service = self.identify(front) or Service("stomp")
        if (told := stomp.decode(front.data)).is_error:
            return _refused(service, told)
        if "version" not in told.headers and service.product == "stomp":
            return half_proof(service, f"{CONNECT.name} was answered by nobody in particular")
        control = stomp.decode((yield CONTROL).data)
        if not control.is_error:
            return half_proof(service, f"the control {CONTROL.name} was not refused")
        return Assessment(
            access=Access.OPEN,
            service=service,
            because="connects a caller without a login, who may send and subscribe",
            proof=Proof(CONNECT.name, "connected", f"{CONTROL.name} was refused by an error"),
            # What waits in queues cannot be counted without subscribing to them.
            holdings=(Holding(name="destinations", kind="messages"),),
            holdings_total=1,
        )


def _refused(service: Service, told: stomp.Frame) -> Outcome:
    message = told.headers["message"].lower()
    if any(words in message for words in REFUSED):
        because = f"{CONNECT.name} without a login was refused"
        return Assessment(access=Access.LOCKED, service=service, because=because)
    return half_proof(service, f"{CONNECT.name} was refused for another reason than the login")
