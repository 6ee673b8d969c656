"""AMQP 0-9-1 brokers, RabbitMQ first: what they greet with. A login is never begun."""

from scanner.model import Access, Assessment, Service
from scanner.probe import About, Answer, Exchange, StreamDialogue
from scanner.wire import Garbled, amqp, versions

GREETING = Exchange(
    name="AMQP 0-9-1",
    encode=lambda: amqp.HEADER,
    framing=amqp.frame,
    max_bytes=amqp.MAX_FRAME,
)

#: The mechanism that names nobody. RabbitMQ offers it since 4.0 and maps it to one of its users.
ANONYMOUS = "ANONYMOUS"


class Amqp:
    """A broker is recognised by its greeting, and locked when every way in wants a credential."""

    about = About(
        name="amqp",
        title="An AMQP broker offers a login without a name",
        ports=frozenset({5672}),
        tls_ports=frozenset({5671}),
        front=GREETING,
        asks=(GREETING,),
        proves="nothing is called open: it would take a login",
        cwe=306,
        remedy=(
            "Take `ANONYMOUS` out of `auth_mechanisms` (RabbitMQ 4), delete the user `guest`, "
            "leave `loopback_users` as it ships, and speak TLS."
        ),
        references=("https://www.rabbitmq.com/docs/access-control",),
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise the greeting of a broker, or the header of another version of the protocol."""
        try:
            told = amqp.greeting(front.data)
        except Garbled:
            return None
        product = "rabbitmq" if told.properties.get("product") == "RabbitMQ" else "amqp"
        return Service(product, versions.read(told.properties.get("version")))

    def assess(self, front: Answer) -> StreamDialogue:
        """Tell by the mechanisms that are offered whether anybody may come in without a name."""
        yield from ()  # the greeting says it all
        service = self.identify(front) or Service("amqp")
        offered = amqp.greeting(front.data).mechanisms
        if offered and ANONYMOUS not in offered:
            because = "every login that it offers wants a credential"
            return Assessment(access=Access.LOCKED, service=service, because=because)
        because = (
            "offers a login without a name, which was not tried"
            if offered
            else "speaks another version of AMQP"
        )
        return Assessment(access=Access.IDENTIFIED, service=service, because=because)
