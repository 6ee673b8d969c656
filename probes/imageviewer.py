"""Viewers of medical images: what their configuration gives away, and the archive they name."""

import re
from collections.abc import Sequence

from probes.dicomweb import (
    ACCEPT,
    MAX_REFUSAL,
    NONSENSE,
    NOTHING,
    STUDIES_HELD,
    is_answered,
    judged,
)
from scanner import verdict
from scanner.model import Access, Assessment, Outcome, Proof, Service
from scanner.probe import FRONT, About, Get, HttpDialogue, Page
from scanner.verdict import OK

#: The configuration that OHIF ships takes 6 KiB; sites add sources of their own.
CONFIG = Get("/app-config.js", max_bytes=256 << 10)
NO_CONFIG = Get("/ronde-no-such-config.js")

#: The path of an archive has one step (`/dicom-web`) up to four (`/dcm4chee-arc/aets/AE/rs`).
STEPS = ("/{}", "/{}/{}", "/{}/{}/{}", "/{}/{}/{}/{}")
SEARCHES = tuple(Get(f"{steps}/{NOTHING}", accept=ACCEPT) for steps in STEPS)
CONTROLS = tuple(
    Get(f"{steps}/{NONSENSE}", accept=ACCEPT, max_bytes=MAX_REFUSAL) for steps in STEPS
)

OHIF = Service("ohif")

#: How OHIF's page names itself, whatever its title was changed to.
OHIF_MARKS = (b'content="@ohif/app"', b'content="@ohif/viewer"', b"<title>OHIF Viewer</title>")

#: Titles, cookies and places to which `/` leads, and the viewer that each is known by.
TITLES = {"Oviyam": "oviyam", "Oviyam login": "oviyam"}
COOKIES = {"MEDDREAMSESSID=": "meddream"}
PLACES = {
    re.compile(r"(?:https?://[^/?#]{1,255})?/oviyam2?(?:/.*)?"): "oviyam",
    re.compile(r"(?:https?://[^/?#]{1,255})?/portal/WebLogin\.aspx.*", re.IGNORECASE): "vue-pacs",
}

#: OHIF's configuration is a script; its comments are full of examples. Each pattern here passes
#: over a hostile script once: a comment that never ends is the last.
COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|(?:^|\s)//[^\n]*", re.DOTALL)
CONFIGURED = re.compile(r"\bwindow\.config\b")
ROOT = re.compile(r"""\bqidoRoot['"]?\s*:\s*['"`]([^'"`\n]{1,255})['"`]""")
STEP = re.compile(r"[A-Za-z0-9_.-]*[A-Za-z0-9_-]")

#: `user:password`, or a header that is ready to be sent; neither an address nor a sentence, nor a
#: template that is filled in at the user's.
CREDENTIAL = re.compile(
    r"""\bauth['"]?\s*:\s*['"`](?!\S{0,200}\$\{)[^'"`:\s]{1,100}:(?!//)[^'"`\s]{1,100}['"`]"""
    r"""|\bAuthorization['"]?\s*:\s*['"`](?:Basic|Bearer)\s(?!\S{0,200}\$\{)[^'"`\n]{4,500}""",
    re.IGNORECASE,
)


class ImageViewer:
    """A viewer is open when the archive that it names on its own address answers a search."""

    about = About(
        name="imageviewer",
        title="A viewer leads to medical images, or gives the credential of their archive away",
        ports=frozenset({80, 3000, 8080}),
        tls_ports=frozenset({443, 8443}),
        front=FRONT,
        asks=(FRONT, CONFIG, NO_CONFIG, *SEARCHES, *CONTROLS),
        proves="a search that matches nothing is answered where its configuration points",
        cwe=306,
        remedy=(
            "Demand a login of the archive's path, not of the viewer alone; take credentials out "
            "of `app-config.js`, which every caller is given, and let the viewer's users log in "
            "by themselves (`oidc`), or the proxy add the credential."
        ),
        references=("https://docs.ohif.org/configuration/configurationfiles/",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise a viewer by its page, its title, its cookie or where `/` leads."""
        if front.status == OK and any(mark in front.body for mark in OHIF_MARKS):
            return OHIF
        return _by_name(front)

    def assess(self, front: Page) -> HttpDialogue:
        """Read where OHIF's configuration points, and search there, if it is on this address."""
        service = self.identify(front) or OHIF
        if service != OHIF:
            because = "shows its own page; whether the archive behind it wants a login is not asked"
            return Assessment(access=Access.IDENTIFIED, service=service, because=because)
        page = yield CONFIG
        text = _script(page)
        if text is None:
            return verdict.not_answered(OHIF, CONFIG, page)
        steps = _own_steps(text)
        found = (yield from _searched(steps)) if steps else None
        if isinstance(found, Assessment) and found.access is Access.OPEN:
            return found
        if CREDENTIAL.search(text):
            return _given_away((yield NO_CONFIG))
        if found is not None:
            return found
        where = "elsewhere, which is not asked" if ROOT.search(text) else "nowhere that is known"
        because = f"its configuration points to an archive {where}"
        return Assessment(access=Access.IDENTIFIED, service=OHIF, because=because)


def _by_name(front: Page) -> Service | None:
    if front.status == OK and front.title in TITLES:
        return Service(TITLES[front.title])
    cookie, place = front.headers.get("set-cookie", ""), front.headers.get("location", "")
    for word, product in COOKIES.items():
        if cookie.startswith(word) or f", {word}" in cookie:
            return Service(product)
    return next((Service(name) for known, name in PLACES.items() if known.fullmatch(place)), None)


def _script(page: Page) -> str | None:
    """Give the configuration without its comments, or None where this is none."""
    text = COMMENT.sub(" ", page.body.decode("utf-8", "replace"))
    return text if page.status == OK and CONFIGURED.search(text) else None


def _own_steps(text: str) -> Sequence[str]:
    """Give the steps of the first archive's path on this address; none where it is elsewhere."""
    for found in ROOT.finditer(text):
        root = found[1]
        steps = root.removeprefix("/").rstrip("/").split("/")
        plain = all(STEP.fullmatch(step) for step in steps)
        if root.startswith("/") and plain and len(steps) <= len(STEPS):
            return steps
    return ()


def _searched(steps: Sequence[str]) -> HttpDialogue:
    """Search for nothing and for nonsense at a path of this address."""
    search, control = SEARCHES[len(steps) - 1], CONTROLS[len(steps) - 1]
    page = yield search.fill(*steps)
    if not is_answered(page):
        return verdict.not_answered(OHIF, search, page)
    return judged(OHIF, search, page, control, (yield control.fill(*steps)))


def _given_away(other: Page) -> Outcome:
    """Settle a configuration with a credential in it, which is not used and not kept."""
    if _script(other) is not None:
        return verdict.half_proof(OHIF, f"{NO_CONFIG.name} was answered with a configuration too")
    return Assessment(
        access=Access.PARTIAL,
        service=OHIF,
        because="its configuration, which every caller is given, holds an archive's credential",
        proof=Proof(
            CONFIG.name,
            "a configuration with a credential, which was not used",
            f"{NO_CONFIG.name} is none",
        ),
        holdings=(STUDIES_HELD,),
    )
