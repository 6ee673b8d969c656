"""NATS: whether a stranger is let in to publish and to subscribe."""

from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Outcome, Proof, Service
from scanner.probe import About, Answer, Exchange, Listen, StreamDialogue
from scanner.verdict import half_proof
from scanner.wire import Garbled, versions, words

GREETING = Listen(name="INFO", framing=words.nats_greeting, max_bytes=words.MAX_LINE)

#: The least that a client says of itself: no user, no password, no subscription.
HELLO = Exchange(
    name="CONNECT, PING",
    encode=lambda: b'CONNECT {"verbose":false,"lang":"ronde","version":"0"}\r\nPING\r\n',
    framing=words.nats_answer,
    max_bytes=words.MAX_LINE,
)
CONTROL = Exchange(
    name="RONDE-NO-SUCH-OPERATION",
    encode=lambda: b"RONDE-NO-SUCH-OPERATION\r\n",
    framing=words.nats_answer,
    max_bytes=words.MAX_LINE,
)

NO_SUCH = b"-ERR 'Unknown Protocol Operation'"
DEMANDS = {
    "tls_verify": (Access.CLIENT_CERT, "a client certificate"),
    "auth_required": (Access.LOCKED, "a user"),
}
REFUSED = (b"-ERR 'Authorization", b"-ERR 'Authentication")


class Nats:
    """A server is open when it answers a client without a user and knows a false word for one."""

    about = About(
        name="nats",
        title="NATS lets anyone publish and subscribe",
        ports=frozenset({4222}),
        front=GREETING,
        asks=(GREETING, HELLO, CONTROL),
        proves="a client without a user is answered, and an operation that does not exist refused",
        cwe=306,
        remedy=(
            "Give every account its users (`authorization`, `accounts`, or operator mode with "
            "JWTs), leave `no_auth_user` out, demand client certificates where you can "
            "(`tls { verify: true }`), and let only its clients reach the port."
        ),
        references=(
            "https://docs.nats.io/running-a-nats-service/configuration/securing_nats/auth_intro",
        ),
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise the greeting: it is given before anything is asked."""
        try:
            told = _told(front)
            told["server_id"].text(), told["max_payload"].integer()
        except Garbled:
            return None
        return Service("nats", versions.read(told["version"].value))

    def assess(self, front: Answer) -> StreamDialogue:
        """Believe a greeting that demands a user; say hello to one that does not."""
        service = self.identify(front) or Service("nats")
        told = _told(front)
        if shut := _shut(service, told):
            return shut
        answer = words.last_line((yield HELLO).data)
        if answer.startswith(REFUSED):
            because = f"{HELLO.name} was refused: no user"
            return Assessment(access=Access.LOCKED, service=service, because=because)
        if answer != b"PONG":
            return half_proof(service, f"{HELLO.name} was not answered by PONG")
        if words.last_line((yield CONTROL).data) != NO_SUCH:
            return half_proof(service, f"the control {CONTROL.name} was not refused in its words")
        return Assessment(
            access=Access.OPEN,
            service=service,
            because="takes a client without a user, who may publish and subscribe",
            proof=Proof(
                HELLO.name, "PONG", f"{CONTROL.name} was refused: unknown protocol operation"
            ),
            # What passes is not kept, and what is kept cannot be counted without a subscription.
            holdings=(_stream_store(told),),
            holdings_total=1,
        )


def _shut(service: Service, told: Json) -> Outcome | None:
    """Give the verdict of a greeting that ends the conversation."""
    for member, (access, what) in DEMANDS.items():
        if _is_set(told, member):
            because = f"the greeting demands {what}"
            return Assessment(access=access, service=service, because=because)
    if _is_set(told, "tls_required"):
        return half_proof(service, "wants no user, but goes on in TLS after its greeting")
    return None


def _told(front: Answer) -> Json:
    return Json.parse(front.data.partition(b" ")[2])


def _is_set(told: Json, member: str) -> bool:
    found = told.get(member)
    return found is not None and found.value is True


def _stream_store(told: Json) -> Holding:
    return Holding(name="jetstream" if _is_set(told, "jetstream") else "subjects", kind="messages")
