"""Spark's pages: the master of a cluster, the history of its applications, a running driver."""

import re

from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import FRONT, About, Get, HttpDialogue, Page
from scanner.verdict import NOT_FOUND, OK, half_proof, not_answered, not_ours, path
from scanner.wire import Garbled, versions
from scanner.wire.http import path_of

STATE = Get("/json/")
NO_APPLICATION = Get("/app/?appId=ronde-no-such-application")
VERSION = Get("/api/v1/version")
APPLICATIONS = Get("/api/v1/applications?limit=1")
CONTROL = Get("/api/v1/applications/ronde-no-such-application")

MASTER = "spark-master"
HISTORY = "spark-history"
DRIVER = "spark-driver"

#: What the pages are titled since 1.0 (`MasterPage.scala`, `HistoryPage.scala`).
MASTER_TITLE = "Spark Master at spark://"
HISTORY_TITLE = "History Server"
#: Where a driver sends a browser from `/` (`SparkUI.scala`), and with what.
JOBS = "/jobs/"
REDIRECT = 302

#: The sentence of a master about an application that it does not know.
UNKNOWN = b"No running application with ID ronde-no-such-application"
#: That of the other two: `unknown app` since 1.4, `no such app` in some of 2.x.
UNKNOWN_APP = (b"unknown app", b"no such app")

PAGE_VERSION = re.compile(rb'class="version"[^>]{0,80}>([0-9A-Za-z.+-]{1,40})<')


class Spark:
    """A page is open when it tells its state and refuses an application that cannot exist."""

    about = About(
        name="spark",
        title="Spark shows its applications to anyone",
        ports=frozenset({4040, 4041, 8080, 18080}),
        tls_ports=frozenset({4440, 8480, 18480}),
        front=FRONT,
        asks=(FRONT, STATE, NO_APPLICATION, VERSION, APPLICATIONS, CONTROL),
        proves="the applications are counted, and one that cannot exist is refused by name",
        cwe=306,
        remedy=(
            "Set `spark.authenticate` with a secret and `spark.acls.enable`, put an "
            "authenticating filter before the pages (`spark.ui.filters`), and let only the "
            "cluster and its users reach master, workers and drivers."
        ),
        references=("https://spark.apache.org/docs/latest/security.html",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise a master and a history by their titles; a driver only by where it sends."""
        if front.status == OK and front.title.startswith(MASTER_TITLE):
            return Service(MASTER, _page_version(front))
        if front.status == OK and front.title == HISTORY_TITLE:
            return Service(HISTORY, _page_version(front))
        to = path_of(front.headers.get("location", ""))
        return Service(DRIVER) if front.status == REDIRECT and to == JOBS else None

    def assess(self, front: Page) -> HttpDialogue:
        """A master has a page of its own, the other two share an interface."""
        service = self.identify(front) or Service(DRIVER)
        if service.product == MASTER:
            return (yield from _master(service))
        return (yield from _applications(service))


def _page_version(page: Page) -> str | None:
    found = PAGE_VERSION.search(page.body)
    return versions.read(found[1].decode()) if found else None


def _master(service: Service) -> HttpDialogue:
    page = yield STATE
    if page.status != OK:
        return not_answered(service, STATE, page)
    state = page.json()
    if not state["url"].text().startswith("spark://"):
        raise Garbled("a master at no address of Spark")
    known = len(state["activeapps"]) + len(state["completedapps"])
    workers = len(state["workers"])
    control = yield NO_APPLICATION
    if UNKNOWN not in control.body:
        return half_proof(service, f"the control {path(NO_APPLICATION)} was not refused by name")
    return _open(
        service,
        because=f"shows a cluster of {workers} workers to callers without credentials",
        proof=Proof(
            STATE.name,
            f"{workers} workers and {known} applications counted",
            f"{path(NO_APPLICATION)} names no such application",
        ),
        known=known,
    )


def _applications(service: Service) -> HttpDialogue:
    version = yield VERSION
    told = _told(version)
    if told is None:
        return not_ours(VERSION, version)
    service = Service(service.product, told)
    page = yield APPLICATIONS
    if page.status != OK:
        return not_answered(service, APPLICATIONS, page)
    shown = len([application["id"].text() for application in page.json().elements()])
    control = yield CONTROL
    if control.status != NOT_FOUND or not control.body.lower().startswith(UNKNOWN_APP):
        return half_proof(service, f"the control {path(CONTROL)} was not refused by name")
    return _open(
        service,
        because="shows its applications to callers without credentials",
        proof=Proof(
            APPLICATIONS.name,
            f"{shown} of its applications shown, of one that was asked for",
            f"{path(CONTROL)} answered {NOT_FOUND} for an application that cannot exist",
        ),
        known=None if shown else 0,
    )


def _told(page: Page) -> str | None:
    try:
        return versions.read(page.json()["spark"].value) if page.status == OK else None
    except Garbled:
        return None


def _open(service: Service, *, because: str, proof: Proof, known: int | None) -> Assessment:
    """Count the applications; their names are often those of people and cases."""
    held = Holding(name="applications", kind="application", records=known)
    return Assessment(
        access=Access.OPEN,
        service=service,
        because=because,
        proof=proof,
        holdings=(held,),
        holdings_total=1,
    )
