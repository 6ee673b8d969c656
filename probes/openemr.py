"""OpenEMR: whether its set-up waits for anybody, and whether its FHIR API wants a token."""

import re

from scanner import verdict
from scanner.model import Access, Assessment, Outcome, Proof, Service
from scanner.probe import FRONT, About, Get, HttpDialogue, Page
from scanner.verdict import OK, REFUSED
from scanner.wire.headers import Header

#: A count takes 400 bytes; what is longer holds records, and is not looked at.
MAX_COUNT = 16 << 10

#: Without a site, the set-up shows a form whether or not it is over.
SETUP = Get("/setup.php?site=default")
CONTROL = Get("/setup.php?site=ronde_no_such_site")
NOBODY = Get(
    "/apis/default/fhir/Patient?_id=ronde-no-such-patient&_summary=count",
    max_bytes=MAX_COUNT,
    header=Header.STRICT,
)

#: Where the start page sends a browser, by a header or, in older ones, by a script.
START = re.compile(r"\b(interface/login/login(?:_frame)?|setup)\.php\?site=[A-Za-z0-9.-]{1,64}")
BY_SCRIPT = b"top.location.href"
REDIRECTS = frozenset({301, 302})

TITLE = "OpenEMR Setup Tool"
WELCOME = b"This utility will step you through the installation"
REFUSED_SITE = b"Site ID 'ronde_no_such_site' contains invalid characters"

NAMELESS = Service("openemr")
LOGIN = "sends strangers to its login; its FHIR API is off, or is no such"


class OpenEmr:
    """A server is unclaimed when its set-up begins, and refuses a site that cannot exist."""

    about = About(
        name="openemr",
        title="OpenEMR lets anyone set it up",
        ports=frozenset({80, 8080}),
        tls_ports=frozenset({443, 8443}),
        front=FRONT,
        asks=(FRONT, SETUP, CONTROL, NOBODY),
        proves="the set-up begins, and a site that cannot exist is refused in its own words",
        cwe=306,
        remedy=(
            "Finish the set-up before anybody else can reach the server, and then remove "
            "`setup.php`, `admin.php` and `acl_setup.php`."
        ),
        references=("https://www.open-emr.org/wiki/index.php/Securing_OpenEMR",),
        runs_code=True,
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise to where the start page sends a browser; the login itself is no finding."""
        if front.status in REDIRECTS:
            sent = front.headers.get("location", "")
        else:
            sent = front.body.decode("utf-8", "replace") if BY_SCRIPT in front.body else ""
        return NAMELESS if START.search(sent) else None

    def assess(self, front: Page) -> HttpDialogue:
        """See whether the set-up is over; if it is, whether patients can be searched for."""
        del front
        setup = yield SETUP
        if setup.status == OK and setup.title == TITLE and WELCOME in setup.body:
            return _unclaimed((yield CONTROL))
        page = yield NOBODY
        if page.status in REFUSED:
            return verdict.locked(NAMELESS, NOBODY, page)
        if page.status == OK:
            return verdict.half_proof(NAMELESS, f"{verdict.path(NOBODY)} was answered")
        return Assessment(access=Access.IDENTIFIED, service=NAMELESS, because=LOGIN)


def _unclaimed(control: Page) -> Outcome:
    if REFUSED_SITE not in control.body:
        return verdict.half_proof(NAMELESS, f"the control {CONTROL.name} was not refused")
    return Assessment(
        access=Access.UNCLAIMED,
        service=NAMELESS,
        because="is not set up yet, and offers that to anyone",
        proof=Proof(
            SETUP.name,
            "the first page of the set-up was shown",
            f"{CONTROL.name} was refused in its own words",
        ),
    )
