"""NiFi: a canvas on which anyone may let data flow, and programs run."""

from collections.abc import Generator
from contextlib import suppress

from scanner import verdict
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import About, Get, HttpAsk, HttpDialogue, NoAnswer, Page
from scanner.verdict import NOT_FOUND, OK
from scanner.wire import Garbled, counts, versions

#: What a locked NiFi tells to nobody, unlike its pages at `/nifi`.
ABOUT = Get("/nifi-api/flow/about")
#: What a locked one tells to everybody: whether it has a form for a login.
CONFIGURATION = Get("/nifi-api/access/config")
STATUS = Get("/nifi-api/flow/status")
CONTROL = Get("/nifi-api/process-groups/ronde-no-such-group")

TITLE = "NiFi"
MISSING = b"Unable to locate group with id 'ronde-no-such-group'."

NIFI = Service("nifi")


class Nifi:
    """A server is open when it describes itself and misses a group by name."""

    about = About(
        name="nifi",
        title="NiFi runs anyone's flows",
        ports=frozenset({8080, 9090}),
        tls_ports=frozenset({8443, 9443}),
        front=ABOUT,
        asks=(ABOUT, CONFIGURATION, STATUS, CONTROL),
        proves="the server describes itself, and a group that cannot exist is missing by name",
        cwe=306,
        remedy=(
            "Serve it in TLS (`nifi.web.https.port`, and no `nifi.web.http.port`), with a login "
            "(`nifi.security.user.login.identity.provider`) or client certificates. Since 1.14 "
            "it does so unless somebody switches it off."
        ),
        references=("https://nifi.apache.org/documentation/v2/#_security_configuration",),
        runs_code=True,
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the description; who refuses it in plain text, as NiFi does, is a candidate."""
        plain = front.headers.get("content-type", "").startswith("text/plain")
        if front.status in verdict.REFUSED and plain:
            return NIFI
        version = _version(front)
        return version if front.status == OK else None

    def assess(self, front: Page) -> HttpDialogue:
        """Ask for a group that cannot exist; of a refusal, make sure that it is NiFi's."""
        service = _version(front)
        if service is None:
            configuration = yield CONFIGURATION
            if not _has_config(configuration):
                return verdict.not_ours(CONFIGURATION, configuration)
            return verdict.locked(NIFI, ABOUT, front)
        control = yield CONTROL
        if control.status != NOT_FOUND or control.body.strip() != MISSING:
            missing = f"the control {CONTROL.name} was not missing in NiFi's own words"
            return verdict.half_proof(service, missing)
        return Assessment(
            access=Access.OPEN,
            service=service,
            because="describes itself, and looks for groups, without credentials",
            proof=Proof(ABOUT.name, "version told", f"{CONTROL.name} answered 404 by name"),
            holdings=(yield from _queued()),
            holdings_total=1,
        )


def _version(front: Page) -> Service | None:
    try:
        told = front.json()["about"]
        is_nifi = told["title"].text() == TITLE
        return Service("nifi", versions.read(told["version"].text())) if is_nifi else None
    except Garbled:
        return None


def _has_config(page: Page) -> bool:
    try:
        page.json()["config"]["supportsLogin"].boolean()
    except Garbled:
        return False
    return page.status == OK


def _queued() -> Generator[HttpAsk, Page, tuple[Holding, ...]]:
    """Count what waits in the queues. The proof stands already: silence costs only detail."""
    with suppress(NoAnswer, Garbled):
        page = yield STATUS
        told = page.json()["controllerStatus"]
        files, size = (counts.read(told.get(name)) for name in ("flowFilesQueued", "bytesQueued"))
        return (Holding(name="queues", kind="flow", records=files, bytes=size),)
    return (Holding(name="queues", kind="flow"),)
