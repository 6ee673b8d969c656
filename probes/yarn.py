"""YARN's resource manager: whether a stranger can watch, and so submit, the cluster's work."""

from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Outcome, Proof, Service
from scanner.probe import About, Get, HttpDialogue, Page
from scanner.verdict import NOT_FOUND, OK, REFUSED, half_proof, locked, not_answered, not_ours, path
from scanner.wire import Garbled, versions

INFO = Get("/ws/v1/cluster/info")
METRICS = Get("/ws/v1/cluster/metrics")
CONTROL = Get("/ws/v1/cluster/apps/application_1_0001")

SERVICE = Service("yarn")

#: How an application that does not exist is refused; a short one on every version.
MISSING = "NotFoundException"

#: The cookie that Hadoop's own filter sets while it refuses (`AuthenticationFilter.java`).
COOKIE = "hadoop.auth="


class Yarn:
    """A resource manager is open when it counts its work and refuses what cannot exist."""

    about = About(
        name="yarn",
        title="YARN shows its cluster to anyone",
        ports=frozenset({8088}),
        tls_ports=frozenset({8090}),
        front=INFO,
        asks=(INFO, METRICS, CONTROL),
        proves="the applications are counted, and one that cannot exist is refused by name",
        cwe=306,
        remedy=(
            "Switch Kerberos on for the web interfaces (`hadoop.http.authentication.type: "
            "kerberos`, `hadoop.http.authentication.simple.anonymous.allowed: false`) and for the "
            "cluster, and let only its clients reach the port."
        ),
        references=(
            "https://hadoop.apache.org/docs/stable/hadoop-project-dist/hadoop-common/HttpAuthentication.html",
        ),
        runs_code=True,  # whoever may submit an application runs it on the nodes
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the cluster's description; a bare refusal is a candidate."""
        return _described(front) or (SERVICE if front.status in REFUSED else None)

    def assess(self, front: Page) -> HttpDialogue:
        """Count the applications; then ask for one that cannot exist."""
        service = _described(front)
        if service is None:
            return _refused(front)
        metrics = yield METRICS
        if metrics.status != OK:
            return not_answered(service, METRICS, metrics)
        applications = _within(metrics, "clusterMetrics")["appsSubmitted"].integer()
        control = yield CONTROL
        if control.status != NOT_FOUND or _exception(control) != MISSING:
            return half_proof(service, f"the control {path(CONTROL)} was not refused by name")
        held = Holding(name="applications", kind="application", records=applications)
        return Assessment(
            access=Access.OPEN,
            service=service,
            because=f"shows its cluster to anyone: {applications} applications so far",
            proof=Proof(
                METRICS.name,
                f"{applications} applications counted",
                f"{path(CONTROL)} answered {NOT_FOUND} with {MISSING}",
            ),
            holdings=(held,),
            holdings_total=1,
        )


def _described(page: Page) -> Service | None:
    """Recognise what only a resource manager says of itself."""
    try:
        told = _within(page, "clusterInfo")
        version = versions.read(told["hadoopVersion"].value)
        told["startedOn"].integer()
        told["hadoopVersionBuiltOn"].text()
    except Garbled:
        return None
    return Service("yarn", version) if page.status == OK else None


def _refused(front: Page) -> Outcome:
    is_ours = COOKIE in front.headers.get("set-cookie", "")
    return locked(SERVICE, INFO, front) if is_ours else not_ours(INFO, front)


def _exception(page: Page) -> str:
    try:
        return _within(page, "RemoteException")["exception"].text()
    except Garbled:
        return ""


def _within(page: Page, name: str) -> Json:
    """Open what a page wraps its answer in; Hadoop's shaded builds wrap nothing.

    Raises:
        Garbled: no JSON object.
    """
    document = page.json()
    inner = document.get(name)
    return document if inner is None else inner
