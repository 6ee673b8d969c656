"""The kubelet: a node of Kubernetes that hands its containers to anyone."""

from scanner import verdict
from scanner.model import Access, Assessment, Holding, Outcome, Proof, Service
from scanner.probe import About, Get, HttpAsk, HttpDialogue, Page
from scanner.verdict import FORBIDDEN, NOT_FOUND, OK, REFUSED, UNAUTHORIZED
from scanner.wire import Garbled

#: A node runs some hundreds of pods; each takes about 1 KiB in either list.
MAX_LISTING = 2 << 20

HEALTH = Get("/healthz")
#: Names and images only, as the container runtime has them: no environment, unlike `/pods`.
RUNNING = Get("/runningpods/", max_bytes=MAX_LISTING)
#: What the read-only port has instead.
SUMMARY = Get("/stats/summary?only_cpu_and_memory=true", max_bytes=MAX_LISTING)
CONTROL = Get("/containerLogs/ronde/ronde-no-such-pod/ronde")

#: How a kubelet refuses whom it knows, whom it does not, and what it does not serve at all.
FORBIDS = b"Forbidden (user="
NODES = b", resource=nodes, subresource"
UNKNOWN_CALLER = b"Unauthorized"
DISABLED = b"Debug endpoints are disabled."
MISSING = b'pod "ronde-no-such-pod" does not exist'
NOT_ALLOWED = 405

KUBELET = Service("kubelet")


class Kubelet:
    """A node is open when it lists what runs on it and misses a pod in its own words."""

    about = About(
        name="kubelet",
        title="A Kubernetes node hands its containers to anyone",
        ports=frozenset({10255}),
        tls_ports=frozenset({10250}),
        front=HEALTH,
        asks=(HEALTH, RUNNING, SUMMARY, CONTROL),
        proves="the running pods are counted, and a pod that cannot exist is missing by name",
        cwe=306,
        remedy=(
            "Set `authentication.anonymous.enabled: false` and `authorization.mode: Webhook` in "
            "the kubelet's configuration, `readOnlyPort: 0`, and let only the control plane "
            "reach 10250."
        ),
        references=(
            "https://kubernetes.io/docs/reference/access-authn-authz/kubelet-authn-authz/",
        ),
        runs_code=True,
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the words of a refusal; `ok` is a candidate, for many servers say so."""
        said = front.body.strip()
        refuses = front.status == UNAUTHORIZED and said == UNKNOWN_CALLER
        healthy = front.status == OK and said == b"ok"
        return KUBELET if refuses or healthy or _forbids(front) else None

    def assess(self, front: Page) -> HttpDialogue:
        """Count the running pods; then see what is said of one that cannot exist."""
        running = yield RUNNING
        if running.status in REFUSED:
            return _shut(front, running)
        if _is_disabled(running):
            return _read_only((yield SUMMARY), running)
        if running.status != OK:
            return verdict.not_ours(RUNNING, running)
        pods = _running(running)
        control = yield CONTROL
        if control.status != NOT_FOUND or MISSING not in control.body:
            missing = f"the control {CONTROL.name} was not missing in a kubelet's own words"
            return verdict.half_proof(KUBELET, missing)
        return _exposed(Access.OPEN, RUNNING, pods, f"{CONTROL.name} answered 404 by name")


def _forbids(page: Page) -> bool:
    said = page.body
    return page.status == FORBIDDEN and said.startswith(FORBIDS) and NODES in said


def _is_disabled(page: Page) -> bool:
    return page.status == NOT_ALLOWED and page.body.strip() == DISABLED


def _shut(front: Page, running: Page) -> Outcome:
    """Tell a kubelet that refuses from another server that says no in other words."""
    plain = {page.body.strip() for page in (front, running)} == {UNKNOWN_CALLER}
    if plain and front.status == running.status == UNAUTHORIZED:
        return verdict.locked(KUBELET, RUNNING, running)
    if _forbids(running):
        return verdict.locked(KUBELET, RUNNING, running)
    return verdict.not_ours(RUNNING, running)


def _read_only(summary: Page, running: Page) -> Outcome:
    """Settle the port that shows what runs, and lets nobody into it."""
    if summary.status != OK:
        return verdict.not_answered(KUBELET, SUMMARY, summary)
    told = summary.json()
    told["node"]["nodeName"].text()
    pods = [one["podRef"]["namespace"].text() for one in told["pods"].elements()]
    control = f"{RUNNING.name} answered {running.status}: debug endpoints are disabled"
    return _exposed(Access.PARTIAL, SUMMARY, pods, control)


def _running(page: Page) -> list[str]:
    """Give the namespace of each running pod.

    Raises:
        Garbled: this is no list of pods.
    """
    told = page.json()
    if told["kind"].text() != "PodList":
        raise Garbled("expected a list of pods")
    items = told.get("items")
    return [one["metadata"]["namespace"].text() for one in items.elements()] if items else []


def _exposed(access: Access, ask: HttpAsk, pods: list[str], control: str) -> Assessment:
    """Report the namespaces with their pods counted; the names of pods are dropped."""
    verb = "lets anyone into its containers" if access is Access.OPEN else "shows what it runs"
    names = sorted(set(pods))
    return Assessment(
        access=access,
        service=KUBELET,
        because=f"{verb}, without credentials: {len(pods)} pods",
        proof=Proof(verdict.path(ask), f"{len(pods)} pods counted", control),
        holdings=tuple(
            Holding(name=name, kind="namespace", records=pods.count(name)) for name in names
        ),
        holdings_total=len(names),
    )
