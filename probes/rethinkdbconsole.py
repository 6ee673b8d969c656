"""RethinkDB's console: its page has no log-in, and the queries behind it are an administrator's."""

from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import FRONT, About, Get, HttpDialogue, Page
from scanner.verdict import NOT_FOUND, OK, half_proof, not_answered

#: The one door through which the page puts its queries, and one that is not there.
DOOR = Get("/ajax/reql/")
CONTROL = Get("/ajax/ronde-no-such-door")

TITLE = "RethinkDB Administration Console"

#: How the door asks for the connection that a page opens first [client_protocol/server.cc].
BAD_REQUEST = 400
NO_CONNECTION = b'Required parameter "conn_id" missing'

SERVICE = Service("rethinkdb")


class RethinkDbConsole:
    """A console is open when the door of its queries misses nothing but a connection."""

    about = About(
        name="rethinkdbconsole",
        title="RethinkDB's console takes queries from anyone",
        ports=frozenset({8080, 8081}),
        front=FRONT,
        asks=(FRONT, DOOR, CONTROL),
        proves="the door of the queries asks for a connection alone, and another is not there",
        cwe=306,
        remedy=(
            "Switch the console off (`no-http-admin`), or bind it to loopback (`bind-http`, since "
            "2.4) and reach it through SSH: it knows no users, and works as `admin`, whatever "
            "password `admin` has."
        ),
        references=("https://rethinkdb.com/docs/security/",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the console's page."""
        return SERVICE if front.status == OK and front.title == TITLE else None

    def assess(self, front: Page) -> HttpDialogue:  # noqa: ARG002 - its page says nothing more
        """Stand at the door of the queries without a connection: none is opened."""
        door = yield DOOR
        if door.status != BAD_REQUEST:
            return not_answered(SERVICE, DOOR, door)
        if NO_CONNECTION not in door.body:
            return half_proof(SERVICE, f"{DOOR.name} refused in nobody's words")
        if (yield CONTROL).status != NOT_FOUND:
            return half_proof(SERVICE, f"the control {CONTROL.name} was not missing")
        return Assessment(
            access=Access.OPEN,
            service=SERVICE,
            because="takes queries without a log-in, as an administrator",
            proof=Proof(
                DOOR.name,
                "only the number of a connection was missing, which whoever asks is given",
                f"{CONTROL.name} answered {NOT_FOUND}",
            ),
            # Nothing is listed without a query: this stands for whatever the cluster holds.
            holdings=(Holding(name="all databases", kind="cluster"),),
        )
