"""FusionPBX: whether its fax servers are shown without a log-in, or it waits for its first user."""

import re

from probes.listing import CONTROL, proven
from scanner import verdict
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import About, Get, HttpDialogue, Page
from scanner.verdict import NOT_FOUND, OK

#: A stranger is sent from here to the log-in, with this very path in the address, so one page
#: both names the product and shows its door [resources/check_auth.php].
FAX = Get("/app/fax/fax.php")
INSTALL = Get("/core/install/install.php")

#: Both are paths of this very server: who sends to another is a portal before something.
TO_LOGIN = re.compile(r"/(?:login\.php)?\?path=%2Fapp%2Ffax%2Ffax\.php(?:&.*)?")
TO_INSTALL = re.compile(r"/core/install/install\.php")
REDIRECTS = frozenset({301, 302, 303, 307, 308})

#: The columns by which the list of fax servers can be ordered [app/fax/fax.php].
COLUMNS = (b"order_by=fax_name", b"order_by=fax_extension")

#: The fields that name the first administrator [core/install/resources/views/configuration.htm].
FIRST_RUN = (b"name='admin_username'", b"name='admin_password'")

SERVICE = Service("fusionpbx")


class Fusionpbx:
    """A server is open when it lists its fax servers to a stranger."""

    about = About(
        name="fusionpbx",
        title="FusionPBX shows its fax servers to anyone",
        ports=frozenset({80}),
        tls_ports=frozenset({443}),
        front=FAX,
        asks=(FAX, INSTALL, CONTROL),
        proves="the list of fax servers or the page of the first run is shown, and a folder that "
        "cannot exist is not found",
        cwe=306,
        remedy=(
            "Finish the installation before the network can reach it, put the log-in back "
            "(resources/check_auth.php), and let only your own networks reach the web interface."
        ),
        references=("https://docs.fusionpbx.com/en/latest/applications/fax.html",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise where a stranger is sent, or the list that he should not see."""
        sent = _leads(front, TO_LOGIN) or _leads(front, TO_INSTALL)
        return SERVICE if sent or _lists(front) else None

    def assess(self, front: Page) -> HttpDialogue:
        """Tell a log-in, a first run and an open list apart."""
        if _leads(front, TO_INSTALL):
            return (yield from _unclaimed())
        if not _lists(front):
            because = f"{FAX.name} leads to the log-in"
            return Assessment(access=Access.LOCKED, service=SERVICE, because=because)
        held = (Holding(name="fax servers", kind="mailbox"),)
        because = "shows its fax servers and their boxes without credentials"
        return (yield from proven(SERVICE, held, because, (FAX.name, "the list of fax servers")))


def _leads(page: Page, where: re.Pattern[str]) -> bool:
    sent = page.status in REDIRECTS
    return sent and where.fullmatch(page.headers.get("location", "")) is not None


def _lists(page: Page) -> bool:
    """Tell whether the page has the columns of the list."""
    return page.status == OK and all(column in page.body for column in COLUMNS)


def _unclaimed() -> HttpDialogue:
    page = yield INSTALL
    if page.status != OK or not all(field in page.body for field in FIRST_RUN):
        return verdict.not_answered(SERVICE, INSTALL, page)
    control = yield CONTROL
    if control.status != NOT_FOUND:
        missing = f"the control {CONTROL.name} answered {control.status}, not 404"
        return verdict.half_proof(SERVICE, missing)
    return Assessment(
        access=Access.UNCLAIMED,
        service=SERVICE,
        because="is not installed yet, and takes whoever comes for its administrator",
        proof=Proof(INSTALL.name, "the page of the first run", f"{CONTROL.name} answered 404"),
    )
