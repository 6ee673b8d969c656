"""DICOMweb: a server of medical images, at the path where most of them stand, asked for nothing."""

from probes import orthanc
from scanner import verdict
from scanner.model import Access, Assessment, Confidence, Holding, Outcome, Proof, Service
from scanner.probe import About, Get, HttpAsk, HttpDialogue, Page
from scanner.verdict import OK, UNAUTHORIZED

#: A study that cannot exist: its number is a UUID of our own [PS3.5 B.2], so nothing can match.
#: Never `limit=0`, which means "all" to some.
NOTHING = "studies?StudyInstanceUID=2.25.151583022008254820475644012550007460232&limit=1"

#: The same with a limit that is no number: a false value is refused by 400 [PS3.18 8.3].
NONSENSE = "studies?StudyInstanceUID=2.25.151583022008254820475644012550007460232&limit=ronde"

DICOM_JSON = "application/dicom+json"
ACCEPT = f"{DICOM_JSON}, */*;q=0.1"

#: A page that matches nothing takes two bytes; refusals of proxies a few hundred.
MAX_REFUSAL = 64 << 10

STUDIES = Get(f"/dicom-web/{NOTHING}", accept=ACCEPT)
CONTROL = Get(f"/dicom-web/{NONSENSE}", accept=ACCEPT, max_bytes=MAX_REFUSAL)

NO_CONTENT = 204
BAD_REQUEST = 400

DICOMWEB = Service("dicomweb")
STUDIES_HELD = Holding(name="studies", kind="archive")


class Dicomweb:
    """A server is open when it answers a search for nothing, and refuses one that is nonsense."""

    about = About(
        name="dicomweb",
        title="DICOMweb answers the searches of anyone",
        ports=frozenset({80, 8042, 8080}),
        tls_ports=frozenset({443, 8443}),
        front=STUDIES,
        asks=(STUDIES, CONTROL),
        proves="a search that matches nothing is answered, and one with a false limit is refused",
        cwe=306,
        remedy=(
            "Demand a credential or a token of the whole path, at the archive or at the proxy "
            "before it; a viewer that demands a login does not guard the archive that it reads."
        ),
        references=("https://dicom.nema.org/medical/dicom/current/output/html/part18.html",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise an answer in DICOM's own type; a 204 and a 401 are candidates."""
        return DICOMWEB if is_answered(front) or front.status == UNAUTHORIZED else None

    def assess(self, front: Page) -> HttpDialogue:
        """Search once more, for nonsense."""
        if front.status == UNAUTHORIZED:
            return _refused(front)
        control = yield CONTROL
        if front.status == NO_CONTENT and control.status != BAD_REQUEST:
            return verdict.not_ours(CONTROL, control)
        return judged(DICOMWEB, STUDIES, front, CONTROL, control)


def _refused(front: Page) -> Outcome:
    """Name the archive whose realm it is; another's 401 is a shut door without a name."""
    if front.headers.get("www-authenticate", "") == orthanc.REALM:
        return verdict.locked(Service("orthanc"), STUDIES, front)
    return verdict.not_ours(STUDIES, front)


def is_answered(page: Page) -> bool:
    """Tell whether a search was answered: in DICOM's own type, or by "no match" [PS3.18 8.3.4.4].

    Orthanc gives an empty array where the standard has 204.
    """
    told = page.headers.get("content-type", "").partition(";")[0].strip().lower()
    typed = page.status == OK and told == DICOM_JSON and page.body.lstrip()[:1] == b"["
    return typed or page.status == NO_CONTENT


def judged(
    service: Service, ask: HttpAsk, found: Page, control_ask: HttpAsk, control: Page
) -> Outcome:
    """Settle a search that was answered; a match, which cannot be, is not read.

    A 204 and a 400 are what the standard asks for, but neither has a type: they are less sure.
    """
    if control.status != BAD_REQUEST:
        missing = f"the control {verdict.path(control_ask)} with a false limit was not refused"
        return verdict.half_proof(service, missing)
    matched = found.body.strip() not in {b"", b"[]"}
    answer = "a match, although none can be: it was not read" if matched else "no match"
    return Assessment(
        access=Access.OPEN,
        service=service,
        because=f"answers searches without credentials: {answer}",
        proof=Proof(
            f"{verdict.path(ask)} (a study that cannot exist)",
            answer,
            f"{verdict.path(control_ask)} with a false limit was refused by 400",
        ),
        holdings=(STUDIES_HELD,),
        confidence=Confidence.PROBABLE if found.status == NO_CONTENT else Confidence.CONFIRMED,
    )
