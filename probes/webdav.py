"""WebDAV: a folder that opens to anyone."""

from scanner import verdict
from scanner.model import Access, Assessment, Holding, Outcome, Proof, Service
from scanner.probe import FRONT, About, Fixed, HttpDialogue, Method, Page
from scanner.verdict import FORBIDDEN, NOT_FOUND, REFUSED
from scanner.wire import dav, listing

ROOT = Fixed(method=Method.PROPFIND, template="/", about="the folder itself", accept="*/*")
CONTROL = Fixed(
    method=Method.PROPFIND,
    template="/ronde-no-such-folder/",
    about="control",
    accept="*/*",
)

MULTI_STATUS = 207
METHOD_NOT_ALLOWED = 405

#: How a server shows that it speaks WebDAV before it is asked in it.
SIGNS = ("dav", "ms-author-via", "x-sabre-version")
SERVERS = ("WsgiDAV/", "sabre/")

WEBDAV = Service("webdav")


class WebDav:
    """A folder is open when it tells its properties and a folder that cannot exist does not."""

    about = About(
        name="webdav",
        title="A WebDAV folder opens to anyone",
        ports=frozenset({80, 5005, 8000, 8080, 8081, 8888}),
        tls_ports=frozenset({443, 5006, 8443}),
        front=FRONT,
        asks=(FRONT, ROOT, CONTROL),
        proves="the folder tells what it is, and one that cannot exist is not found",
        cwe=306,
        remedy=(
            "Demand a login for every method (`Require valid-user`, not inside `<LimitExcept "
            "GET>` alone), or switch WebDAV off, and serve it in TLS."
        ),
        references=("https://httpd.apache.org/docs/2.4/mod/mod_dav.html",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the signs of WebDAV, and the pages that its servers show for a folder.

        Those are a candidate only: a list of files, or a folder that GET may not have.
        """
        shut = front.status in {FORBIDDEN, METHOD_NOT_ALLOWED}
        return WEBDAV if _signed(front) or shut or front.title in listing.NAMES else None

    def assess(self, front: Page) -> HttpDialogue:
        """Ask the folder for its properties, then one that cannot exist."""
        root = yield ROOT
        if root.status != MULTI_STATUS:
            if root.status in REFUSED and (_signed(front) or _signed(root)):
                return verdict.locked(WEBDAV, ROOT, root)
            return verdict.not_ours(ROOT, root)
        found = dav.folder(root.body)
        control = yield CONTROL
        if control.status != NOT_FOUND:
            missing = f"the control {CONTROL.name} answered {control.status}, not 404"
            return verdict.half_proof(WEBDAV, missing)
        return _open(found)


def _signed(page: Page) -> bool:
    named = page.headers.get("server", "").startswith(SERVERS)
    return named or any(sign in page.headers for sign in SIGNS)


def _open(found: dav.Folder) -> Outcome:
    return Assessment(
        access=Access.OPEN,
        service=WEBDAV,
        because="tells a stranger about its folder, so that he may list it",
        proof=Proof(ROOT.name, "a folder with its properties", f"{CONTROL.name} answered 404"),
        holdings=(Holding(name="/", kind="folder", bytes=found.used),),
        holdings_total=1,
    )
