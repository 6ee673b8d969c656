"""Kibana and OpenSearch Dashboards: whether a stranger is let in to their saved objects."""

import re
from collections.abc import Generator, Iterator
from contextlib import suppress

from scanner.model import Access, Assessment, Holding, Outcome, Proof, Service
from scanner.probe import FRONT, About, Get, HttpAsk, HttpDialogue, NoAnswer, Page
from scanner.verdict import NOT_FOUND, OK, half_proof, locked, not_answered, path
from scanner.wire import Garbled, versions

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

PATTERNS = Get("/api/saved_objects/_find?type=index-pattern&per_page=0")
CONTROL = Get("/api/saved_objects/index-pattern/ronde-no-such-object")
STATUS = Get("/api/status")
DASHBOARDS = Get("/api/saved_objects/_find?type=dashboard&per_page=0")
SPACES = Get("/api/spaces/space")

#: The headers that each product signs all its replies with, its refusals and redirects as well.
SIGNATURES = {
    "kbn-name": "kibana",
    "kbn-license-sig": "kibana",
    "kbn-version": "kibana",
    "osd-name": "opensearch-dashboards",
}

#: What it says, unsigned and with 503, until it has found its cluster.
STARTING = {
    b"Kibana server is not ready yet": "kibana",
    b"OpenSearch Dashboards server is not ready yet": "opensearch-dashboards",
}

#: Where OpenSearch Dashboards sends a stranger who would be given a session without a credential.
ANONYMOUS = "/auth/anonymous"

MISSING = "Saved object [index-pattern/ronde-no-such-object] not found"

UNAVAILABLE = 503

#: How releases before 7 and proxies send a stranger to their page for logging in.
REDIRECTS = frozenset({301, 302, 303, 307})

IDENTITY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Kibana:
    """A server is open when it counts its saved objects and misses one that cannot exist."""

    about = About(
        name="kibana",
        title="Kibana or OpenSearch Dashboards lets anyone in",
        ports=frozenset({5601}),
        front=FRONT,
        asks=(FRONT, PATTERNS, CONTROL, STATUS, DASHBOARDS, SPACES),
        proves="saved objects are counted, and one that cannot exist is refused by name",
        cwe=306,
        remedy=(
            "Switch security on in Elasticsearch (`xpack.security.enabled: true`) or OpenSearch "
            "(the security plugin) and in the server before it; until then bind it to loopback "
            "(`server.host`) and put an authenticating proxy before it."
        ),
        references=(
            "https://www.elastic.co/docs/deploy-manage/security/using-kibana-with-security",
            "https://docs.opensearch.org/latest/security/configuration/multi-auth/",
        ),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the signature in the headers, or the sentence of a server that starts."""
        for header, product in SIGNATURES.items():
            if header in front.headers:
                return Service(product, versions.read(front.headers.get("kbn-version")))
        for sentence, product in STARTING.items():
            if front.status == UNAVAILABLE and front.body.startswith(sentence):
                return Service(product)
        return None

    def assess(self, front: Page) -> HttpDialogue:
        """Count the index patterns; then look for one that cannot exist."""
        service = self.identify(front) or Service("kibana")
        if front.status == UNAVAILABLE:
            return not_answered(service, FRONT, front)
        patterns = yield PATTERNS
        if patterns.status != OK:
            return _shut(service, front, patterns)
        total = patterns.json()["total"].integer()
        if not _is_missing((yield CONTROL)):
            return half_proof(service, f"the control {CONTROL.name} was not refused by name")
        service = yield from _told(service)
        holdings = [_objects("index-pattern", total), *(yield from _more())]
        return Assessment(
            access=Access.OPEN,
            service=service,
            because=f"lets a stranger in without credentials, index patterns: {total}",
            proof=Proof(
                path(PATTERNS), f"{total} index patterns counted", f"{CONTROL.name} answered 404"
            ),
            holdings=tuple(holdings[:MAX_HOLDINGS]),
            holdings_total=len(holdings),
        )


def _shut(service: Service, front: Page, page: Page) -> Outcome:
    """Tell a shut door from one that hands out sessions: those are not taken."""
    if front.headers.get("location", "").startswith(ANONYMOUS):
        because = "offers anybody an anonymous session, which was not taken"
        return Assessment(access=Access.IDENTIFIED, service=service, because=because)
    if page.status in REDIRECTS:
        return locked(service, PATTERNS, page)
    return not_answered(service, PATTERNS, page)


def _is_missing(page: Page) -> bool:
    """Tell whether the object that cannot exist is refused by its name."""
    try:
        root = page.json()
        told = page.status == root["statusCode"].integer() == NOT_FOUND
        return told and root["message"].text() == MISSING
    except Garbled:
        return False


def _told(service: Service) -> Generator[HttpAsk, Page, Service]:
    """Ask for version and identity: strangers are told only where they are let in."""
    with suppress(NoAnswer, Garbled):
        root = (yield STATUS).json()
        number, own = root["version"]["number"], root["uuid"].text()
        identity = own if IDENTITY.fullmatch(own) else None
        return Service(service.product, versions.read(number.value) or service.version, identity)
    return service


def _more() -> Generator[HttpAsk, Page, list[Holding]]:
    """Count dashboards and name spaces, which not every release has."""
    found: list[Holding] = []
    with suppress(NoAnswer, Garbled):
        dashboards = yield DASHBOARDS
        found.append(_objects("dashboard", dashboards.json()["total"].integer()))
        found += _spaces((yield SPACES))
    return found


def _spaces(page: Page) -> Iterator[Holding]:
    for space in page.json().elements():
        yield Holding(name=space["id"].text(), kind="space")


def _objects(kind: str, count: int) -> Holding:
    return Holding(name=kind, kind="saved objects", records=count)
