"""Mirth Connect (NextGen Connect): which channels of an interface engine a stranger can list."""

from collections.abc import Generator

from scanner import verdict
from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import FRONT, About, Get, HttpDialogue, Page
from scanner.verdict import NOT_FOUND, OK
from scanner.wire import Garbled, versions
from scanner.wire.headers import Header

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000
MAX_NAME = 255

VERSION = Get("/api/server/version", header=Header.REQUESTED_WITH)
CHANNELS = Get("/api/channels/idsAndNames", header=Header.REQUESTED_WITH)

#: The same page without the header that every request must have; and, for the versions that do not
#: insist on it, a channel that cannot exist.
CONTROL = Get("/api/channels/ronde-no-such-channel")
MISSING = Get("/api/channels/ronde-no-such-channel/connectorNames", header=Header.REQUESTED_WITH)

TITLE = "Mirth Connect Administrator"
UNASKED = b"All requests must have 'X-Requested-With' header"
BAD_REQUEST = 400
NO_CONTENT = 204

ELSEWHERE = "shows its page; its API is on another port, as it ships on 8443"


class Mirth:
    """An engine is open when it lists its channels, and refuses what lacks its header."""

    about = About(
        name="mirth",
        title="Mirth Connect lists its channels to anyone",
        ports=frozenset({8080}),
        tls_ports=frozenset({8443}),
        front=FRONT,
        asks=(FRONT, VERSION, CHANNELS, CONTROL, MISSING),
        proves="channels are listed, and a request without the engine's header is refused",
        cwe=306,
        remedy=(
            "Bind `https.host` to the addresses that administrators use, upgrade to 4.4.1 or later "
            "(older versions run anybody's code: CVE-2023-43208), and look at what stands before "
            "the API: as it ships, it demands an account."
        ),
        references=("https://github.com/nextgenhealthcare/connect/wiki",),
        runs_code=True,
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the title of its launcher, which is everybody's."""
        return Service("mirth") if front.status == OK and front.title == TITLE else None

    def assess(self, front: Page) -> HttpDialogue:
        """Ask for the version, which is public by design; then for the channels."""
        del front
        told = yield VERSION
        version = told.body.decode("ascii", "replace") if told.status == OK else ""
        service = Service("mirth", versions.read(version))
        listing = yield CHANNELS
        if listing.status == NOT_FOUND == told.status:
            return Assessment(access=Access.IDENTIFIED, service=service, because=ELSEWHERE)
        if listing.status != OK:
            return verdict.not_answered(service, CHANNELS, listing)
        names = _names(listing.json())
        control = yield from _refused()
        if control is None:
            missing = f"neither {CONTROL.name} nor {MISSING.name} was refused in its own way"
            return verdict.half_proof(service, missing)
        holdings = tuple(Holding(name=one[:MAX_NAME], kind="channel") for one in names)
        return Assessment(
            access=Access.OPEN,
            service=service,
            because=f"lists its channels without credentials: {len(names)}",
            proof=Proof(CHANNELS.name, f"{len(names)} channels listed", control),
            holdings=holdings[:MAX_HOLDINGS],
            holdings_total=len(names),
        )


def _names(listing: Json) -> list[str]:
    """Read a map as XStream writes it: one entry stands alone, and none is null or empty."""
    entries = listing["map"].value and listing["map"].get("entry")
    if not isinstance(entries, Json):
        return []
    return [_name(one) for one in (entries.elements() if entries.is_array else (entries,))]


def _name(entry: Json) -> str:
    pair = [one.text() for one in entry["string"].elements()]
    if len(pair) != 2:  # noqa: PLR2004 - an identifier and a name
        raise Garbled("expected an identifier and a name")
    return pair[1]


def _refused() -> Generator[Get, Page, str | None]:
    """Say how a control was refused; None where neither was."""
    page = yield CONTROL
    if page.status == BAD_REQUEST and UNASKED in page.body:
        return f"{CONTROL.name} answered 400 without its header, in its own words"
    page = yield MISSING
    return f"{MISSING.name} answered 204" if page.status == NO_CONTENT and not page.body else None
