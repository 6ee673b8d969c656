"""Asterisk's HTTP server: whether its REST interface (ARI) answers without a credential."""

from scanner import verdict
from scanner.model import Access, Assessment, Holding, Outcome, Proof, Service
from scanner.probe import FRONT, About, Get, HttpDialogue, Page
from scanner.verdict import NOT_FOUND, OK
from scanner.wire import Garbled, versions

INFO = Get("/ari/asterisk/info")
CONTROL = Get("/ari/ronde-no-such-resource")

#: A page that lists the addresses on which Asterisk listens, where `enable_status = yes`.
STATUS = Get("/httpstatus")

#: How the server signs every page, unless http.conf gives it another name [main/http.c].
SIGNATURE = "Asterisk"


class Ari:
    """A server is open when it tells of itself and calls missing what cannot exist."""

    about = About(
        name="ari",
        title="Asterisk's REST interface answers anyone",
        ports=frozenset({8088}),
        tls_ports=frozenset({8089}),
        front=FRONT,
        asks=(FRONT, INFO, CONTROL, STATUS),
        proves="the server tells of its build and its start, and a resource that cannot exist is "
        "not found, in its own words",
        cwe=306,
        remedy=(
            "`bindaddr = 127.0.0.1` in http.conf, TLS where another host must reach it, and no "
            "proxy before it that adds an account of ari.conf to everybody's requests."
        ),
        references=("https://docs.asterisk.org/Configuration/Interfaces/",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the server by the name with which it signs."""
        signed = front.headers.get("server", "")
        if signed.partition("/")[0] != SIGNATURE:
            return None
        return Service("asterisk", versions.found_in(signed, "Asterisk/"))

    def assess(self, front: Page) -> HttpDialogue:
        """Ask what the server is; an interface that is not loaded is not found."""
        service = self.identify(front) or Service("asterisk")
        info = yield INFO
        if info.status == NOT_FOUND:
            return _without(service, (yield STATUS))
        if info.status != OK:
            return verdict.not_answered(service, INFO, info)
        if not _tells_of_itself(info):
            return verdict.half_proof(service, f"{INFO.name} was answered in nobody's words")
        if not _is_missing((yield CONTROL)):
            return verdict.half_proof(service, f"the control {CONTROL.name} was not missing")
        return Assessment(
            access=Access.OPEN,
            service=service,
            because="its REST interface, which makes and records calls, answers a stranger",
            proof=Proof(
                INFO.name,
                "build, system and status of the server",
                f"{CONTROL.name} answered 404 with a message of its own",
            ),
            holdings=(Holding(name="recordings", kind="folder"),),  # which there are is not asked
        )


def _tells_of_itself(info: Page) -> bool:
    """Tell whether this is what ARI calls AsteriskInfo [rest-api/api-docs/asterisk.json]."""
    try:
        told = info.json()
        return bool(told["system"]["version"].text() and told["build"].is_object)
    except Garbled:
        return False


def _is_missing(page: Page) -> bool:
    """Tell whether ARI calls the resource missing in its own words [res_ari.c]."""
    try:
        said = page.json()["message"].text()
    except Garbled:
        return False
    return page.status == NOT_FOUND and said == "Resource not found"


def _without(service: Service, status: Page) -> Outcome:
    """Settle a server without ARI: its status page is public where it is switched on."""
    shown = status.status == OK and status.title == "Asterisk HTTP Status"
    aside = "; its status page names where it listens" if shown else ""
    because = f"no REST interface is at /ari{aside}"
    return Assessment(access=Access.LOCKED, service=service, because=because)
