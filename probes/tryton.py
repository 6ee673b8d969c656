"""Tryton, which GNU Health is built on: which databases a server names to a stranger."""

from scanner import verdict
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import FRONT, About, Fixed, Get, HttpDialogue, Method, Page
from scanner.verdict import OK
from scanner.wire import Garbled, versions

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000
MAX_NAME = 255

METHOD_NOT_ALLOWED = 405
REFUSES_GET = "405 Method Not Allowed"

#: Whatever stands at `/`: a database of any name has a bus, which takes nothing but POST, and has
#: nothing beside it [trytond 5.0 to 7.8, `bus.py` and `protocols/dispatcher.py`].
BUS = Get("/ronde-no-such-database/bus")
BESIDE = Get("/ronde-no-such-database/ronde-no-such-bus")

#: The web client that may stand at `/`.
CLIENT = "Tryton"

NO_SUCH = "common.ronde.no_such_method"


def _call(method: str, about: str) -> Fixed:
    """Call what every client calls before anybody has logged in."""
    body = b'{"id":1,"method":"%b","params":[]}' % method.encode()
    return Fixed(method=Method.POST, template="/", about=about, body=body)


VERSION = _call("common.server.version", "version of Tryton")
LISTING = _call("common.db.list", "names of databases")
CONTROL = _call(NO_SUCH, "control")

NONE = "lists databases to anyone, and has none for the name by which it was asked"


class Tryton:
    """A server is partly open when it names its databases; each of them wants a login."""

    about = About(
        name="tryton",
        title="Tryton names its databases to anyone",
        ports=frozenset({8000}),
        tls_ports=frozenset({8000}),
        front=FRONT,
        asks=(FRONT, BUS, BESIDE, VERSION, LISTING, CONTROL),
        proves="databases are listed, and a method that cannot exist is refused by its name",
        cwe=200,
        remedy=(
            "Set `list = False` in the section `[database]` of trytond.conf, and let `listen` "
            "name the addresses that need it: whoever knows a database may try passwords on it."
        ),
        references=("https://docs.tryton.org/latest/server/topics/configuration.html",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise its web client; a server that takes nothing but POST may be one without."""
        client = front.status == OK and front.title == CLIENT
        return Service("tryton") if client or _takes_post(front) else None

    def assess(self, front: Page) -> HttpDialogue:
        """Make sure of the product, before anything is posted; then ask for its databases."""
        del front
        for ask, takes_post in ((BUS, True), (BESIDE, False)):
            page = yield ask
            if _takes_post(page) is not takes_post:
                return verdict.not_ours(ask, page)
        told = yield VERSION
        version = versions.read(_result(told))
        if version is None:
            return verdict.not_ours(VERSION, told)
        service = Service("tryton", version)
        listing = yield LISTING
        if listing.status != OK:
            return verdict.not_answered(service, LISTING, listing)
        names = [one.text() for one in listing.json()["result"].elements()]
        if not names:
            return Assessment(access=Access.IDENTIFIED, service=service, because=NONE)
        control = yield CONTROL
        if not _is_refusal(control):
            return verdict.half_proof(service, f"the control {CONTROL.name} was not refused")
        holdings = tuple(Holding(name=one[:MAX_NAME], kind="database") for one in names)
        return Assessment(
            access=Access.PARTIAL,
            service=service,
            because=f"names its databases without credentials: {len(names)}",
            proof=Proof(
                LISTING.name,
                f"{len(names)} databases listed",
                f"{CONTROL.name} answered with the name of the method that it has not",
            ),
            holdings=holdings[:MAX_HOLDINGS],
            holdings_total=len(names),
        )


def _takes_post(page: Page) -> bool:
    """Tell whether a page is Werkzeug's refusal of GET where POST is taken."""
    if page.status != METHOD_NOT_ALLOWED or page.title != REFUSES_GET:
        return False
    methods = set(page.headers.get("allow", "").replace(" ", "").split(","))
    return "POST" in methods and methods <= {"POST", "OPTIONS"}


def _result(page: Page) -> object:
    try:
        return page.json()["result"].value if page.status == OK else None
    except Garbled:
        return None


def _is_refusal(page: Page) -> bool:
    """Tell whether Tryton names the method that it has not: the text of Python's KeyError."""
    try:
        said = [one.value for one in page.json()["error"].elements()]
    except Garbled:
        return False
    return said[:1] == [f"'{NO_SUCH}'"]
