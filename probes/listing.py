"""Folders that a web server lists: whatever was left there, anyone may take."""

from scanner import verdict
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import FRONT, About, Get, HttpDialogue, Page
from scanner.verdict import NOT_FOUND, OK
from scanner.wire import Garbled, listing

CONTROL = Get("/ronde-no-such-folder/")

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
        control = yield CONTROL
        if control.status != NOT_FOUND:
            missing = f"the control {CONTROL.name} answered {control.status}, not 404"
            return verdict.half_proof(LISTING, missing)
        return Assessment(
            access=Access.OPEN,
            service=LISTING,
            because=f"lists its files without credentials: {count} entries at its root",
            proof=Proof(FRONT.name, f"{count} entries listed", f"{CONTROL.name} answered 404"),
            holdings=(Holding(name="/", kind="folder", records=count),),
            holdings_total=1,
        )


def _entries(front: Page) -> int | None:
    try:
        return listing.entries(front.title, front.body)
    except Garbled:
        return None
