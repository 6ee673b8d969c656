"""Redis Commander: a page through which anyone reads and writes the Redis behind it."""

from scanner import verdict
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import FRONT, About, Get, HttpDialogue, Page
from scanner.verdict import NOT_FOUND, OK
from scanner.wire import Garbled

CONNECTIONS = Get("/connections")
CONTROL = Get("/apiv2/server/ronde-no-such-connection/info")

#: The page is the same with a login as without: the login is asked for by what it loads.
TITLE = "Redis Commander: Home"
MISSING = b"Not Found"

COMMANDER = Service("redis-commander")


class RedisCommander:
    """A page is open when it names its connections and misses one that cannot exist."""

    about = About(
        name="rediscommander",
        title="Redis Commander opens a Redis to anyone",
        ports=frozenset({8081, 8082}),
        front=FRONT,
        asks=(FRONT, CONNECTIONS, CONTROL),
        proves="its connections are named, and one that cannot exist is not found",
        cwe=306,
        remedy=(
            "Set HTTP_USER and HTTP_PASSWORD (or `--http-auth-username` and "
            "`--http-auth-password`), and bind it to loopback (`--address 127.0.0.1`)."
        ),
        references=("https://github.com/joeferner/redis-commander",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the title."""
        return COMMANDER if front.status == OK and front.title == TITLE else None

    def assess(self, _: Page) -> HttpDialogue:
        """Have the connections named; then ask about one that cannot exist."""
        listing = yield CONNECTIONS
        if listing.status != OK:
            return verdict.not_answered(COMMANDER, CONNECTIONS, listing)
        labels = _labels(listing)
        control = yield CONTROL
        if control.status != NOT_FOUND or control.body.strip() != MISSING:
            missing = f"the control {CONTROL.name} was not missing in its own words"
            return verdict.half_proof(COMMANDER, missing)
        return Assessment(
            access=Access.OPEN,
            service=COMMANDER,
            because=f"opens its connections without credentials: {len(labels)}",
            proof=Proof(
                CONNECTIONS.name,
                f"{len(labels)} connections named",
                f"{CONTROL.name} answered 404",
            ),
            holdings=tuple(Holding(name=label, kind="connection") for label in labels),
            holdings_total=len(labels),
        )


def _labels(page: Page) -> list[str]:
    """Give what the operator called each connection; where they lead is not kept.

    Raises:
        Garbled: this is no list of connections.
    """
    told = page.json()
    if not told["ok"].boolean():
        raise Garbled("expected a list of connections that is in order")
    listed = list(told["connections"].elements())
    for one in listed:
        one["conId"].text()
    return [one["label"].text() for one in listed]
