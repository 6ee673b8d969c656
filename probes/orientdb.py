"""OrientDB over HTTP: which databases a stranger can list, and whether one can be entered."""

from collections.abc import Generator
from contextlib import suppress

from scanner import verdict
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import FRONT, About, Get, HttpDialogue, NoAnswer, Page
from scanner.verdict import OK, REFUSED
from scanner.wire import Garbled, versions

#: A name takes 60 bytes, so this is 17,000 databases.
MAX_LISTING = 1 << 20

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000
MAX_NAME = 255

#: How many databases are tried. None has ever been seen to let a stranger in.
MAX_TRIED = 3

LISTING = Get("/listDatabases", max_bytes=MAX_LISTING)
CONTROL = Get("/ronde-no-such-command")
DATABASE = Get("/database/{}")

NOT_ALLOWED = 405

#: How an unknown command is refused; 3.0 and later wrap it into JSON.
UNKNOWN_COMMAND = b"Command not found: ronde-no-such-command"

#: The server's own database, which holds users and rights.
OWN = "OSystem"

NAMELESS = Service("orientdb")


class OrientDb:
    """A server is partial when it names its databases, and open when it shows one of them."""

    about = About(
        name="orientdb",
        title="OrientDB names its databases to anyone",
        ports=frozenset({2480}),
        tls_ports=frozenset({2490}),
        front=FRONT,
        asks=(FRONT, LISTING, CONTROL, DATABASE),
        proves="the databases are listed, and a command that cannot exist is refused by name",
        cwe=306,
        remedy=(
            "Take `server.listDatabases` and `server.dblist` away from the user `guest` in "
            "`orientdb-server-config.xml`, give `admin`, `reader` and `writer` of every database "
            "passwords of their own, and let only the hosts that need it reach 2480 and 2424."
        ),
        references=("https://orientdb.dev/docs/3.2.x/security/Server-Security.html",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the header, and a page that is guarded: what is behind may be open."""
        return _signed(front) or (NAMELESS if front.status in REFUSED else None)

    def assess(self, front: Page) -> HttpDialogue:
        """List the databases; see what is said of a nonsense command; try to enter some."""
        listing = yield LISTING
        service = _signed(front) or _signed(listing)
        if service is None:
            return verdict.not_ours(LISTING, listing)
        if listing.status != OK:
            return verdict.not_answered(service, LISTING, listing)
        told = listing.json()
        if told["@type"].text() != "d":
            return verdict.half_proof(service, f"{LISTING.name} answered with no document")
        names = [name.text() for name in told["databases"].elements() if name.value != OWN]
        control = yield CONTROL
        if control.status != NOT_ALLOWED or UNKNOWN_COMMAND not in control.body:
            return verdict.half_proof(service, f"the control {CONTROL.name} was not refused")
        entered = yield from _entered(names)
        what = "lets a stranger enter them" if entered else "asks for a user to enter them"
        return Assessment(
            access=Access.OPEN if entered else Access.PARTIAL,
            service=service,
            because=f"names its databases without credentials, and {what}: {len(names)}",
            proof=Proof(
                LISTING.name,
                f"{len(names)} databases listed, {entered} of them entered",
                f"{CONTROL.name} answered 405 with an error of its own",
            ),
            holdings=tuple(_database(name) for name in sorted(names)[:MAX_HOLDINGS]),
            holdings_total=len(names),
        )


def _signed(page: Page) -> Service | None:
    """Read the header that every page has; it told the version up to 3.0."""
    header = page.headers.get("server", "")
    if not header.startswith("OrientDB"):
        return None
    return Service("orientdb", versions.found_in(header, "OrientDB Server v."))


def _entered(names: list[str]) -> Generator[Get, Page, int]:
    """Count the databases that describe themselves; of the descriptions nothing is kept."""
    entered = 0
    with suppress(NoAnswer, Garbled):
        for name in sorted(names)[:MAX_TRIED]:
            page = yield DATABASE.fill(name)
            entered += page.status == OK and page.json().get("classes") is not None
    return entered


def _database(name: str) -> Holding:
    return Holding(name=name[:MAX_NAME], kind="database")
