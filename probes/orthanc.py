"""Orthanc: an archive of medical images whose REST API answers anyone."""

import re

from scanner import verdict
from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import FRONT, About, Get, HttpDialogue, Page
from scanner.verdict import NOT_FOUND, OK, REFUSED
from scanner.wire import Garbled, counts, versions

#: A few hundred bytes each; the counts are kept by the server.
SYSTEM = Get("/system", max_bytes=64 << 10)
STATISTICS = Get("/statistics", max_bytes=64 << 10)
CONTROL = Get("/system/ronde-no-such-resource", max_bytes=64 << 10)

REALM = 'Basic realm="Orthanc Secure Area"'

#: Where `/` leads: to Orthanc Explorer, or to the plugin that took its place.
EXPLORER = re.compile(r"(?:https?://[^/?#]{1,255})?/?(?:app/explorer\.html|ui/app/)")

#: The number of Orthanc's own error for a path that it does not know.
UNKNOWN_RESOURCE = 17


class Orthanc:
    """A server is open when it counts its studies and misses a resource in its own words."""

    about = About(
        name="orthanc",
        title="Orthanc hands its medical images to anyone",
        ports=frozenset({8042}),
        front=FRONT,
        asks=(FRONT, SYSTEM, STATISTICS, CONTROL),
        proves="the images are counted, and a resource that cannot exist is missing by its number",
        cwe=306,
        remedy=(
            "Set `RemoteAccessAllowed` to false, or `AuthenticationEnabled` to true with "
            "`RegisteredUsers` of your own and TLS (`SslEnabled`), or put an authenticating proxy "
            "before it that passes on no path but those that are needed."
        ),
        references=("https://orthanc.uclouvain.be/book/faq/security.html",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the realm, or where `/` leads; a refusal that names nobody is a candidate."""
        return Service("orthanc") if is_named(front) or front.status in REFUSED else None

    def assess(self, front: Page) -> HttpDialogue:
        """Let the server describe itself and count what it has; then ask for what it has not."""
        if front.headers.get("www-authenticate", "") == REALM:
            return verdict.locked(Service("orthanc"), FRONT, front)
        system = yield SYSTEM
        if system.headers.get("www-authenticate", "") == REALM:
            return verdict.locked(Service("orthanc"), SYSTEM, system)
        service = _named(system)
        if service is None:
            return verdict.not_ours(SYSTEM, system)
        statistics = yield STATISTICS
        if statistics.status != OK:
            return verdict.not_answered(service, STATISTICS, statistics)
        held, said = _counted(statistics.json())
        if not _is_missing((yield CONTROL)):
            missing = f"the control {CONTROL.name} was not missing in Orthanc's own words"
            return verdict.half_proof(service, missing)
        return Assessment(
            access=Access.OPEN,
            service=service,
            because=f"answers its REST API without credentials: {said}",
            proof=Proof(
                STATISTICS.name, said, f"{CONTROL.name} answered 404 with an error of its own"
            ),
            holdings=(held,),
            holdings_total=1,
        )


def is_named(front: Page) -> bool:
    """Tell whether a front page is Orthanc's own, by its realm or by where it leads."""
    realm, place = front.headers.get("www-authenticate", ""), front.headers.get("location", "")
    return realm == REALM or EXPLORER.fullmatch(place) is not None


def _named(page: Page) -> Service | None:
    """Read what the server says of itself; None where this is no such page."""
    if page.status != OK:
        return None
    try:
        told = page.json()
        told["Name"].text()
        told["DatabaseVersion"].integer()
        return Service("orthanc", versions.read(told["Version"].text()))
    except Garbled:
        return None


def _counted(told: Json) -> tuple[Holding, str]:
    """Count the studies.

    Raises:
        Garbled: these are no statistics.
    """
    patients, studies, images = (
        _number(told[f"Count{what}"]) for what in ("Patients", "Studies", "Instances")
    )
    size = counts.read(told.get("TotalDiskSize"))
    held = Holding(name="studies", kind="archive", records=studies, bytes=size)
    return held, f"{studies} studies of {patients} patients, {images} images"


def _number(place: Json) -> int:
    number = counts.read(place)
    if number is None:
        raise Garbled(f"expected a count at {place.path}")
    return number


def _is_missing(page: Page) -> bool:
    """Tell whether the control is refused as Orthanc refuses a path that it does not know."""
    try:
        told = page.json()
        return page.status == NOT_FOUND and told["OrthancStatus"].integer() == UNKNOWN_RESOURCE
    except Garbled:
        return False
