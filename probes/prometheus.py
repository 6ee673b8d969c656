"""Prometheus, VictoriaMetrics and what speaks like them: which metrics a stranger can name."""

from collections.abc import Generator
from contextlib import suppress

from scanner.jsonview import Json
from scanner.model import Access, Assessment, Confidence, Holding, Proof, Service
from scanner.probe import FRONT, About, Get, HttpDialogue, NoAnswer, Page
from scanner.verdict import OK, REFUSED, UNAUTHORIZED, half_proof, locked, not_answered, not_ours
from scanner.wire import Garbled, versions
from scanner.wire.http import path_of

#: A name takes about 40 bytes, so this is a server of 100,000 metrics.
MAX_NAMES = 4 << 20

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

LABELS = Get("/api/v1/labels")
CONTROL = Get("/api/v1/labels?start=ronde")
BUILD = Get("/api/v1/status/buildinfo")
METRICS = Get("/api/v1/label/__name__/values", max_bytes=MAX_NAMES)

PROMETHEUS = "prometheus"
VICTORIA = "victoriametrics"
KIND = "metric"

#: How VictoriaMetrics introduces itself at `/` (`app/victoria-metrics/main.go`), and its realm.
INTRODUCTION = b"<h2>Single-node VictoriaMetrics</h2>"
REALM = 'Basic realm="VictoriaMetrics"'

#: Where Prometheus sends a browser from `/`: 1.x and 2.x, Debian's build, 3.x.
PAGES = frozenset({"/graph", "/classic/graph", "/query"})
REDIRECTS = frozenset({301, 302, 307})

#: Prometheus' own guard (exporter-toolkit `web/handler.go`) names no realm, and says one word.
BARE = "Basic"
WORD = b"Unauthorized\n"

#: How a time that is none is refused: by Prometheus, by VictoriaMetrics.
BAD_TIME = {400: "bad_data", 422: "422"}


class Prometheus:
    """A server is open when it names its labels and refuses a time that cannot exist."""

    about = About(
        name="prometheus",
        title="Prometheus lets anyone query its measurements",
        ports=frozenset({8428, 9090, 10902}),
        front=FRONT,
        asks=(FRONT, LABELS, CONTROL, BUILD, METRICS),
        proves="the names of labels are listed, and a time that cannot exist is refused",
        cwe=306,
        remedy=(
            "Prometheus 2.24 and later: `--web.config.file` with `basic_auth_users` and TLS. "
            "VictoriaMetrics: `-httpAuth.username` and `-httpAuth.password`. Before that, an "
            "authenticating proxy, and `--web.listen-address` on the loopback."
        ),
        references=(
            "https://prometheus.io/docs/guides/basic-auth/",
            "https://docs.victoriametrics.com/#security",
        ),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise VictoriaMetrics by its words; where Prometheus sends browsers is a hint."""
        is_victoria = front.body.startswith(INTRODUCTION) or _realm(front) == REALM
        if is_victoria:
            return Service(VICTORIA)
        return Service(PROMETHEUS) if _sends_to_its_page(front) or _is_its_guard(front) else None

    def assess(self, front: Page) -> HttpDialogue:
        """List the labels; then see what the server says of a time that is none."""
        service = self.identify(front) or Service(PROMETHEUS)
        if front.status in REFUSED:
            return _shut(service, front)
        listing = yield LABELS
        if service.product == PROMETHEUS and listing.status != OK:
            return not_ours(LABELS, listing)
        if listing.status != OK:
            return not_answered(service, LABELS, listing)
        labels = len([label.text() for label in _data(listing).elements()])
        control = yield CONTROL
        if not _is_bad_time(control):
            return half_proof(service, f"the control {CONTROL.name} was not refused as a bad time")
        service = yield from _versioned(service)
        metrics, total = yield from _described()
        return Assessment(
            access=Access.OPEN,
            service=service,
            because=f"answers queries without credentials: names {labels} labels",
            proof=Proof(
                LABELS.name,
                f"{labels} names of labels listed",
                f"{CONTROL.name} answered {control.status} for a time that cannot exist",
            ),
            holdings=tuple(metrics),
            holdings_total=total,
        )


def _realm(page: Page) -> str:
    return page.headers.get("www-authenticate", "") if page.status == UNAUTHORIZED else ""


def _sends_to_its_page(page: Page) -> bool:
    return page.status in REDIRECTS and path_of(page.headers.get("location", "")) in PAGES


def _is_its_guard(page: Page) -> bool:
    return _realm(page) == BARE and page.body == WORD


def _shut(service: Service, front: Page) -> Assessment:
    """Call it locked; other exporters have the same guard, so Prometheus is only likely."""
    is_named = service.product == VICTORIA
    found = locked(service, FRONT, front)
    confidence = Confidence.CONFIRMED if is_named else Confidence.PROBABLE
    return Assessment(
        access=found.access, service=service, because=found.because, confidence=confidence
    )


def _data(page: Page) -> Json:
    """Open what the API wraps every answer in.

    Raises:
        Garbled: another structure, or an error.
    """
    document = page.json()
    if document["status"].text() != "success":
        raise Garbled("an answer that is no success")
    return document["data"]


def _is_bad_time(page: Page) -> bool:
    """Tell whether the time that is none is refused in the API's own structure."""
    try:
        document = page.json()
        kind = document["errorType"].text()
        return document["status"].text() == "error" and BAD_TIME.get(page.status) == kind
    except Garbled:
        return False


def _versioned(service: Service) -> Generator[Get, Page, Service]:
    """Add the version, which VictoriaMetrics makes up for the clients of Prometheus."""
    if service.product != PROMETHEUS:
        return service
    with suppress(NoAnswer, Garbled):
        return Service(service.product, versions.read(_data((yield BUILD))["version"].value))
    return service


def _described() -> Generator[Get, Page, tuple[list[Holding], int]]:
    """Name the metrics. The proof stands already: a silence here costs only detail."""
    with suppress(NoAnswer, Garbled):
        names = [name.text() for name in _data((yield METRICS)).elements()]
        return [Holding(name=name, kind=KIND) for name in names[:MAX_HOLDINGS]], len(names)
    return [Holding(name="measurements", kind="store")], 1
