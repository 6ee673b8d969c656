"""dcm4chee-arc: an archive of medical images whose REST services count and list for anyone."""

import re
from collections.abc import Generator, Sequence

from scanner import verdict
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import About, Get, HttpDialogue, NoAnswer, Page
from scanner.verdict import NOT_FOUND, OK, UNAUTHORIZED
from scanner.wire import Garbled, counts

#: Its titles, which are how an archive shows one stock of images in several views.
TITLES = Get("/dcm4chee-arc/aets")
COUNT = Get("/dcm4chee-arc/aets/{}/rs/studies/count", max_bytes=64 << 10)
CONTROL = Get("/dcm4chee-arc/aets/RONDE-NO-SUCH/rs/studies/count", max_bytes=64 << 10)

#: How it says that there is no such title; the type of the page is text, whatever it looks like.
MISSING = "No such Application Entity: RONDE-NO-SUCH"

#: An installation has a handful of titles, and counting is the database's work.
MAX_COUNTED = 5
MAX_HOLDINGS = 2_000

#: Where a secured archive sends a caller without a token, and the realm of its Keycloak.
LOGIN = re.compile(
    r"https?://[^/?#]{1,255}/(?:auth/)?realms/[^/?#]{1,64}/protocol/openid-connect/auth\?.*"
    r"\bclient_id=dcm4chee-arc-[a-z]{1,16}(?:&.*)?",
    re.DOTALL,
)
REALM = 'Bearer realm="dcm4che"'

DCM4CHEE = Service("dcm4chee")


class Dcm4chee:
    """An archive is open when it counts the studies of a title, and misses one in its own words."""

    about = About(
        name="dcm4chee",
        title="dcm4chee-arc hands its medical images to anyone",
        ports=frozenset({8080}),
        tls_ports=frozenset({8443}),
        front=TITLES,
        asks=(TITLES, COUNT, CONTROL),
        proves="the studies of a title are counted, and a title that cannot exist is missed",
        cwe=306,
        remedy=(
            "Deploy the variant that is built with `secure=all` (Keycloak): its REST services "
            "demand a token; with `secure=ui` and without, they do not. Let only the imaging "
            "network reach 8080, 8443 and 11112."
        ),
        references=("https://github.com/dcm4che/dcm4chee-arc-light/wiki",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the list of titles, or where a caller without a token is sent."""
        told = front.headers
        sent = LOGIN.fullmatch(told.get("location", ""))
        refused = front.status == UNAUTHORIZED and REALM in told.get("www-authenticate", "")
        return DCM4CHEE if sent or refused or _titles(front) else None

    def assess(self, front: Page) -> HttpDialogue:
        """Count the studies of the first titles; then of one that cannot exist."""
        titles = _titles(front)
        if not titles:
            because = f"{TITLES.name} demands a token"
            return Assessment(access=Access.LOCKED, service=DCM4CHEE, because=because)
        first = yield COUNT.fill(titles[0])
        held = [Holding(name=titles[0], kind="archive", records=_count(first))]
        held += yield from _counted(titles[1:])
        if all(one.records is None for one in held):
            return verdict.not_answered(DCM4CHEE, COUNT, first)
        control = yield CONTROL
        if not _is_missing(control):
            missing = f"the control {CONTROL.name} was not missing in dcm4chee's own words"
            return verdict.half_proof(DCM4CHEE, missing)
        return Assessment(
            access=Access.OPEN,
            service=DCM4CHEE,
            because=f"counts the studies of its titles without credentials: {len(titles)}",
            proof=Proof(
                COUNT.name, "a number of studies", f"{CONTROL.name} answered 404: no such title"
            ),
            holdings=tuple(held[:MAX_HOLDINGS]),
            holdings_total=len(titles),
        )


def _titles(page: Page) -> Sequence[str]:
    """Read the list of titles; nothing where this is none."""
    try:
        names = [one["dicomAETitle"].text() for one in page.json().elements()]
    except Garbled:
        return []
    return names if page.status == OK and all(map(_fits_a_path, names)) else []


def _fits_a_path(name: str) -> bool:
    return name not in {"", ".", ".."}


def _counted(titles: Sequence[str]) -> Generator[Get, Page, list[Holding]]:
    """Count for a few more titles; the others are named."""
    held = [Holding(name=name, kind="archive") for name in titles]
    for place, name in enumerate(titles[: MAX_COUNTED - 1]):
        try:
            page = yield COUNT.fill(name)
        except NoAnswer:
            break
        held[place] = Holding(name=name, kind="archive", records=_count(page))
    return held


def _count(page: Page) -> int | None:
    try:
        return counts.read(page.json().get("count")) if page.status == OK else None
    except Garbled:
        return None


def _is_missing(page: Page) -> bool:
    try:
        told = page.json()["errorMessage"].text()
    except Garbled:
        return False
    return page.status == NOT_FOUND and told == MISSING
