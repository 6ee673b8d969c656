"""Folders that a web server lists: whatever was left there, anyone may take."""

from collections.abc import Generator, Iterable

from scanner import verdict
from scanner.model import Access, Assessment, Holding, Outcome, Proof, Service
from scanner.probe import FRONT, About, Get, HttpDialogue, Page
from scanner.verdict import BUSY, NOT_FOUND, OK
from scanner.wire import Garbled, listing

CONTROL = Get("/ronde-no-such-folder/")

#: From here on a server says that it failed, and nothing of what was asked.
FAILED = 500

LISTING = Service("directory-listing")


class Listing:
    """A folder is open when its page lists it and a folder that cannot exist is not found."""

    about = About(
        name="listing",
        title="A web server lists its files to anyone",
        ports=frozenset({80, 5005, 8000, 8080, 8081, 8888}),
        tls_ports=frozenset({443, 5006, 8443}),
        front=FRONT,
        asks=(FRONT, CONTROL),
        proves="the root is listed, and a folder that cannot exist is not found",
        cwe=548,
        remedy=(
            "Switch the listing off (`autoindex off`, `Options -Indexes`), end servers that "
            "somebody started by hand (`python -m http.server`), and move files that are not "
            "for everybody behind a login."
        ),
        references=("https://httpd.apache.org/docs/2.4/mod/mod_autoindex.html",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the list of a root, by its title and by the heading that says the same."""
        return LISTING if front.status == OK and _entries(front) is not None else None

    def assess(self, front: Page) -> HttpDialogue:
        """Count what is listed; then see what is said of a folder that cannot exist."""
        count = _entries(front)
        if not count:
            return verdict.half_proof(LISTING, "a folder is listed, and nothing is in it")
        because = f"lists its files without credentials: {count} entries at its root"
        held = (Holding(name="/", kind="folder", records=count),)
        return (yield from proven(LISTING, held, because, (FRONT.name, f"{count} entries listed")))


def listed(
    service: Service, folders: Iterable[Get]
) -> Generator[Get, Page, tuple[Holding, ...] | Outcome]:
    """Count what each folder of a product lists, or say that it cannot be told.

    A folder that is refused, missing, empty or answered with another page is left out. A failure of
    the server, or a list of a kind that is not known, says nothing of what is in it.
    """
    found: list[Holding] = []
    for ask in folders:
        page = yield ask
        if page.status in BUSY or page.status >= FAILED:
            return verdict.not_answered(service, ask, page)
        count = _entries(page, ask.template) if page.status == OK else None
        if count is None and listing.is_titled(page.title, ask.template):
            return verdict.half_proof(service, f"{ask.name} was answered by a list not known here")
        if count:
            found.append(Holding(name=ask.template, kind="folder", records=count))
    return tuple(found)


def proven(
    service: Service, holdings: tuple[Holding, ...], because: str, proof: tuple[str, str]
) -> HttpDialogue:
    """Call what was listed or shown open, if a folder that cannot exist is not found.

    `proof` is what was asked, and what was answered.
    """
    control = yield CONTROL
    if control.status != NOT_FOUND:
        missing = f"the control {CONTROL.name} answered {control.status}, not 404"
        return verdict.half_proof(service, missing)
    return Assessment(
        access=Access.OPEN,
        service=service,
        because=because,
        proof=Proof(*proof, f"{CONTROL.name} answered 404"),
        holdings=holdings,
        holdings_total=len(holdings),
    )


def total(holdings: Iterable[Holding]) -> str:
    """Name the folders that are listed, with their entries."""
    return ", ".join(f"{one.records} in {one.name}" for one in holdings)


def _entries(front: Page, folder: str = "/") -> int | None:
    try:
        return listing.entries(front.title, front.body, folder)
    except Garbled:
        return None
