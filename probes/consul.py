"""Consul: which services a stranger can list, where no access list filters what he sees."""

from collections.abc import Generator
from contextlib import suppress

from scanner.model import Access, Assessment, Holding, Outcome, Proof, Service
from scanner.probe import About, Get, HttpDialogue, NoAnswer, Page
from scanner.verdict import FORBIDDEN, NOT_FOUND, OK, half_proof, locked, not_ours
from scanner.wire import Garbled, versions

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

#: Nomad has a page of the same name.
SELF = Get("/v1/agent/self")
#: Public by design: it tells Consul from Nomad where both only say that permission is denied.
DATACENTERS = Get("/v1/catalog/datacenters")
SERVICES = Get("/v1/catalog/services")
CONTROL = Get("/v1/agent/service/ronde-no-such-service")

DENIED = "Permission denied"
POLICY = "x-consul-default-acl-policy"
NO_SUCH = b"unknown service ID"


class Consul:
    """An agent is open when it describes itself, which no access list filters, and misses ours."""

    about = About(
        name="consul",
        title="Consul serves anyone",
        ports=frozenset({8500}),
        tls_ports=frozenset({8501}),
        front=SELF,
        asks=(SELF, DATACENTERS, SERVICES, CONTROL),
        proves="the agent describes itself, and a service that cannot exist is missed by name",
        cwe=306,
        remedy=(
            "Switch the access lists on with `default_policy = deny` and give the anonymous caller "
            "nothing (`consul acl bootstrap` first), bind `client_addr` to loopback, and leave "
            "`enable_script_checks` off."
        ),
        references=("https://developer.hashicorp.com/consul/docs/secure",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise an agent that describes itself, or one that denies it in its words."""
        if front.status == FORBIDDEN:
            denied = front.body.decode("utf-8", "replace").startswith(DENIED)
            return Service("consul") if denied or POLICY in front.headers else None
        try:
            config = front.json()["Config"]
            config["Datacenter"].text(), config["Server"].boolean()
            return Service(
                "consul", versions.read(config["Version"].text()), config["NodeID"].text()[:64]
            )
        except Garbled:
            return None

    def assess(self, front: Page) -> HttpDialogue:
        """List the services; an empty list alone would prove nothing: access lists filter it."""
        service = self.identify(front) or Service("consul")
        if front.status == FORBIDDEN:
            return (yield from _denied(service, front))
        services = yield SERVICES
        names = [name for name, _ in services.json().items()] if services.status == OK else []
        control = yield CONTROL
        if control.status != NOT_FOUND or NO_SUCH not in control.body:
            return half_proof(service, f"the control {CONTROL.name} was not missed in its words")
        scripts = ", and runs scripts for whoever registers a check" if _scripts(front) else ""
        return Assessment(
            access=Access.OPEN,
            service=service,
            because=f"lists its services without a token: {len(names)}{scripts}",
            proof=Proof(
                f"{SELF.name}, {SERVICES.name}",
                f"an agent described, {len(names)} services listed",
                f"{CONTROL.name} answered 404: unknown service",
            ),
            # What the key-value store holds is not counted: its keys would cross the wire.
            holdings=(
                Holding(name="kv", kind="key-value store"),
                *(Holding(name=name, kind="service") for name in names[: MAX_HOLDINGS - 1]),
            ),
            holdings_total=len(names) + 1,
        )


def _denied(service: Service, front: Page) -> Generator[Get, Page, Outcome]:
    """Make sure whose denial it is: what names nobody may be Nomad's."""
    if POLICY not in front.headers:
        page = yield DATACENTERS
        try:
            named = page.status == OK and all(one.text() for one in page.json().elements())
        except Garbled:
            named = False
        if not named:
            return not_ours(DATACENTERS, page)
    return locked(service, SELF, front)


def _scripts(front: Page) -> bool:
    with suppress(Garbled, NoAnswer):
        return front.json()["DebugConfig"]["EnableRemoteScriptChecks"].boolean()
    return False
