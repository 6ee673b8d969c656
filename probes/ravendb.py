"""RavenDB: which databases a stranger can list, and how many documents they hold."""

from collections.abc import Generator
from contextlib import suppress

from msgspec.structs import replace

from scanner import verdict
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import About, Get, HttpDialogue, NoAnswer, Page
from scanner.verdict import OK
from scanner.wire import Garbled, counts, versions

#: A name takes 130 bytes at most, so this is 8,000 databases.
MAX_LISTING = 1 << 20

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

#: The server itself allows 128 characters.
MAX_NAME = 128

#: Each costs an ask.
MAX_COUNTED = 40

VERSION = Get("/build/version")
LISTING = Get("/databases?namesOnly=true", max_bytes=MAX_LISTING)
CONTROL = Get("/databases/ronde-no-such-database/stats")
STATS = Get("/databases/{}/stats")

#: How the database that cannot exist is refused, with whatever status.
MISSING = "Raven.Client.Exceptions.Database.DatabaseDoesNotExistException"

#: How a server refuses everything that has no users and stands on a public address.
UNSAFE = "Running in a potentially unsafe mode."
UNAVAILABLE = 503


class RavenDb:
    """A server is open when it lists its databases and refuses one that cannot exist."""

    about = About(
        name="ravendb",
        title="RavenDB lists its databases to anyone",
        ports=frozenset({8080}),
        front=VERSION,
        asks=(VERSION, LISTING, CONTROL, STATS),
        proves="the databases are listed, and one that cannot exist is refused by its own error",
        cwe=306,
        remedy=(
            "Run the set-up with a certificate (`Security.Certificate.Path`), remove "
            "`Security.UnsecuredAccessAllowed`, and bind `ServerUrl` to the addresses that need it."
        ),
        references=("https://docs.ravendb.net/server/security/overview",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the version, which a locked server tells as well, and the unsafe mode."""
        try:
            told = front.json()
            if front.status == UNAVAILABLE and told["Message"].text().startswith(UNSAFE):
                return Service("ravendb")
            told["ProductVersion"].text()
            told["BuildVersion"].integer()
            told["CommitHash"].text()
            return Service("ravendb", versions.read(told["FullVersion"].value))
        except Garbled:
            return None

    def assess(self, front: Page) -> HttpDialogue:
        """List the databases; see what is said of one that is not; count documents."""
        service = self.identify(front) or Service("ravendb")
        if front.status == UNAVAILABLE:
            because = "it knows no users; only its unsafe mode refuses callers from elsewhere"
            return Assessment(access=Access.SHIELDED, service=service, because=because)
        listing = yield LISTING
        if listing.status != OK:
            return verdict.not_answered(service, LISTING, listing)
        names = sorted(name.text() for name in listing.json()["Databases"].elements())
        control = yield CONTROL
        if control.status == OK or not _is_missing(control):
            return verdict.half_proof(service, f"the control {CONTROL.name} was not missing")
        return Assessment(
            access=Access.OPEN,
            service=service,
            because=f"lists its databases without a certificate: {len(names)}",
            proof=Proof(
                verdict.path(LISTING),
                f"{len(names)} databases listed",
                f"{CONTROL.name} answered {control.status} with an error of its own",
            ),
            holdings=(yield from _counted(names[:MAX_HOLDINGS])),
            holdings_total=len(names),
        )


def _is_missing(page: Page) -> bool:
    try:
        return page.json()["Type"].text() == MISSING
    except Garbled:
        return False


def _counted(names: list[str]) -> Generator[Get, Page, tuple[Holding, ...]]:
    """Count documents and bytes. The proof stands already: a silence here costs only detail."""
    holdings = [Holding(name=name[:MAX_NAME], kind="database") for name in names]
    with suppress(NoAnswer, Garbled):
        for place, name in enumerate(names[:MAX_COUNTED]):
            page = yield STATS.fill(name)
            if page.status == OK:
                holdings[place] = _with_counts(holdings[place], page)
    return tuple(holdings)


def _with_counts(holding: Holding, page: Page) -> Holding:
    told = page.json()
    size = told.get("SizeOnDisk")
    return replace(
        holding,
        records=counts.read(told.get("CountOfDocuments")),
        bytes=None if size is None else counts.read(size.get("SizeInBytes")),
    )
