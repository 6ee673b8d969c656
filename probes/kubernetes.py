"""Kubernetes, k3s, OpenShift and kubectl's proxy: an API server that obeys anyone."""

import re
from collections.abc import Generator
from contextlib import suppress
from dataclasses import replace

from scanner import verdict
from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import FRONT, About, Get, HttpAsk, HttpDialogue, NoAnswer, Page
from scanner.verdict import FORBIDDEN, NOT_FOUND, OK, UNAUTHORIZED
from scanner.wire import Garbled, counts, versions

#: Rows of names without their objects: annotations hold whole specifications.
TABLE = (
    "application/json;as=Table;v=v1;g=meta.k8s.io,"
    "application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json"
)
METADATA = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json"

#: Large clusters have hundreds of namespaces; `remainingItemCount` tells how many did not fit.
MAX_HOLDINGS = 500

#: Before 1.10 there were no tables; a whole namespace takes 2 KiB there.
MAX_LISTING = 2 << 20

VERSION = Get("/version")
NAMESPACES = Get(
    f"/api/v1/namespaces?limit={MAX_HOLDINGS}&includeObject=None",
    accept=TABLE,
    max_bytes=MAX_LISTING,
)
CONTROL = Get("/api/v1/namespaces/ronde-no-such-namespace", accept=METADATA)
#: The namespace that every cluster has; its UID is what people use as the cluster's identity.
OWN = Get("/api/v1/namespaces/kube-system", accept=METADATA)

#: How the control is refused: a role that lists namespaces need not let one look at each.
REFUSALS = {"NotFound": NOT_FOUND, "Forbidden": FORBIDDEN}

UID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Kubernetes:
    """A cluster is open when it lists its namespaces and misses one by name."""

    about = About(
        name="kubernetes",
        title="A Kubernetes API server obeys anyone",
        ports=frozenset({8001, 8080, 8443}),
        tls_ports=frozenset({443, 6443, 6444, 8443, 16443}),
        front=FRONT,
        asks=(FRONT, VERSION, NAMESPACES, CONTROL, OWN),
        proves="the namespaces are listed, and one that cannot exist is missing by name",
        cwe=306,
        remedy=(
            "Take every role away from `system:anonymous` and `system:unauthenticated`, set "
            "`--anonymous-auth=false`, end `kubectl proxy --address`, and before 1.20 set "
            "`--insecure-port=0`. Take what ran there for known, secrets first."
        ),
        references=(
            "https://kubernetes.io/docs/reference/access-authn-authz/authentication/",
            "https://kubernetes.io/docs/concepts/security/controlling-access/",
        ),
        runs_code=True,
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the list of its paths, or a `Status` that refuses to show it."""
        if front.status in {FORBIDDEN, UNAUTHORIZED}:
            return Service("kubernetes") if _reason(front) else None
        return Service("kubernetes") if front.status == OK and _lists_paths(front) else None

    def assess(self, _: Page) -> HttpDialogue:
        """List the namespaces; then see what is said of one that cannot exist."""
        service = Service("kubernetes", _version((yield VERSION)))
        listing = yield NAMESPACES
        if listing.status != OK:
            return verdict.not_answered(service, NAMESPACES, listing)
        names, total = _listed(listing.json())
        control = yield CONTROL
        if REFUSALS.get(reason := _reason(control)) != control.status:
            missing = f"the control {CONTROL.name} was not refused in the server's own words"
            return verdict.half_proof(service, missing)
        service = replace(service, identity=(yield from _identity()))
        return Assessment(
            access=Access.OPEN if control.status == NOT_FOUND else Access.PARTIAL,
            service=service,
            because=f"lists its namespaces without credentials: {total}",
            proof=Proof(
                verdict.path(NAMESPACES),
                f"{total} namespaces listed",
                f"{CONTROL.name} answered {control.status} with the reason {reason}",
            ),
            holdings=tuple(Holding(name=name, kind="namespace") for name in names),
            holdings_total=total,
        )


def _reason(page: Page) -> str:
    """Give the reason of a `Status`, the one form in which an API server refuses."""
    try:
        told = page.json()
        said = told["kind"].text(), told["apiVersion"].text(), told["status"].text()
        same = told["code"].integer() == page.status
        return told["reason"].text() if said == ("Status", "v1", "Failure") and same else ""
    except Garbled:
        return ""


def _lists_paths(page: Page) -> bool:
    try:
        paths = {one.text() for one in page.json()["paths"].elements()}
    except Garbled:
        return False
    return {"/api", "/apis"} <= paths


def _version(page: Page) -> str | None:
    """Read what a cluster tells to anyone, by default."""
    try:
        return versions.read(page.json()["gitVersion"].value) if page.status == OK else None
    except Garbled:
        return None


def _listed(told: Json) -> tuple[list[str], int]:
    """Name the namespaces of a table, or of a list of before 1.10, and say how many there are.

    Raises:
        Garbled: it is neither.
    """
    kind = told["kind"].text()
    if kind == "Table":
        columns = [one["name"].text() for one in told["columnDefinitions"].elements()]
        if columns[:1] != ["Name"]:
            raise Garbled("expected a table whose first column is a name")
        names = [next(row["cells"].elements()).text() for row in told["rows"].elements()]
    elif kind == "NamespaceList":
        names = [one["metadata"]["name"].text() for one in told["items"].elements()]
    else:
        raise Garbled("expected a list of namespaces")
    left = counts.read(told["metadata"].get("remainingItemCount")) or 0
    return names[:MAX_HOLDINGS], len(names) + left


def _identity() -> Generator[HttpAsk, Page, str | None]:
    """Ask for the cluster's lasting name. The proof stands already: silence costs only that."""
    with suppress(NoAnswer, Garbled):
        page = yield OWN
        uid = page.json()["metadata"]["uid"].text()
        return uid if UID.fullmatch(uid) else None
    return None
