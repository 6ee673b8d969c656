"""Druid: which datasources a stranger can list from the router or the coordinator."""

from collections.abc import Iterator

from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import FRONT, About, Get, HttpDialogue, Page
from scanner.verdict import OK, REFUSED, half_proof, locked, not_answered, not_ours, path
from scanner.wire import Garbled, versions
from scanner.wire.http import path_of

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

#: An entry takes about 400 bytes, so this is a cluster of 10,000 datasources.
MAX_LISTING = 4 << 20

STATUS = Get("/status")
LISTING = Get("/druid/coordinator/v1/datasources?simple", max_bytes=MAX_LISTING)
CONTROL = Get("/druid/coordinator/v1/datasources/ronde-no-such-datasource")

#: Where router and coordinator send a browser from `/`, and what the page there is called.
CONSOLE = "/unified-console.html"
TITLE = "Apache Druid"
REDIRECTS = frozenset({301, 302, 307})

#: What the extension `druid-basic-security` calls itself when it refuses.
REALM = 'realm="druid"'

SERVICE = Service("druid")

#: How a datasource that does not exist is answered (`DataSourcesResource.java`).
NO_CONTENT = 204


class Druid:
    """A cluster is open when it lists its datasources and has none that cannot exist."""

    about = About(
        name="druid",
        title="Druid lists its datasources to anyone",
        ports=frozenset({8081, 8888}),
        tls_ports=frozenset({8281, 9088}),
        front=FRONT,
        asks=(FRONT, STATUS, LISTING, CONTROL),
        proves="the datasources are listed, and one that cannot exist has no content",
        cwe=306,
        remedy=(
            "Load `druid-basic-security` (or Kerberos), set `druid.auth.authenticatorChain` and "
            "`druid.auth.authorizers`, and let only the router be reached, over TLS."
        ),
        references=("https://druid.apache.org/docs/latest/operations/security-overview",),
    )

    def identify(self, front: Page) -> Service | None:
        """Take whatever leads to the console, or is it, for a candidate."""
        to = path_of(front.headers.get("location", ""))
        leads = front.status in REDIRECTS and to == CONSOLE
        return SERVICE if leads or (front.status == OK and front.title == TITLE) else None

    def assess(self, front: Page) -> HttpDialogue:  # noqa: ARG002 - its page says nothing more
        """Let it describe itself, list the datasources, and ask for one that cannot exist."""
        status = yield STATUS
        if status.status in REFUSED and REALM in status.headers.get("www-authenticate", ""):
            return locked(SERVICE, STATUS, status)
        service = _described(status)
        if service is None:
            return not_ours(STATUS, status)
        listing = yield LISTING
        if listing.status != OK:
            return not_answered(service, LISTING, listing)
        held = sorted(_datasources(listing), key=lambda one: (-(one.bytes or 0), one.name))
        control = yield CONTROL
        if control.status != NO_CONTENT or control.body:
            return half_proof(service, f"the control {path(CONTROL)} answered {control.status}")
        return Assessment(
            access=Access.OPEN,
            service=service,
            because=f"lists its datasources without credentials: {len(held)}",
            proof=Proof(
                LISTING.name,
                f"{len(held)} datasources listed",
                f"{path(CONTROL)} answered {NO_CONTENT}",
            ),
            holdings=tuple(held[:MAX_HOLDINGS]),
            holdings_total=len(held),
        )


def _described(page: Page) -> Service | None:
    """Recognise what every process of a cluster says of itself to whom it lets in."""
    try:
        told = page.json()
        version = versions.read(told["version"].value)
        len(told["modules"])
        told["memory"]["maxMemory"].integer()
    except Garbled:
        return None
    return Service("druid", version) if page.status == OK else None


def _datasources(page: Page) -> Iterator[Holding]:
    """Walk the datasources; one whose segments are not loaded yet has no size."""
    for entry in page.json().elements():
        segments = entry["properties"].get("segments")
        size = segments.get("size") if segments is not None else None
        yield Holding(
            name=entry["name"].text(),
            kind="datasource",
            bytes=max(0, size.integer()) if size is not None else None,
        )
