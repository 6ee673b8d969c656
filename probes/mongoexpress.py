"""mongo-express: which databases of a MongoDB its console shows to anyone."""

import re
from html import unescape
from urllib.parse import unquote

from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import FRONT, About, Get, HttpDialogue, Page
from scanner.verdict import OK, UNAUTHORIZED, half_proof, not_ours

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

CONTROL = Get("/db/ronde-no-such-database/")

TITLE = "Home - Mongo Express"
SERVICE = Service("mongo-express")

#: How the console's own log-in asks, and many others that are made of the same parts.
REALM = 'realm="Authorization Required"'

#: The heading of each row: a link to the database. Before 1.0 it has no slash at its end.
LISTED = re.compile(r'<h3><a href="/db/([^"/]{1,384})/?">')

#: Where the console sends who asks for a database that it has not.
FOUND, HOME = 302, "/"

#: The server's own databases; every one has them.
OWN = frozenset({"admin", "config", "local"})


class MongoExpress:
    """A console is open when it lists databases, and knows none that cannot exist."""

    about = About(
        name="mongoexpress",
        title="mongo-express shows the databases of a MongoDB to anyone",
        ports=frozenset({8081}),
        front=FRONT,
        asks=(FRONT, CONTROL),
        proves="the databases are listed, and one that cannot exist leads back to the list",
        cwe=306,
        remedy=(
            "Set `ME_CONFIG_BASICAUTH_ENABLED=true` with a user and a password of your own (it "
            "ships with known ones), give the console an account that may only read, and let only "
            "administrators reach it."
        ),
        references=("https://github.com/mongo-express/mongo-express#readme",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the console's home; a log-in that may be its own names nobody."""
        is_home = front.status == OK and front.title == TITLE
        return SERVICE if is_home or _is_log_in(front) else None

    def assess(self, front: Page) -> HttpDialogue:
        """The front page is the list; ask for a database that cannot exist."""
        if _is_log_in(front):
            return not_ours(FRONT, front)
        names = _names(front)
        control = yield CONTROL
        if control.status != FOUND or control.headers.get("location") != HOME:
            return half_proof(SERVICE, f"the control {CONTROL.name} did not lead back to the list")
        held = [name for name in names if name not in OWN]
        return Assessment(
            access=Access.OPEN,
            service=SERVICE,
            because=f"lists the databases behind it without credentials: {len(held)}",
            proof=Proof(
                FRONT.name,
                f"the console's home, with {len(names)} databases",
                f"{CONTROL.name} led back to the list",
            ),
            holdings=tuple(Holding(name=name, kind="database") for name in held[:MAX_HOLDINGS]),
            holdings_total=len(held),
        )


def _is_log_in(front: Page) -> bool:
    asks = front.status == UNAUTHORIZED and REALM in front.headers.get("www-authenticate", "")
    return asks and front.headers.get("x-powered-by") == "Express"


def _names(home: Page) -> list[str]:
    found = LISTED.findall(unescape(home.body.decode("utf-8", "replace")))
    return list(dict.fromkeys(map(unquote, found)))
