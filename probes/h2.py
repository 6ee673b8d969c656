"""H2's server: that one stands here. Who would go on must name a database and a user."""

from scanner.model import Access, Assessment, Service
from scanner.probe import About, Answer, Exchange, StreamDialogue
from scanner.wire import h2

GREETING = Exchange(
    name="version 255",
    encode=lambda: h2.UNSPOKEN,
    framing=h2.frame,
    max_bytes=h2.MAX_REPLY,
)

#: Numbers of errors [org.h2.api.ErrorCode]; the state of SQL is the same in digits.
VERSION_MISMATCH = 90047
REMOTE_NOT_ALLOWED = 90117

SERVICE = Service("h2")


class H2:
    """A server is identified by how it refuses a version; one that keeps others out is locked."""

    about = About(
        name="h2",
        title="An H2 server can be reached",
        ports=frozenset({9092}),
        front=GREETING,
        asks=(GREETING,),
        proves="nothing: the first step beyond names a database, a user and his password",
        cwe=306,
        remedy=(
            "Leave `-tcpAllowOthers` and `-ifNotExists` off, so that only its own host connects "
            "and nobody makes a database; where others must, use `-tcpSSL`, give every user a "
            "password, and let only them reach the port."
        ),
        references=("https://h2database.com/html/security.html",),
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise an error whose state is its number, as all of H2's own are."""
        refusal = h2.decode(front.data)
        own = refusal.code in {VERSION_MISMATCH, REMOTE_NOT_ALLOWED}
        return SERVICE if own and refusal.state == str(refusal.code) else None

    def assess(self, front: Answer) -> StreamDialogue:
        """Say what is known: the refusal told it all."""
        yield from ()
        if h2.decode(front.data).code == REMOTE_NOT_ALLOWED:
            because = "lets only its own host connect"
            return Assessment(access=Access.LOCKED, service=SERVICE, because=because)
        because = "lets other hosts connect; no database and no user was named"
        return Assessment(access=Access.IDENTIFIED, service=SERVICE, because=because)
