"""HiveServer2: that a server stands here. Every way in names a user, so none is taken."""

from scanner.model import Access, Assessment, Service
from scanner.probe import About, Answer, Exchange, StreamDialogue
from scanner.wire import thriftsasl

#: A mechanism that no server has: who names one that it has (`PLAIN`) goes on to name a user.
MECHANISM = "RONDE-NO-SUCH"

START = Exchange(
    name=f"SASL START {MECHANISM}",
    encode=lambda: thriftsasl.start(MECHANISM),
    framing=thriftsasl.refusal,
    max_bytes=thriftsasl.MAX_REFUSAL,
)

SERVICE = Service("hive")


class Hive:
    """A server is identified by how it refuses a mechanism; nothing beyond is tried."""

    about = About(
        name="hive",
        title="A HiveServer2 can be reached",
        ports=frozenset({10000}),
        front=START,
        asks=(START,),
        proves="nothing: as it ships it believes whatever user is named, and none is",
        cwe=306,
        remedy=(
            "Set `hive.server2.authentication` to `KERBEROS` or `LDAP` (it ships as `NONE`, which "
            "believes any name), `hive.server2.use.SSL`, an authorization of SQL's own, and let "
            "only its clients reach the port."
        ),
        references=("https://cwiki.apache.org/confluence/display/Hive/Setting+Up+HiveServer2",),
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise the sentence in which Thrift's SASL refuses this very mechanism."""
        return SERVICE if thriftsasl.knows_no(MECHANISM, front.data) else None

    def assess(self, front: Answer) -> StreamDialogue:  # noqa: ARG002 - it told all that it tells
        """Say what is known: one ask told it all."""
        yield from ()
        because = "every way in names a user, and whether it asks for more cannot be told"
        return Assessment(access=Access.IDENTIFIED, service=SERVICE, because=because)
