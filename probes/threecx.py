"""3CX: whether the file of its unattended installation lies in the web root."""

import re

from probes.listing import CONTROL, proven
from scanner import verdict
from scanner.model import Access, Assessment, Holding, Service
from scanner.probe import FRONT, About, Get, HttpDialogue, Page
from scanner.verdict import NOT_FOUND, OK

#: It holds the licence and the password of the administrator. What is looked at is the name of
#: its first element; the rest is dropped unread.
SETUP = Get("/SetupConfig.xml")

#: What the web client and the console before version 20 call themselves.
TITLES = frozenset({"3CX Webclient", "3CX Phone System Management Console"})
DESCRIPTION = b'<meta name="description" content="3CX">'

#: Editors of Windows put a mark before it.
ROOT = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^<>]{0,200}\?>\s*)?<SetupConfig[\s>]")

REDIRECTS = frozenset({301, 302, 303, 307, 308})
SERVICE = Service("3cx")


class ThreeCx:
    """A server is open when anybody may fetch the file that installed it."""

    about = About(
        name="threecx",
        title="3CX hands out the file that installed it",
        ports=frozenset({80, 5000}),
        tls_ports=frozenset({443, 5001}),
        front=FRONT,
        asks=(FRONT, SETUP, CONTROL),
        proves="the file of the unattended installation is there, and a folder that cannot exist "
        "is not found",
        cwe=552,
        remedy=(
            "Delete SetupConfig.xml from the web root, then change every password that it names: "
            "treat it as read. Let only your own networks reach the management console."
        ),
        references=("https://www.3cx.com/docs/configure-pbx-automatically/",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the web client, or a server that leads to one."""
        leads = front.status in REDIRECTS and "/webclient" in front.headers.get("location", "")
        shown = front.title in TITLES or DESCRIPTION in front.body
        return SERVICE if leads or (front.status == OK and shown) else None

    def assess(self, front: Page) -> HttpDialogue:
        """Look for the file. A server that only leads to a web client may be another product."""
        setup = yield SETUP
        if setup.status == OK and ROOT.search(setup.body):
            held = (Holding(name="SetupConfig.xml", kind="file"),)
            because = "the file of its unattended installation can be fetched by anyone"
            return (yield from proven(SERVICE, held, because, (SETUP.name, "its first element")))
        if front.status in REDIRECTS:
            return verdict.not_ours(SETUP, setup)
        if setup.status not in {OK, NOT_FOUND, *REDIRECTS}:
            return verdict.not_answered(SERVICE, SETUP, setup)
        because = "no file of an installation is in its web root"
        return Assessment(access=Access.LOCKED, service=SERVICE, because=because)
