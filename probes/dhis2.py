"""DHIS2: whether a stranger is told of the system what only those who are logged in may know."""

from collections.abc import Generator
from contextlib import suppress

from scanner import verdict
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import FRONT, About, Get, HttpAsk, HttpDialogue, NoAnswer, Page
from scanner.verdict import NOT_FOUND, OK, REFUSED
from scanner.wire import Garbled, counts, versions

#: DHIS2 knows about sixty types of objects.
MAX_HOLDINGS = 2_000
MAX_NAME = 255

INFO = Get("/api/system/info?fields=version,revision,contextPath,systemId")
CONTROL = Get("/api/organisationUnits/rondeNoSuch?fields=id")
COUNTS = Get("/api/system/objectCounts")
LOGIN = Get("/api/loginConfig")

#: Where the start page sends strangers: until 2.40, in 2.41, and since 2.42.
APPLICATION = "/dhis-web-"
LOGIN_PAGE = "/login/"
REDIRECTS = frozenset({301, 302, 303})

#: What every DHIS2 has, where nothing was counted.
UNITS = Holding(name="organisationUnit", kind="object type")


class Dhis2:
    """A server is open when it describes itself, and misses a unit in its own words."""

    about = About(
        name="dhis2",
        title="DHIS2 answers its API without a login",
        ports=frozenset({80, 8080}),
        tls_ports=frozenset({443, 8443}),
        front=FRONT,
        asks=(FRONT, INFO, LOGIN, CONTROL, COUNTS),
        proves="the system is described, and a unit that cannot exist is missing",
        cwe=306,
        remedy=(
            "Let no proxy log its callers in, and bind Tomcat to the proxy's address: the API "
            "itself wants a login, but for its page of the login."
        ),
        references=(
            "https://docs.dhis2.org/en/manage/performing-system-administration/dhis-core-version-master/installation.html",
        ),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise where strangers are sent; a login of that name may be another's."""
        sent = _sent(front)
        return Service("dhis2") if APPLICATION in sent or sent.endswith(LOGIN_PAGE) else None

    def assess(self, front: Page) -> HttpDialogue:
        """Ask for what needs a login; what a login shows names the version."""
        info = yield INFO
        if info.status == OK:
            return (yield from _described(info))
        config = yield LOGIN
        version = _version(config, "apiVersion")
        if version is None and APPLICATION not in _sent(front):
            return verdict.not_ours(INFO, info)
        service = Service("dhis2", version)
        if info.status in REFUSED or "login" in _sent(info):
            because = f"{verdict.path(INFO)} answered {info.status}"
            return Assessment(access=Access.LOCKED, service=service, because=because)
        return verdict.not_answered(service, INFO, info)


def _sent(page: Page) -> str:
    return page.headers.get("location", "") if page.status in REDIRECTS else ""


def _version(page: Page, member: str) -> str | None:
    try:
        return versions.read(page.json()[member].value) if page.status == OK else None
    except Garbled:
        return None


def _described(info: Page) -> HttpDialogue:
    """Settle a server that describes itself to a stranger."""
    version = _version(info, "version")
    if version is None:
        return verdict.not_ours(INFO, info)
    info.json()["contextPath"].text()
    service = Service("dhis2", version)
    control = yield CONTROL
    if not _is_missing(control):
        return verdict.half_proof(service, f"the control {CONTROL.name} was not missing")
    holdings = (yield from _counted()) or (UNITS,)
    return Assessment(
        access=Access.OPEN,
        service=service,
        because=f"answers its API without credentials; types of objects: {len(holdings)}",
        proof=Proof(
            INFO.name,
            "the system was described",
            f"{verdict.path(CONTROL)} answered 404 with an error of its own",
        ),
        holdings=holdings[:MAX_HOLDINGS],
        holdings_total=len(holdings),
    )


def _is_missing(page: Page) -> bool:
    """Tell whether a web message of DHIS2 says that the unit is not there."""
    try:
        said = page.json()
        is_own = said["httpStatusCode"].integer() == NOT_FOUND and said["status"].text() == "ERROR"
    except Garbled:
        return False
    return page.status == NOT_FOUND and is_own


def _counted() -> Generator[HttpAsk, Page, tuple[Holding, ...]]:
    """Count the objects. The proof stands already: a silence here costs only detail."""
    with suppress(NoAnswer, Garbled):
        page = yield COUNTS
        told = page.json()["objectCounts"].items() if page.status == OK else ()
        return tuple(
            Holding(name=name[:MAX_NAME], kind="object type", records=counts.read(number))
            for name, number in told
        )
    return ()
