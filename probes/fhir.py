"""FHIR servers: whether a stranger may search for patients, told by a search that finds nobody."""

import re
from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType

from scanner import verdict
from scanner.model import Access, Assessment, Holding, Proof, Service, Silence
from scanner.probe import About, Get, HttpDialogue, NoAnswer, Page
from scanner.verdict import NOT_FOUND, OK, REFUSED
from scanner.wire import Garbled, fhir, versions
from scanner.wire.headers import Header

#: A count takes 400 bytes. What is longer holds records, and its first bytes are not looked at.
MAX_COUNT = 16 << 10

#: A server may describe 150 types, each with dozens of parameters of 300 bytes.
MAX_METADATA = 4 << 20

#: Whose counts say what is at stake; a server may know 150 types.
COUNTED = (
    "Patient",
    "DocumentReference",
    "Observation",
    "MedicationRequest",
    "DiagnosticReport",
    "Coverage",
    "Communication",
)

#: The text with which each product begins its own name; all others are "fhir".
PRODUCTS = MappingProxyType(
    {
        "HAPI FHIR": "hapi-fhir",
        "IBM FHIR Server": "linuxforhealth-fhir",
        "LinuxForHealth FHIR Server": "linuxforhealth-fhir",
        "medplum": "medplum",
    }
)

#: HAPI FHIR signs all its pages, refusals too, unless it is told not to.
HAPI = re.compile(r"HAPI FHIR (\S{1,40}) REST Server")

#: What was searched, where nothing could be counted.
UNCOUNTED = Holding(name="Patient", kind="resource type")

POURED = (
    "the search for a patient who cannot exist was answered with more than a count, left unread"
)


@dataclass(frozen=True, slots=True)
class Base:
    """What is asked below one path at which FHIR servers stand."""

    control: Get
    metadata: Get
    nobody: Get
    count: Get


def _below(path: str) -> Base:
    strict = Header.STRICT
    nobody = f"{path}/Patient?_id=ronde-no-such-patient&_summary=count"
    return Base(
        Get(f"{path}/RondeNoSuchType?_summary=count", max_bytes=MAX_COUNT, header=strict),
        Get(f"{path}/metadata", max_bytes=MAX_METADATA),
        Get(nobody, max_bytes=MAX_COUNT, header=strict),
        Get(f"{path}/{{}}?_summary=count", max_bytes=MAX_COUNT, header=strict),
    )


#: HAPI FHIR and most others; Medplum; LinuxForHealth (IBM).
BASES = (_below("/fhir"), _below("/fhir/R4"), _below("/fhir-server/api/v4"))
FIRST = BASES[0]


