"""OpenMRS, which Bahmni is built on: whether a stranger may search for patients, or set it up."""

from scanner import verdict
from scanner.model import Access, Assessment, Holding, Outcome, Proof, Service
from scanner.probe import About, Get, HttpDialogue, Page
from scanner.verdict import NOT_FOUND, OK
from scanner.wire import Garbled

#: A search that finds nobody takes 14 bytes. What is longer holds patients, and is not looked at.
MAX_SEARCH = 16 << 10

API = "/openmrs/ws/rest/v1"
CONTROL = Get(f"{API}/ronde-no-such-resource", max_bytes=64 << 10)
NOBODY = Get(f"{API}/patient?q=ronde-no-such-patient&limit=1&v=ref", max_bytes=MAX_SEARCH)
WIZARD = Get("/openmrs/initialsetup")

UNKNOWN = "Unknown resource: v1/ronde-no-such-resource"
TO_THE_WIZARD = "/openmrs/initialsetup"

#: With which of its pages the wizard begins, before and since it asks for a language.
BEGINS = (b'name="page" value="installmethod.vm"', b'name="page" value="chooselang.vm"')

NAMELESS = Service("openmrs")

#: What was searched; its API counts only what it hands over.
PATIENTS = Holding(name="patient", kind="resource type")


class OpenMrs:
    """A server is open when it searches for patients, and refuses a resource that cannot exist."""

    about = About(
        name="openmrs",
        title="OpenMRS lets anyone search for patients",
        ports=frozenset({80, 8080}),
        tls_ports=frozenset({443, 8443}),
        front=CONTROL,
        asks=(CONTROL, NOBODY, WIZARD),
        proves="a search for nobody is answered, and a resource that cannot exist is refused",
        cwe=306,
        remedy=(
            "Take the privilege `Get Patients` (and all others that are not needed) from the role "
            "Anonymous, and finish the set-up before anybody else can reach the server."
        ),
        references=("https://rest.openmrs.org/",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise how its API misses a resource, or that it sends all callers to its wizard."""
        return NAMELESS if _is_missing(front) or _is_new(front) else None

    def assess(self, front: Page) -> HttpDialogue:
        """Search for nobody; where nothing is set up yet, see whether anybody may begin."""
        if _is_new(front):
            return _settled_wizard((yield WIZARD))
        page = yield NOBODY
        if page.status != OK:
            return verdict.not_answered(NAMELESS, NOBODY, page)
        if len(page.json()["results"]):
            return verdict.half_proof(NAMELESS, "a search for nobody found somebody")
        return Assessment(
            access=Access.OPEN,
            service=NAMELESS,
            because="searches for patients without credentials",
            proof=Proof(
                NOBODY.name,
                "a search for a patient who cannot exist was answered",
                f"{CONTROL.name} answered 404 with an error of its own",
            ),
            holdings=(PATIENTS,),
            holdings_total=1,
        )


def _is_missing(page: Page) -> bool:
    """Tell whether the resource that cannot exist is refused in OpenMRS's own words."""
    try:
        return page.status == NOT_FOUND and UNKNOWN in page.json()["error"]["message"].text()
    except Garbled:
        return False


def _is_new(page: Page) -> bool:
    return page.status == 302 and page.headers.get("location", "").endswith(TO_THE_WIZARD)  # noqa: PLR2004 - found


def _settled_wizard(page: Page) -> Outcome:
    """Tell a wizard that waits for anybody from one that is under way or only updates."""
    if page.status != OK or not any(form in page.body for form in BEGINS):
        return verdict.half_proof(NAMELESS, f"{WIZARD.name} does not begin a set-up")
    return Assessment(
        access=Access.UNCLAIMED,
        service=NAMELESS,
        because="is not set up yet, and offers that to anyone",
        proof=Proof(
            WIZARD.name,
            "the wizard that makes the first administrator was shown",
            f"{CONTROL.name} was sent to the wizard",
        ),
    )
