"""Vault and OpenBao: whether a stranger may claim the server, or is served by one that is open."""

from scanner.model import Access, Assessment, Holding, Outcome, Proof, Service
from scanner.probe import About, Get, HttpDialogue, Page
from scanner.verdict import NOT_FOUND, OK, half_proof, not_answered
from scanner.wire import Garbled, versions

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

#: The state, public by design; the words ask for 200 in every state, so that none looks like an
#: error of a proxy.
HEALTH = Get(
    "/v1/sys/health?standbyok=true&perfstandbyok=true"
    "&sealedcode=200&uninitcode=200&drsecondarycode=200"
)
MOUNTS = Get("/v1/sys/mounts")
CONTROL = Get("/v1/ronde-no-such-mount/ronde")

SEALED = 503
NO_HANDLER = "no handler for route"


class Vault:
    """A server is unclaimed when nobody has initialised it: the first caller gets its keys."""

    about = About(
        name="vault",
        title="Vault can be claimed or read by anyone",
        ports=frozenset({8200}),
        front=HEALTH,
        asks=(HEALTH, MOUNTS, CONTROL),
        proves=(
            "it says that it is not initialised, or lists its mounts; and refuses a path that "
            "cannot exist"
        ),
        cwe=306,
        remedy=(
            "Initialise the server now, from loopback, and keep its keys; or switch it off. Where "
            "an agent answers with a token of its own (`use_auto_auth_token`), bind it to loopback."
        ),
        references=(
            "https://developer.hashicorp.com/vault/docs/concepts/seal",
            "https://openbao.org/docs/",
        ),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the page of its state."""
        try:
            told = front.json()
            told["initialized"].boolean(), told["sealed"].boolean()
            told["server_time_utc"].integer()
            identity = told.get("cluster_id")
            return Service(
                "vault",
                versions.read(told["version"].text()),
                identity.text()[:64] if identity is not None else None,
            )
        except Garbled:
            return None

    def assess(self, front: Page) -> HttpDialogue:
        """Look behind the state: a server that nobody has claimed refuses in its own words."""
        service = self.identify(front) or Service("vault")
        told = front.json()
        if not told["initialized"].boolean():
            return _unclaimed(service, (yield CONTROL))
        if told["sealed"].boolean():
            because = "it is sealed: nobody is served until its keys are given"
            return Assessment(access=Access.LOCKED, service=service, because=because)
        mounts = yield MOUNTS
        if mounts.status != OK:
            return not_answered(service, MOUNTS, mounts)
        names = [name for name, mount in mounts.json()["data"].items() if mount["type"].text()]
        if not _error((yield CONTROL)).startswith(NO_HANDLER):
            return half_proof(service, f"the control {CONTROL.name} was not refused in its words")
        return _served(service, names)


def _unclaimed(service: Service, control: Page) -> Outcome:
    if control.status != SEALED or not _error(control):
        return half_proof(service, f"the control {CONTROL.name} was not refused in its words")
    return Assessment(
        access=Access.UNCLAIMED,
        service=service,
        because="nobody has initialised it: the first caller gets its keys",
        proof=Proof(HEALTH.name, "not initialised", f"{CONTROL.name} answered 503: sealed"),
    )


def _served(service: Service, names: list[str]) -> Outcome:
    return Assessment(
        access=Access.OPEN,
        service=service,
        because=f"lists its mounts without a token: {len(names)}",
        proof=Proof(
            MOUNTS.name, f"{len(names)} mounts listed", f"{CONTROL.name} answered 404: no handler"
        ),
        holdings=tuple(Holding(name=name, kind="mount") for name in names[:MAX_HOLDINGS]),
        holdings_total=len(names),
    )


def _error(page: Page) -> str:
    """Read the first of the errors that a refusal lists."""
    try:
        errors = [error.text() for error in page.json()["errors"].elements()]
    except Garbled:
        return ""
    return errors[0] if errors and page.status in {NOT_FOUND, SEALED} else ""
