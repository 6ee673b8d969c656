"""RethinkDB: recognised by its drivers' handshake; without naming a user nothing can be proved."""

from scanner.model import Access, Assessment, Service
from scanner.probe import About, Answer, Exchange, StreamDialogue
from scanner.wire import rethink, versions

HANDSHAKE = Exchange(
    name="handshake V1_0",
    encode=lambda: rethink.HANDSHAKE,
    framing=rethink.frame,
    max_bytes=rethink.MAX_REPLY,
)


class RethinkDb:
    """A server is identified: who would list its tables must first say which user he is."""

    about = About(
        name="rethinkdb",
        title="RethinkDB stands on the network",
        ports=frozenset({28015}),
        front=HANDSHAKE,
        asks=(HANDSHAKE,),
        proves="nothing: the handshake is answered before anybody says who he is",
        cwe=306,
        remedy=(
            "Set a password for `admin`, which ships with none, switch the console off "
            "(`no-http-admin`), which knows no users at all, and bind to what needs it."
        ),
        references=("https://rethinkdb.com/docs/security/",),
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise the greeting of 2.3 and later, and the refusal of earlier versions."""
        return Service("rethinkdb", versions.read(rethink.decode(front.data).version))

    def assess(self, front: Answer) -> StreamDialogue:
        """Say what is known: a log-in of `admin` without a password would be a guess."""
        service = self.identify(front) or Service("rethinkdb")
        yield from ()
        return Assessment(
            access=Access.IDENTIFIED,
            service=service,
            because="answers its drivers' handshake; no user was named and no log-in tried",
        )
