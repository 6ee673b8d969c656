"""MQTT brokers: whether a stranger is let in to publish and to subscribe."""

from collections.abc import Generator
from contextlib import suppress
from uuid import uuid4

from scanner.model import Access, Assessment, Holding, Outcome, Proof, Service, Silence, Unknown
from scanner.probe import About, Answer, Exchange, NoAnswer, StreamAsk, StreamDialogue
from scanner.verdict import half_proof
from scanner.wire import Garbled, mqtt

CONNECT = Exchange(name="CONNECT", encode=mqtt.connect, framing=mqtt.frame)
#: For a broker that lets nobody in without a name: one that nobody had before.
NAMED = Exchange(
    name="CONNECT as ronde-…",
    encode=lambda: mqtt.connect(f"ronde-{uuid4().hex[:16]}"),
    framing=mqtt.frame,
)
DISCONNECT = Exchange(name="DISCONNECT", encode=mqtt.disconnect, framing=mqtt.end)
CONTROL = Exchange(
    name=f"CONNECT at level {mqtt.NO_LEVEL}",
    encode=lambda: mqtt.connect(level=mqtt.NO_LEVEL),
    framing=mqtt.frame,
)

#: 3.1.1 refuses a level by 1, version 5 by 0x84.
NO_SUCH_LEVEL = frozenset({mqtt.BAD_LEVEL, 0x84})
#: And a caller without a user by these: 4 and 5; bad user, not authorised, banned, bad method.
REFUSED = frozenset({mqtt.BAD_USER, mqtt.NOT_AUTHORISED, 0x86, 0x87, 0x8A, 0x8C})
BUSY = frozenset({mqtt.UNAVAILABLE, 0x88, 0x89})
UNNAMED = frozenset({mqtt.BAD_CLIENT_ID, 0x85})


class Mqtt:
    """A broker is open when it lets a caller without a user in, and no caller of a false level."""

    about = About(
        name="mqtt",
        title="An MQTT broker lets anyone in",
        ports=frozenset({1883}),
        tls_ports=frozenset({8883}),
        front=CONNECT,
        asks=(CONNECT, NAMED, DISCONNECT, CONTROL),
        proves="a caller without a user is let in, and one of a level that does not exist is not",
        cwe=306,
        remedy=(
            "Demand a user or a client certificate (Mosquitto: `allow_anonymous false` with "
            "`password_file`, the default since 2.0; EMQX: an authentication chain; HiveMQ: an "
            "extension), limit topics by access lists, and speak TLS."
        ),
        references=(
            "https://mosquitto.org/man/mosquitto-conf-5.html",
            "https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html",
        ),
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise the answer to a connection; it does not say what the broker is called."""
        known = REFUSED | BUSY | UNNAMED | NO_SUCH_LEVEL | {mqtt.ACCEPTED}
        return Service("mqtt") if mqtt.code(front.data) in known else None

    def assess(self, front: Answer) -> StreamDialogue:
        """Say goodbye at once; then come back at a level that no broker speaks."""
        service = Service("mqtt")
        code = mqtt.code(front.data)
        ask = CONNECT
        if code in UNNAMED:
            ask = NAMED
            code = mqtt.code((yield from _afresh(NAMED)).data)
        if code != mqtt.ACCEPTED:
            return _refused(service, ask, code)
        with suppress(NoAnswer, Garbled):
            yield DISCONNECT
        if mqtt.code((yield from _afresh(CONTROL)).data) not in NO_SUCH_LEVEL:
            return half_proof(service, f"the control {CONTROL.name} was not refused")
        return Assessment(
            access=Access.OPEN,
            service=service,
            because="lets a caller in without a user; topics were not tried",
            proof=Proof(ask.name, "let in", f"{CONTROL.name} was refused: no such level"),
            # What is kept for subscribers cannot be counted without becoming one.
            holdings=(Holding(name="topics", kind="messages"),),
            holdings_total=1,
        )


def _afresh(ask: Exchange) -> Generator[StreamAsk, Answer, Answer]:
    """Ask on a new connection: a broker ends the former, perhaps just as we ask."""
    try:
        return (yield ask)
    except NoAnswer as silence:
        if silence.silence not in {Silence.CLOSED, Silence.RESET}:
            raise
        return (yield ask)


def _refused(service: Service, ask: Exchange, code: int) -> Outcome:
    if code in REFUSED:
        because = f"{ask.name} without a user was refused"
        return Assessment(access=Access.LOCKED, service=service, because=because)
    if code in BUSY:
        return Unknown(Silence.BUSY, "the broker is there, but cannot serve now", service)
    return half_proof(service, f"{ask.name} was refused for another reason than the user")
