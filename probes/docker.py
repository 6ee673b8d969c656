"""Docker and Podman: an engine that starts containers for anyone who asks."""

import re

from scanner import verdict
from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import About, Get, HttpDialogue, Page
from scanner.verdict import FORBIDDEN, OK, UNAUTHORIZED
from scanner.wire import Garbled, counts, versions

#: `/` only says "page not found"; this is answered to anyone whom nothing refuses.
VERSION = Get("/version")
INFO = Get("/info")
CONTROL = Get("/containers/ronde-no-such-container/json")

#: How an authorisation plug-in and the engines' own words begin.
BY_PLUGIN = "authorization denied by plugin"
MISSING = ("No such container: ronde-no-such-container", "no container with name or ID")

#: Four letters each, twelve times; a UUID since 24.0.
IDENTITY = re.compile(
    r"(?:[A-Z2-7]{4}:){11}[A-Z2-7]{4}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)


class Docker:
    """An engine is open when it describes itself and misses a container in its own words."""

    about = About(
        name="docker",
        title="A container engine takes orders from anyone",
        ports=frozenset({2375, 4243}),
        tls_ports=frozenset({2376}),
        front=VERSION,
        asks=(VERSION, INFO, CONTROL),
        proves="the engine describes itself, and a container that cannot exist is missing by name",
        cwe=306,
        remedy=(
            "Whoever reaches this port is root on the host. Take the TCP address out of `hosts` "
            "(`-H tcp://`) and use the local socket or `ssh://`; where TCP must be, demand client "
            "certificates (`--tlsverify`) and let only the hosts that need it reach the port."
        ),
        references=("https://docs.docker.com/engine/security/protect-access/",),
        runs_code=True,
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise an engine by what it says of its API, or by the words of its plug-in."""
        if front.status == FORBIDDEN and _message(front).startswith(BY_PLUGIN):
            return Service("docker")
        return _told(front) if front.status == OK else None

    def assess(self, front: Page) -> HttpDialogue:
        """Let the engine count what it has, then ask for a container that cannot exist."""
        service = self.identify(front) or Service("docker")
        info = yield INFO
        if info.status in {FORBIDDEN, UNAUTHORIZED} and front.status == OK:
            return Assessment(
                access=Access.PARTIAL,
                service=service,
                because="tells its version to anyone, and refuses to describe itself",
                proof=Proof(VERSION.name, "version told", f"{INFO.name} answered {info.status}"),
            )
        if info.status != OK:
            return verdict.not_answered(service, INFO, info)
        identity, holdings = _described(info.json())
        service = Service(service.product, service.version, identity)
        control = yield CONTROL
        if control.status != verdict.NOT_FOUND or not _message(control).startswith(MISSING):
            missing = f"the control {CONTROL.name} was not missing in the engine's own words"
            return verdict.half_proof(service, missing)
        return Assessment(
            access=Access.OPEN,
            service=service,
            because="describes itself, and looks for containers, without credentials",
            proof=Proof(INFO.name, "containers and images counted", f"{CONTROL.name} answered 404"),
            holdings=holdings,
            holdings_total=len(holdings),
        )


def _told(front: Page) -> Service | None:
    try:
        told = front.json()
        number, _ = told["Version"].text(), told["ApiVersion"].text()
        components = told.get("Components")
        names = [one["Name"].text() for one in components.elements()] if components else []
    except Garbled:
        return None
    product = "podman" if "Podman Engine" in names else "docker"
    return Service(product, versions.read(number))


def _described(info: Json) -> tuple[str | None, tuple[Holding, ...]]:
    """Read the engine's identity and its counts; labels, proxies and names are not looked at.

    Raises:
        Garbled: it does not count its containers and images.
    """
    found = info.get("ID")
    identity = found.value if found is not None and isinstance(found.value, str) else ""
    held = tuple(
        Holding(name=member.lower(), kind="engine", records=counts.read(info[member]))
        for member in ("Containers", "Images")
    )
    return identity if IDENTITY.fullmatch(identity) else None, held


def _message(page: Page) -> str:
    try:
        return page.json()["message"].text()
    except Garbled:
        return ""
