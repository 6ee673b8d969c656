"""Vespa's config server: which applications a stranger can list, and so deploy anew."""

import re
from collections.abc import Generator
from contextlib import suppress

from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import About, Get, HttpAsk, HttpDialogue, NoAnswer, Page
from scanner.verdict import NOT_FOUND, OK, half_proof
from scanner.wire import Garbled, versions

#: A system that somebody runs for himself has the one tenant that it is born with.
MAX_TENANTS = 20

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

TENANTS = Get("/application/v2/tenant/")
CONTROL = Get("/application/v2/tenant/ronde-no-such-tenant")
VERSION = Get("/state/v1/version")
APPLICATIONS = Get("/application/v2/tenant/{}/application/")

#: An application is listed as the address of itself, on a host that is not ours to visit.
NAME = re.compile(r"/application/([A-Za-z0-9_-]{1,64})/environment/")


class Vespa:
    """A config server is open when it lists its tenants and misses one that cannot exist."""

    about = About(
        name="vespa",
        title="Vespa's config server takes orders from anyone",
        ports=frozenset({19071}),
        front=TENANTS,
        asks=(TENANTS, CONTROL, VERSION, APPLICATIONS),
        proves="the tenants are listed, and one that cannot exist is refused by name",
        cwe=306,
        runs_code=True,  # an application brings its own Java, and is deployed without a password
        remedy=(
            "Let only Vespa's own nodes and those who deploy reach 19071, and switch on mutual "
            "TLS between all of them (`VESPA_TLS_CONFIG_FILE`). Guard the containers' ports "
            "(8080) by client certificates or tokens in `services.xml`."
        ),
        references=("https://docs.vespa.ai/en/security/securing-your-vespa-installation.html",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the list of tenants, which is never empty."""
        try:
            root = front.json()
            tenants = [tenant.text() for tenant in root["tenants"].elements()]
        except Garbled:
            return None
        is_ours = front.status == OK and len(root) == 1 and "default" in tenants
        return Service("vespa") if is_ours else None

    def assess(self, front: Page) -> HttpDialogue:
        """Read the tenants that came already; then ask for one that cannot exist."""
        service = Service("vespa")
        tenants = [tenant.text() for tenant in front.json()["tenants"].elements()]
        if not _is_missing((yield CONTROL)):
            return half_proof(service, f"the control {CONTROL.name} was not refused by name")
        service = Service("vespa", (yield from _version()))
        holdings = yield from _applications(tenants)
        return Assessment(
            access=Access.OPEN,
            service=service,
            because=f"lists its tenants without credentials: {len(tenants)}",
            proof=Proof(
                TENANTS.name,
                f"{len(tenants)} tenants listed",
                f"{CONTROL.name} answered 404 with an error of its own",
            ),
            holdings=tuple(holdings[:MAX_HOLDINGS]),
            holdings_total=len(holdings),
        )


def _is_missing(page: Page) -> bool:
    """Tell whether the tenant that cannot exist is refused by its name."""
    try:
        root = page.json()
        code, said = root["error-code"].text(), root["message"].text()
    except Garbled:
        return False
    return (page.status, code) == (NOT_FOUND, "NOT_FOUND") and "'ronde-no-such-tenant'" in said


def _version() -> Generator[HttpAsk, Page, str | None]:
    with suppress(NoAnswer, Garbled):
        return versions.read((yield VERSION).json()["version"].value)
    return None


def _applications(tenants: list[str]) -> Generator[HttpAsk, Page, list[Holding]]:
    """Name the applications of each tenant. A silence here costs only detail."""
    found: list[Holding] = []
    with suppress(NoAnswer, Garbled):
        for tenant in tenants[:MAX_TENANTS]:
            page = yield APPLICATIONS.fill(tenant)
            listed = [NAME.search(one.text()) for one in page.json().elements()]
            names = [f"{tenant}.{match[1]}" for match in listed if match]
            found += [Holding(name=name, kind="application") for name in names]
    return found
