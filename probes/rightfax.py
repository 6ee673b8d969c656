"""OpenText RightFax: whether its REST API demands a credential."""

from scanner import verdict
from scanner.model import Service
from scanner.probe import About, Get, HttpDialogue, Page
from scanner.verdict import NOT_FOUND, OK, UNAUTHORIZED
from scanner.wire import Garbled

API = Get("/RightFax/API/")

#: Below a folder that cannot exist, so that a proxy which guards every `/api/` answers alike.
CONTROL = Get("/ronde-no-such-folder/API/")

SERVICE = Service("rightfax")


class RightFax:
    """A server is locked when it guards this very path, and nothing more can be told."""

    about = About(
        name="rightfax",
        title="RightFax's API can be reached",
        ports=frozenset({80}),
        tls_ports=frozenset({443}),
        front=API,
        asks=(API, CONTROL),
        proves="nothing: what the API says to a caller who is logged in is not known here",
        cwe=306,
        remedy=(
            "Demand a credential of the API in IIS and in RightFax, over TLS alone, and let only "
            "the applications that fax reach it."
        ),
        references=("https://www.opentext.com/products/rightfax",),
    )

    def identify(self, front: Page) -> Service | None:
        """Take a path of this name for the API, tentatively: it is guarded, or speaks JSON."""
        speaks = front.status == OK and _is_object(front)
        return SERVICE if speaks or front.status == UNAUTHORIZED else None

    def assess(self, front: Page) -> HttpDialogue:
        """Leave a server alone that answers so whatever it is asked for."""
        control = yield CONTROL
        if control.status != NOT_FOUND:
            return verdict.not_ours(CONTROL, control)
        if front.status == UNAUTHORIZED:
            return verdict.locked(SERVICE, API, front)
        missing = f"{API.name} was answered without a credential, in words that are not known"
        return verdict.half_proof(SERVICE, missing)


def _is_object(page: Page) -> bool:
    try:
        return page.json().is_object
    except Garbled:
        return False
