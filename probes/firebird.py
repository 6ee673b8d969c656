"""Firebird: that a server stands here. It has no door without a log-in."""

from scanner.model import Access, Assessment, Service
from scanner.probe import About, Answer, Exchange, StreamDialogue
from scanner.wire import firebird

CONNECT = Exchange(
    name="op_connect",
    encode=firebird.connect,
    framing=firebird.frame,
    max_bytes=firebird.MAX_REPLY,
)


class Firebird:
    """A server is identified by how it meets the opening packet; nothing beyond is possible."""

    about = About(
        name="firebird",
        title="A Firebird server introduces itself",
        ports=frozenset({3050}),
        front=CONNECT,
        asks=(CONNECT,),
        proves="nothing: every attachment needs a log-in",
        cwe=1188,
        remedy=(
            "Let only its clients reach the port (`RemoteBindAddress`), change the password of "
            "SYSDBA, and use 3.0 or later with `WireCrypt = Required` and `AuthServer = Srp256`."
        ),
        references=("https://www.firebirdsql.org/en/reference-manuals/",),
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise a server by the first word of its answer."""
        return Service("firebird", firebird.decode(front.data).release)

    def assess(self, front: Answer) -> StreamDialogue:
        """Say what is known: one ask told it all."""
        yield from ()
        service = self.identify(front) or Service("firebird")
        because = "every attachment to a database needs a log-in"
        return Assessment(access=Access.IDENTIFIED, service=service, because=because)
