"""Jenkins: who may look at its jobs, and who may run programs of his own."""

from collections.abc import Generator

from scanner import verdict
from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import FRONT, About, Get, HttpAsk, HttpDialogue, Page
from scanner.verdict import NOT_FOUND, OK, REFUSED
from scanner.wire import Garbled, versions

#: Longer lists belong on the server; the page is cut by Jenkins itself.
MAX_HOLDINGS = 1_000

#: `tree=mode,useSecurity,jobs[name]{0,1000}`: nothing else of a job leaves the server.
STATE = Get(f"/api/json?tree=mode,useSecurity,jobs%5Bname%5D%7B0,{MAX_HOLDINGS}%7D")
CONTROL = Get("/api/xml?tree=mode&xpath=/ronde-no-such-element")
#: The page of the administrators; it is not followed any further.
MANAGE = Get("/manage/")

SIGNATURE = "x-jenkins"

#: How the XML of its API misses an element; the apostrophe changed with the years.
MISSING = b"XPath /ronde-no-such-element didn"


class Jenkins:
    """A server is open when it lets anyone do anything, partial when it lets anyone look."""

    about = About(
        name="jenkins",
        title="Jenkins lets anyone in",
        ports=frozenset({8080, 8081, 8090}),
        tls_ports=frozenset({8443}),
        front=FRONT,
        asks=(FRONT, STATE, CONTROL, MANAGE),
        proves="the state is told, and an element that cannot exist is missing by name",
        cwe=306,
        remedy=(
            'Choose a security realm and the strategy "Logged-in users can do anything" '
            "without anonymous read access, or a matrix without a row for anonymous; then let "
            "only its users reach the port."
        ),
        references=("https://www.jenkins.io/doc/book/security/managing-security/",),
        runs_code=True,
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the header that every page is signed with, refusals included."""
        signed = front.headers.get(SIGNATURE)
        return None if signed is None else Service("jenkins", versions.read(signed))

    def assess(self, front: Page) -> HttpDialogue:
        """Ask for the state and the names of jobs; then for an element that cannot exist."""
        service = self.identify(front) or Service("jenkins")
        state = yield STATE
        if state.status != OK:
            return verdict.not_answered(service, STATE, state)
        told = state.json()
        secured, names = told["useSecurity"].boolean(), _names(told)
        control = yield CONTROL
        if control.status != NOT_FOUND or not control.body.startswith(MISSING):
            missing = "the control GET /api/xml was not missing in Jenkins' own words"
            return verdict.half_proof(service, missing)
        access = (yield from _for_administrators()) if secured else Access.OPEN
        does = "obeys anyone" if access is Access.OPEN else "lets anyone look, and no more"
        return Assessment(
            access=access,
            service=service,
            because=f"{does}: {len(names)} jobs listed",
            proof=Proof(
                verdict.path(STATE),
                f"{len(names)} jobs listed, security {'on' if secured else 'off'}",
                f"{verdict.path(CONTROL)} answered 404 by the element's name",
            ),
            holdings=tuple(Holding(name=name, kind="job") for name in names),
            holdings_total=len(names) if len(names) < MAX_HOLDINGS else None,
        )


def _names(told: Json) -> list[str]:
    jobs = told.get("jobs")
    names = [one["name"].text() for one in jobs.elements()] if jobs is not None else []
    return names[:MAX_HOLDINGS]


def _for_administrators() -> Generator[HttpAsk, Page, Access]:
    """Tell whether a stranger is an administrator although there are accounts.

    Raises:
        Garbled: the page of the administrators is neither shown nor refused.
    """
    page = yield MANAGE
    if page.status == OK and SIGNATURE in page.headers:
        return Access.OPEN
    if page.status in REFUSED:
        return Access.PARTIAL
    raise Garbled("expected the page of the administrators, or a refusal")
