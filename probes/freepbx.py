"""FreePBX: whether it asks who one is, and whether it lists calls, voice mail or faxes."""

import re

from probes.listing import CONTROL, listed, proven, total
from scanner import verdict
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import About, Get, HttpDialogue, Page
from scanner.verdict import NOT_FOUND, OK, UNAUTHORIZED
from scanner.wire import versions

CONFIG = Get("/admin/config.php")

#: Recorded calls, voice mail and faxes, where installations link Asterisk's spool into the web.
FOLDERS = (Get("/monitor/"), Get("/voicemail/"), Get("/fax/"))

#: Each page of the administration defines this object [views/header.php, since 12]; the title
#: is the brand's, which partners change.
SCRIPT = b"window.FreePBX = new fpbx();"
TITLES = frozenset({"FreePBX", "FreePBX Administration"})
#: How versions before 2.10, and those that leave it to the web server, ask [header_auth.php].
REALM = re.compile(r'realm="freepbx[^"]{0,60}"', re.IGNORECASE)
#: Style sheets carry the version of the framework [views/header.php].
VERSION = re.compile(rb"[?]load_version=(\d{1,3}(?:\.\d{1,5}){1,4})[\"'.]")

#: The hidden field of the page that names the first administrator [views/oobe.php].
FIRST_RUN = b"name='action' value='setup_admin'"
#: The search of the menu, which only who is logged in is shown: everybody, where
#: `AUTHTYPE` is none [views/menu.php, since 13].
SEARCH = re.compile(rb"id=['\"]fpbxsearch['\"]")
MENU = b"config.php?display="


class Freepbx:
    """A server is open when it shows its administration or lists a folder of recordings."""

    about = About(
        name="freepbx",
        title="FreePBX lets anyone in, or lists recordings",
        ports=frozenset({80}),
        tls_ports=frozenset({443}),
        front=CONFIG,
        asks=(CONFIG, *FOLDERS, CONTROL),
        proves="the administration is shown, a folder of recordings is listed or the first "
        "administrator is asked for, and a folder that cannot exist is not found",
        cwe=306,
        remedy=(
            "Set AUTHTYPE to database and name the first administrator before the network can "
            "reach the page; take Asterisk's spool out of the web root, switch the listing off, "
            "and let only your own networks reach /admin."
        ),
        references=("https://github.com/FreePBX/framework",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise a page of the administration, or the log-in of the old ones."""
        shown = front.status == OK and (SCRIPT in front.body or front.title in TITLES)
        asks = REALM.search(front.headers.get("www-authenticate", "")) is not None
        known = shown or (front.status == UNAUTHORIZED and asks)
        return _service(front) if known else None

    def assess(self, front: Page) -> HttpDialogue:
        """See what the administration asks for; then look for lists of recordings."""
        service = _service(front)
        if FIRST_RUN in front.body:
            return (yield from _unclaimed(service))
        held = yield from listed(service, FOLDERS)
        if not isinstance(held, tuple):
            return held
        if held or _is_shown(front):
            return (yield from _open(service, held, shown=_is_shown(front)))
        if not _asks_for_login(front):
            missing = f"{CONFIG.name} shows neither a log-in nor a first run"
            return verdict.half_proof(service, missing)
        if _has_menu(front):
            return verdict.half_proof(service, f"{CONFIG.name} shows a menu beside a log-in")
        because = f"{CONFIG.name} demands a log-in, and no folder of recordings is listed"
        return Assessment(access=Access.LOCKED, service=service, because=because)


def _service(front: Page) -> Service:
    found = VERSION.search(front.body)
    return Service("freepbx", versions.read(found[1].decode()) if found else None)


def _is_shown(front: Page) -> bool:
    """Tell whether the page is one of somebody who is logged in: it has the menu."""
    return front.status == OK and _has_menu(front) and not _asks_for_login(front)


def _has_menu(front: Page) -> bool:
    return SEARCH.search(front.body) is not None and MENU in front.body


def _asks_for_login(front: Page) -> bool:
    """Tell whether a name and a password are asked for, by a form or by the web server."""
    form = b'name="username"' in front.body and b'name="password"' in front.body
    return form or front.status == UNAUTHORIZED


def _open(service: Service, held: tuple[Holding, ...], *, shown: bool) -> HttpDialogue:
    if not shown:
        because = f"lists folders named for recordings or faxes without credentials: {total(held)}"
        asked = ", ".join(f"GET {one.name}" for one in held)
        return (yield from proven(service, held, because, (asked, f"listed: {total(held)}")))
    because = "shows its administration without a log-in"
    if held:
        because = f"{because}; lists {total(held)}"
    console = Holding(name="administration", kind="console")
    proof = (CONFIG.name, "the menu of somebody who is logged in")
    return (yield from proven(service, (console, *held), because, proof))


def _unclaimed(service: Service) -> HttpDialogue:
    control = yield CONTROL
    if control.status != NOT_FOUND:
        missing = f"the control {CONTROL.name} answered {control.status}, not 404"
        return verdict.half_proof(service, missing)
    return Assessment(
        access=Access.UNCLAIMED,
        service=service,
        because="waits for its first administrator, and takes whoever comes",
        proof=Proof(CONFIG.name, "the page of the first run", f"{CONTROL.name} answered 404"),
    )
