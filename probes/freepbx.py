"""FreePBX: whether it waits for its first administrator, or lists calls, voice mail or faxes."""

from probes.listing import CONTROL, listed, proven, total
from scanner import verdict
from scanner.model import Access, Assessment, Proof, Service
from scanner.probe import About, Get, HttpDialogue, Page
from scanner.verdict import NOT_FOUND, OK

CONFIG = Get("/admin/config.php")

#: Recorded calls, voice mail and faxes, where installations link Asterisk's spool into the web.
FOLDERS = (Get("/monitor/"), Get("/voicemail/"), Get("/fax/"))

#: Each page of the administration defines this object [views/header.php, since 12]; the title
#: is the brand's, which partners change.
SCRIPT = b"window.FreePBX = new fpbx();"
TITLES = frozenset({"FreePBX", "FreePBX Administration"})

#: The hidden field of the page that names the first administrator [views/oobe.php].
FIRST_RUN = b"name='action' value='setup_admin'"


class Freepbx:
    """A server is open when it lists a folder of recordings, and unclaimed on its first run."""

    about = About(
        name="freepbx",
        title="FreePBX lists recordings or waits for an administrator",
        ports=frozenset({80}),
        tls_ports=frozenset({443}),
        front=CONFIG,
        asks=(CONFIG, *FOLDERS, CONTROL),
        proves="a folder of recordings is listed or the first administrator is asked for, and a "
        "folder that cannot exist is not found",
        cwe=306,
        remedy=(
            "Take Asterisk's spool out of the web root, switch the listing off, name the first "
            "administrator before the network can reach the page, and let only your own networks "
            "reach /admin (FreePBX's firewall module, or the web server)."
        ),
        references=("https://github.com/FreePBX/framework",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise a page of the administration by its own script or its usual title."""
        known = front.status == OK and (SCRIPT in front.body or front.title in TITLES)
        return Service("freepbx") if known else None

    def assess(self, front: Page) -> HttpDialogue:
        """See what the administration asks for; then look for lists of recordings."""
        service = Service("freepbx")
        if FIRST_RUN in front.body:
            return (yield from _unclaimed(service))
        held = yield from listed(service, FOLDERS)
        if not isinstance(held, tuple):
            return held
        if held:
            because = f"lists recordings without credentials: {total(held)}"
            asked = ", ".join(f"GET {one.name}" for one in held)
            return (yield from proven(service, held, because, (asked, f"listed: {total(held)}")))
        if not _asks_for_login(front):
            missing = f"{CONFIG.name} shows neither a log-in nor a first run"
            return verdict.half_proof(service, missing)
        because = f"{CONFIG.name} demands a log-in, and no folder of recordings is listed"
        return Assessment(access=Access.LOCKED, service=service, because=because)


def _asks_for_login(front: Page) -> bool:
    """Tell whether the page has the form that asks for a name and a password [views/login.php]."""
    return b'name="username"' in front.body and b'name="password"' in front.body


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
