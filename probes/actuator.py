"""Spring Boot's actuator: whether an application hands out its memory and settings to anyone."""

from scanner.jsonview import Json
from scanner.model import Access, Assessment, Confidence, Holding, Outcome, Proof, Service
from scanner.probe import About, Get, HttpDialogue, Page
from scanner.verdict import NOT_FOUND, OK, half_proof, not_answered
from scanner.wire import Garbled

LINKS = Get("/actuator")
METRICS = Get("/actuator/metrics")
CONTROL = Get("/actuator/ronde-no-such-endpoint")

#: A copy of all that the application has in its memory: records, passwords, keys.
MEMORY = "heapdump"

#: What hands out settings, sessions, logs or code; `health` and `info` are there to be shown.
TELLING = frozenset(
    {
        *(MEMORY, "env", "configprops", "beans", "mappings", "threaddump", "logfile", "loggers"),
        *("httpexchanges", "httptrace", "sessions", "auditevents", "startup", "jolokia"),
        *("shutdown", "gateway", "liquibase", "flyway", "quartz", "scheduledtasks", "caches"),
    }
)

SERVICE = Service("spring-boot")


class Actuator:
    """It is open when it offers the memory, and one of what it offers is answered to nobody."""

    about = About(
        name="actuator",
        title="Spring Boot offers the memory of an application to anyone",
        ports=frozenset({8080, 8081}),
        tls_ports=frozenset({8443}),
        front=LINKS,
        asks=(LINKS, METRICS, CONTROL),
        proves="the metrics it offers are told, and an endpoint that cannot exist is refused",
        cwe=497,
        remedy=(
            "Expose `health` alone (`management.endpoints.web.exposure.include=health`, as it "
            "ships), give the rest a port of its own on loopback (`management.server.port`, "
            "`management.server.address`) or a rule of Spring Security's."
        ),
        references=(
            "https://docs.spring.io/spring-boot/reference/actuator/endpoints.html",
            "https://docs.spring.io/spring-boot/api/rest/actuator/index.html",
        ),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the list of links, whose own leads back to it."""
        try:
            own = front.json()["_links"]["self"]["href"].text()
        except Garbled:
            return None
        return SERVICE if front.status == OK and own.endswith(LINKS.template) else None

    def assess(self, front: Page) -> HttpDialogue:
        """Read what is offered; see whether one harmless thing of it is answered."""
        offered = _offered(front.json()["_links"])
        if not offered & TELLING:
            because = "offers its health, and nothing that tells of the application"
            return Assessment(access=Access.LOCKED, service=SERVICE, because=because)
        metrics = yield METRICS
        if metrics.status != OK:
            return not_answered(SERVICE, METRICS, metrics)
        count = len(list(metrics.json()["names"].elements()))
        if not _is_missing((yield CONTROL)):
            return half_proof(SERVICE, f"the control {CONTROL.name} was not refused in its words")
        return _told(sorted(offered & TELLING), count)


def _offered(links: Json) -> frozenset[str]:
    return frozenset(name for name, _ in links.items())


def _is_missing(page: Page) -> bool:
    """Read the error that Spring Boot writes for a path that leads nowhere."""
    try:
        told = page.json()
        return told["status"].integer() == NOT_FOUND and told["path"].text() == CONTROL.template
    except Garbled:
        return False


def _told(offered: list[str], metrics: int) -> Outcome:
    whole = MEMORY in offered
    return Assessment(
        access=Access.OPEN if whole else Access.PARTIAL,
        service=SERVICE,
        because=f"offers {'its memory' if whole else 'parts of itself'}, and tells its metrics",
        proof=Proof(
            METRICS.name,
            f"{metrics} names of metrics told",
            f"{CONTROL.name} answered {NOT_FOUND} with an error of its own",
        ),
        holdings=tuple(Holding(name=name, kind="endpoint") for name in offered),
        holdings_total=len(offered),
        confidence=Confidence.PROBABLE,  # a link is an offer: the dump itself is never asked for
    )
