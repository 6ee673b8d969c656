"""Oracle's listener: which version stands here. Databases behind it always ask for a log-in."""

from scanner.model import Access, Assessment, Service
from scanner.probe import About, Answer, Exchange, StreamDialogue
from scanner.wire import tns

VERSION = Exchange(
    name="CONNECT (COMMAND=version)",
    encode=tns.ask_version,
    framing=tns.frame,
    max_bytes=tns.MAX_REPLY,
)

HOW = {
    tns.ACCEPT: "answers commands from our address; its databases ask for a log-in",
    tns.REFUSE: "refuses commands from our address; its databases ask for a log-in",
    tns.REDIRECT: "sends its callers elsewhere, which was not followed",
    tns.RESEND: "wants to be asked again, which was not done",
}


class Oracle:
    """A listener is identified by how it refuses; nothing beyond is possible."""

    about = About(
        name="oracle",
        title="An Oracle listener introduces itself",
        ports=frozenset({1521, 1522}),
        front=VERSION,
        asks=(VERSION,),
        proves="nothing: every session needs a log-in",
        cwe=1188,
        remedy=(
            "Set `valid_node_checking_registration_listener = on` and `TCP.VALIDNODE_CHECKING`, "
            "let only its clients reach the port, and use TCPS."
        ),
        references=("https://docs.oracle.com/en/database/oracle/oracle-database/19/netrf/",),
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise a listener by its packet; a refusal tells the version."""
        return Service("oracle-listener", tns.decode(front.data).version)

    def assess(self, front: Answer) -> StreamDialogue:
        """Say what is known: one ask told it all."""
        yield from ()
        because = HOW[tns.decode(front.data).kind]
        service = self.identify(front) or Service("oracle-listener")
        return Assessment(access=Access.IDENTIFIED, service=service, because=because)
