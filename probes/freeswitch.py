"""FreeSWITCH's event socket: whether it demands a password, or turns our address away."""

from scanner.model import Access, Assessment, Service
from scanner.probe import About, Answer, Listen, StreamDialogue
from scanner.wire import Garbled, greetings

GREETING = Listen(
    name="greeting", framing=greetings.event_socket, max_bytes=greetings.MAX_GREETING, seconds=3.0
)

SERVICE = Service("freeswitch")


class Freeswitch:
    """It demands a password of everybody whom it does not turn away; none is given."""

    about = About(
        name="freeswitch",
        title="FreeSWITCH's event socket can be reached",
        ports=frozenset({8021}),
        front=GREETING,
        asks=(GREETING,),
        proves="nothing: the greeting demands a password, and none is tried",
        cwe=319,
        remedy=(
            "`listen-ip` 127.0.0.1 in event_socket.conf.xml, an `apply-inbound-acl` of the hosts "
            "that need it, and a password of your own in place of the one that is shipped: "
            "whoever is let in runs programs on the host."
        ),
        references=("https://developer.signalwire.com/freeswitch/",),
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise the demand for a password, or the rejection of our address."""
        try:
            return SERVICE if greetings.event_socket(front.data) else None
        except Garbled:
            return None

    def assess(self, front: Answer) -> StreamDialogue:
        """Tell a demand from a rejection: the first is one password away from the host."""
        yield from ()
        rejects = front.data.startswith(greetings.REJECTS)
        because = (
            "turns our address away"
            if rejects
            else "demands a password of our address, in clear; none was tried"
        )
        return Assessment(access=Access.LOCKED, service=SERVICE, because=because)
