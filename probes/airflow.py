"""Airflow: who may look at its DAGs, and so start them."""

from scanner import verdict
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import FRONT, About, Get, HttpAsk, HttpDialogue, Page
from scanner.verdict import NOT_FOUND, OK
from scanner.wire import Garbled, counts, versions

#: What Airflow hands out at most, unless it is told otherwise.
MAX_HOLDINGS = 100

#: A DAG takes about 2 KiB, its description and schedule included.
MAX_LISTING = 4 << 20

#: The API of 2 and that of 3. Their versions are public.
VERSION = Get("/api/v1/version")
VERSION_3 = Get("/api/v2/version")
DAGS = Get(f"/api/v1/dags?limit={MAX_HOLDINGS}", max_bytes=MAX_LISTING)
CONTROL = Get("/api/v1/dags/ronde-no-such-dag")

TITLE = "Airflow"
HOME = "/home"
MISSING = "The DAG with dag_id: ronde-no-such-dag was not found"

REDIRECTS = frozenset({301, 302, 307, 308})


class Airflow:
    """A server is open when it lists its DAGs and misses one by name."""

    about = About(
        name="airflow",
        title="Airflow starts its workflows for anyone",
        ports=frozenset({8080, 8081}),
        front=FRONT,
        asks=(FRONT, VERSION, VERSION_3, DAGS, CONTROL),
        proves="the DAGs are listed, and one that cannot exist is missing by name",
        cwe=306,
        remedy=(
            "Take `airflow.api.auth.backend.default` out of `auth_backends`, and leave "
            "`AUTH_ROLE_PUBLIC` unset in `webserver_config.py`; before 1.10.11 the API asks "
            "nobody who he is unless it is told to."
        ),
        references=("https://airflow.apache.org/docs/apache-airflow/stable/security/api.html",),
        runs_code=True,
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the title of 3, and where 2 sends a caller: a candidate only."""
        sent = front.headers.get("location", "")
        is_candidate = front.status in REDIRECTS and sent.endswith(HOME)
        titled = front.status == OK and front.title == TITLE
        return Service("airflow") if is_candidate or titled else None

    def assess(self, front: Page) -> HttpDialogue:
        """Make sure of the product; then list the DAGs, and ask for one that cannot exist."""
        ask: HttpAsk = VERSION_3 if front.status == OK else VERSION
        version = yield ask
        if not _is_airflow(version):
            return verdict.not_ours(ask, version)
        service = Service("airflow", versions.read(version.json()["version"].value))
        if ask is VERSION_3:
            because = "its API wants a token, and who is given one without a login was not tried"
            return Assessment(access=Access.IDENTIFIED, service=service, because=because)
        listing = yield DAGS
        if listing.status != OK:
            return verdict.not_answered(service, DAGS, listing)
        told = listing.json()
        names = [one["dag_id"].text() for one in told["dags"].elements()]
        control = yield CONTROL
        if control.status != NOT_FOUND or _detail(control) != MISSING:
            missing = f"the control {CONTROL.name} was not missing in Airflow's own words"
            return verdict.half_proof(service, missing)
        total = max(len(names), counts.read(told.get("total_entries")) or 0)
        return Assessment(
            access=Access.OPEN,
            service=service,
            because=f"lists its DAGs without credentials: {total}",
            proof=Proof(
                verdict.path(DAGS), f"{total} DAGs listed", f"{CONTROL.name} answered 404 by name"
            ),
            holdings=tuple(Holding(name=name, kind="dag") for name in names),
            holdings_total=total,
        )


def _is_airflow(page: Page) -> bool:
    """Tell whether this is the page of a version, with the commit that Airflow adds to it."""
    try:
        told = page.json()
        told["version"].text()
        return page.status == OK and any(name == "git_version" for name, _ in told.items())
    except Garbled:
        return False


def _detail(page: Page) -> str:
    try:
        return page.json()["detail"].text()
    except Garbled:
        return ""
