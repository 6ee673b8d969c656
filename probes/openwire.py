"""ActiveMQ Classic by OpenWire: the broker greets first. A login is never begun."""

from scanner.model import Access, Assessment, Service
from scanner.probe import About, Answer, Listen, StreamDialogue
from scanner.wire import openwire

#: Seconds; the broker greets at once, and others wait for us: they are asked next.
PATIENCE = 2.0

GREETING = Listen(
    name="WireFormatInfo",
    framing=openwire.frame,
    max_bytes=openwire.MAX_FRAME,
    seconds=PATIENCE,
)


class OpenWire:
    """A broker is recognised by its greeting; whether it wants a login is told by STOMP."""

    about = About(
        name="openwire",
        title="ActiveMQ greets anyone by OpenWire",
        ports=frozenset({61616}),
        tls_ports=frozenset({61617}),
        front=GREETING,
        asks=(GREETING,),
        proves="nothing is called open: it would take a login",
        cwe=306,
        remedy=(
            "Demand a login (`simpleAuthenticationPlugin`, `jaasAuthenticationPlugin`), upgrade "
            "what is older than 5.15.16, 5.16.7, 5.17.6 or 5.18.3 (CVE-2023-46604), and let only "
            "clients reach the port."
        ),
        references=("https://activemq.apache.org/components/classic/documentation/security",),
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise the greeting, which has a magic of its own."""
        return Service("activemq", openwire.version(front.data))

    def assess(self, front: Answer) -> StreamDialogue:
        """Say that it was heard."""
        yield from ()  # the greeting says all that can be told
        because = "greets in OpenWire; whether it wants a login was not tried"
        service = Service("activemq", openwire.version(front.data))
        return Assessment(access=Access.IDENTIFIED, service=service, because=because)
