"""Grafana: an organisation whose dashboards are shown to anyone."""

from collections.abc import Generator
from contextlib import suppress

from scanner import verdict
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import FRONT, About, Get, HttpAsk, HttpDialogue, NoAnswer, Page
from scanner.verdict import NOT_FOUND, OK
from scanner.wire import Garbled, versions

#: Grafana hands out 1,000 a page unless asked for more; 5,000 is what it allows.
MAX_COUNTED = 5_000
#: Each entry of the listing takes about 300 bytes.
MAX_LISTING = 4 << 20

HEALTH = Get("/api/health")
ORGANISATION = Get("/api/org")
CONTROL = Get("/api/dashboards/uid/ronde-no-such-dashboard")
DASHBOARDS = Get(f"/api/search?type=dash-db&limit={MAX_COUNTED}", max_bytes=MAX_LISTING)

MANUAL = "https://grafana.com/docs/grafana/latest/setup-grafana/configure-security/"

TITLE = "Grafana"
MISSING = "Dashboard not found"

FOUND = 302


class Grafana:
    """A server is open when it names its organisation and misses a dashboard in its own words."""

    about = About(
        name="grafana",
        title="Grafana shows its dashboards to anyone",
        ports=frozenset({3000}),
        tls_ports=frozenset({3000}),
        front=FRONT,
        asks=(FRONT, HEALTH, ORGANISATION, CONTROL, DASHBOARDS),
        proves="the organisation is named, and a dashboard that cannot exist is missing",
        cwe=306,
        remedy=(
            "Set `enabled = false` in the section `[auth.anonymous]`, and share single "
            "dashboards instead. Whoever sees a dashboard may send queries of his own to its "
            "data source."
        ),
        references=(f"{MANUAL}configure-authentication/anonymous-auth/",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the title; who is sent to a login may have come to a Grafana, too."""
        sent = front.status == FOUND and front.headers.get("location", "") == "/login"
        titled = front.status == OK and front.title == TITLE
        return Service("grafana") if titled or sent else None

    def assess(self, _: Page) -> HttpDialogue:
        """Make sure of the product; then ask for the caller's organisation."""
        health = yield HEALTH
        if not _is_healthy(health):
            return verdict.not_ours(HEALTH, health)
        service = Service("grafana", versions.read(_text(health, "version")))
        organisation = yield ORGANISATION
        if organisation.status != OK:
            return verdict.not_answered(service, ORGANISATION, organisation)
        organisation.json()["id"].integer()
        name = organisation.json()["name"].text()
        control = yield CONTROL
        if control.status != NOT_FOUND or _text(control, "message") != MISSING:
            missing = f"the control {CONTROL.name} was not missing in Grafana's own words"
            return verdict.half_proof(service, missing)
        count = yield from _counted()
        return Assessment(
            access=Access.OPEN,
            service=service,
            because="takes strangers for members of an organisation",
            proof=Proof(
                ORGANISATION.name,
                "the organisation named",
                f"{CONTROL.name} answered 404 with a message of its own",
            ),
            holdings=(Holding(name=name, kind="organisation", records=count),),
            holdings_total=1,
        )


def _is_healthy(page: Page) -> bool:
    """Tell whether this is Grafana's health, which is public and may hide the version."""
    return page.status == OK and _text(page, "database") == "ok"


def _text(page: Page, member: str) -> str:
    try:
        return page.json()[member].text()
    except Garbled:
        return ""


def _counted() -> Generator[HttpAsk, Page, int | None]:
    """Count the dashboards. The proof stands already: a silence here costs only detail."""
    with suppress(NoAnswer, Garbled):
        page = yield DASHBOARDS
        listed = page.json()
        return len(listed) if page.status == OK and listed.is_array else None
    return None
