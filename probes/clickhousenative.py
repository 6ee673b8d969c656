"""ClickHouse's native port: that one stands here. Who would go on must name a user."""

from scanner.model import Access, Assessment, Service
from scanner.probe import About, Answer, Exchange, StreamDialogue
from scanner.verdict import half_proof
from scanner.wire import chnative

HELLO = Exchange(
    name="Hello without a user",
    encode=lambda: chnative.HELLO,
    framing=chnative.frame,
    max_bytes=chnative.MAX_REPLY,
)

#: How a Hello that names nobody is refused [ErrorCodes.cpp]: no user in it (101), or, where that
#: is not checked, the user of the empty name is unknown (192), has no password (193, 194), may not
#: come from here (195); newer ones say all of these in one (516).
NO_USER = frozenset({101, 192, 193, 194, 195, 516})

SERVICE = Service("clickhouse")


class ClickhouseNative:
    """A server is identified by how it refuses a Hello; the port is never proven open."""

    about = About(
        name="clickhousenative",
        title="ClickHouse's native port can be reached",
        ports=frozenset({9000}),
        tls_ports=frozenset({9440}),
        front=HELLO,
        asks=(HELLO,),
        proves="nothing: the first word that the server would accept is the name of a user",
        cwe=306,
        remedy=(
            "Give the user `default` a password (`password_sha256_hex` in users.xml) or remove "
            "it, limit its `<networks>`, set `listen_host` to the addresses that need it, and "
            "offer `tcp_port_secure` in place of `tcp_port`."
        ),
        references=("https://clickhouse.com/docs/operations/settings/settings-users",),
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise the product's Hello, and the errors that a nameless caller can get."""
        reply = chnative.decode(front.data)
        if isinstance(reply, chnative.Welcome):
            return Service("clickhouse", reply.version)
        return SERVICE if reply.code in NO_USER else None

    def assess(self, front: Answer) -> StreamDialogue:
        """Say what is known. A control would be a query, and none is ever sent."""
        yield from ()
        reply = chnative.decode(front.data)
        if isinstance(reply, chnative.Welcome):
            service = Service("clickhouse", reply.version)
            return half_proof(service, "let in without a user; no query was sent as a control")
        because = f"refuses a Hello that names no user, with code {reply.code}; none was named"
        return Assessment(access=Access.IDENTIFIED, service=SERVICE, because=because)