class Fhir:
    """A server is open when it searches for patients, and refuses a type that cannot exist."""

    about = About(
        name="fhir",
        title="A FHIR server lets anyone search for patients",
        ports=frozenset({80, 8080, 8103}),
        tls_ports=frozenset({443, 8443, 9443}),
        front=FIRST.control,
        asks=tuple(
            ask for base in BASES for ask in (base.control, base.metadata, base.nobody, base.count)
        ),
        proves="a search for nobody is answered, and a type that cannot exist is refused",
        cwe=306,
        remedy=(
            "Demand a token for everything but /metadata (SMART on FHIR, an interceptor of the "
            "server, or a proxy before it): most servers ship without any authentication."
        ),
        references=("https://hl7.org/fhir/R4/security.html",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise a refusal in FHIR's words; one in nobody's may have FHIR behind it."""
        perhaps = front.status in REFUSED or front.status == NOT_FOUND
        return _signed(front) if perhaps or _refuses(front) else None

    def assess(self, front: Page) -> HttpDialogue:
        """Find where the server stands; the control that cannot exist goes first."""
        stands = yield from _base(front)
        if stands is None:
            return verdict.not_ours(FIRST.control, front)
        return (yield from _settled(*stands))


def _base(front: Page) -> Generator[Get, Page, tuple[Base, Page] | None]:
    """Give the first path below which something refuses, other than by having nothing there."""
    with suppress(NoAnswer):
        for base in BASES:
            control = front if base is FIRST else (yield base.control)
            if control.status in REFUSED or _refuses(control):
                return base, control
            if control.status != NOT_FOUND:
                break
    return None


def _settled(base: Base, control: Page) -> HttpDialogue:
    """Search for nobody, once it is sure that this is FHIR."""
    software = yield from _introduced(base)
    if software is None and not _refuses(control):
        return verdict.not_ours(base.control, control)
    service = _named(control, software)
    try:
        page = yield base.nobody
    except NoAnswer as none:
        if none.silence is Silence.TOO_LARGE:
            return verdict.half_proof(service, POURED)
        raise
    if page.status != OK:
        return verdict.not_answered(service, base.nobody, page)
    searched = fhir.found(page.json())
    if missing := _missing(base, control, searched):
        return verdict.half_proof(service, missing)
    types = software.types if software else frozenset(COUNTED)
    holdings = () if searched.hands_out else (yield from _counted(base, types))
    because = _because(searched, holdings)
    holdings = holdings or (UNCOUNTED,)
    return Assessment(
        access=Access.PARTIAL if control.status in REFUSED else Access.OPEN,
        service=service,
        because=because,
        proof=Proof(
            base.nobody.name,
            "a search for a patient who cannot exist was answered",
            f"{verdict.path(base.control)} answered {control.status} with an OperationOutcome",
        ),
        holdings=holdings,
        holdings_total=len(holdings),
    )


def _missing(base: Base, control: Page, searched: fhir.Found) -> str | None:
    """Say what is missing for a proof, or None where nothing is."""
    if not _refuses(control):
        return f"the control {base.control.name} was not refused in FHIR's own words"
    if searched.fails:
        return "a search for nobody was answered with a failure inside"
    if searched.total != 0 and not searched.hands_out:
        return "a search for nobody found somebody, or did not count"
    return None


def _refuses(page: Page) -> bool:
    """Tell whether a page refuses in FHIR's own words."""
    try:
        return page.status >= 400 and fhir.is_outcome(page.json())  # noqa: PLR2004 - 4xx and 5xx
    except Garbled:
        return False


def _introduced(base: Base) -> Generator[Get, Page, fhir.Software | None]:
    """Read what the server says of itself, which is everybody's by design and proves nothing."""
    with suppress(NoAnswer, Garbled):
        page = yield base.metadata
        return fhir.software(page.json()) if page.status == OK else None
    return None


def _named(page: Page, software: fhir.Software | None) -> Service:
    """Name the product by its signature, or by what it calls itself."""
    signed = _signed(page)
    if software is None or signed.version:
        return signed
    product = next((PRODUCTS[name] for name in PRODUCTS if software.name.startswith(name)), "fhir")
    return Service(product, versions.read(software.version))


def _signed(page: Page) -> Service:
    found = HAPI.search(page.headers.get("x-powered-by", ""))
    return Service("hapi-fhir", versions.read(found[1])) if found else Service("fhir")


def _counted(base: Base, types: frozenset[str]) -> Generator[Get, Page, tuple[Holding, ...]]:
    """Count some types. The proof stands already: a silence here costs only detail.

    At the first record that comes along nothing more is asked.
    """
    holdings: list[Holding] = []
    with suppress(NoAnswer, Garbled):
        for name in (name for name in COUNTED if name in types):
            page = yield base.count.fill(name)
            if page.status != OK:
                continue
            counted = fhir.found(page.json())
            if counted.hands_out:
                break
            if counted.fails:
                continue
            holdings.append(Holding(name=name, kind="resource type", records=counted.total))
    return tuple(holdings)


def _because(searched: fhir.Found, holdings: tuple[Holding, ...]) -> str:
    if searched.hands_out:
        return "hands out records without credentials, even when asked for nobody; none was read"
    return f"searches without credentials; types of resources counted: {len(holdings)}"
