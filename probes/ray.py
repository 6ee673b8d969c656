"""Ray: a cluster that runs the programs of anyone who asks."""

from scanner import verdict
from scanner.model import Access, Assessment, Proof, Service
from scanner.probe import FRONT, About, Get, HttpDialogue, Page
from scanner.verdict import NOT_FOUND, OK
from scanner.wire import versions

VERSION = Get("/api/version")
CONTROL = Get("/api/jobs/ronde-no-such-job")

#: The dashboard's own page is public, with a token as without.
TITLE = "Ray Dashboard"
MISSING = b"Job ronde-no-such-job does not exist"


class Ray:
    """A cluster is open when it tells its version and misses a job in its own words."""

    about = About(
        name="ray",
        title="A Ray cluster runs anyone's programs",
        ports=frozenset({8265}),
        front=FRONT,
        asks=(FRONT, VERSION, CONTROL),
        proves="the version is told, and a job that cannot exist is missing by name",
        cwe=306,
        remedy=(
            "Set `RAY_AUTH_MODE=token` (since 2.52) on every node, bind the dashboard to "
            "loopback (`--dashboard-host 127.0.0.1`), and let nobody but the cluster's own "
            "nodes reach its ports."
        ),
        references=("https://docs.ray.io/en/latest/ray-security/index.html",),
        runs_code=True,
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the dashboard by its title."""
        return Service("ray") if front.status == OK and front.title == TITLE else None

    def assess(self, _: Page) -> HttpDialogue:
        """Ask for the version; then for a job that cannot exist."""
        version = yield VERSION
        if version.status != OK:
            return verdict.not_answered(Service("ray"), VERSION, version)
        told = version.json()
        told["session_name"].text()
        service = Service("ray", versions.read(told["ray_version"].text()))
        control = yield CONTROL
        if control.status != NOT_FOUND or control.body.strip() != MISSING:
            missing = f"the control {CONTROL.name} was not missing in Ray's own words"
            return verdict.half_proof(service, missing)
        return Assessment(
            access=Access.OPEN,
            service=service,
            because="looks for jobs, and so takes them, without credentials",
            proof=Proof(VERSION.name, "version told", f"{CONTROL.name} answered 404 by name"),
        )
