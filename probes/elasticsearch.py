"""Elasticsearch, OpenSearch and what speaks like them: which indices a stranger can list."""

import re
from collections.abc import Generator
from contextlib import suppress
from itertools import islice
from urllib.parse import quote

from msgspec.structs import replace

from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Outcome, Proof, Service, Silence, Unknown
from scanner.probe import FRONT, About, Get, HttpDialogue, NoAnswer, Page
from scanner.wire import Garbled, elastic

#: One row takes about 150 bytes, so this is a cluster of 28,000 indices.
MAX_LISTING = 4 << 20

#: Types only, for twenty mappings of a thousand fields each: about 1 MiB.
MAX_MAPPINGS = 4 << 20

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

#: The mappings of the largest indices tell what a cluster is for.
MAX_MAPPED = 20

#: Elasticsearch refuses a request line beyond 4 KiB.
MAX_TARGET = 3_000

COLUMNS = "/_cat/indices?format=json&bytes=b&h=index,docs.count,pri.store.size,creation.date"
LISTING = Get(COLUMNS, max_bytes=MAX_LISTING)
LISTING_HIDDEN = Get(f"{COLUMNS}&expand_wildcards=all", max_bytes=MAX_LISTING)
STATS = Get("/_stats?clear=true&docs=true&store=true", max_bytes=MAX_LISTING)
READABLE = Get("/_stats/docs,store?filter_path=indices.*.primaries", max_bytes=MAX_LISTING)
CONTROL = Get("/ronde-no-such-index/_mapping")
COUNT = Get("/_count?filter_path=count,_shards.total")
CREATED = Get("/_settings/index.creation_date", max_bytes=MAX_LISTING)
MAPPINGS = Get("/{}/_mapping?filter_path=**.properties.*.type", max_bytes=MAX_MAPPINGS)

TAGLINES = {
    "You Know, for Search": "elasticsearch",
    "The OpenSearch Project: https://opensearch.org/": "opensearch",
}

#: What the security layers of the family call themselves in `WWW-Authenticate`.
REALMS = {
    "security": "elasticsearch",
    "shield": "elasticsearch",
    "Search Guard": "elasticsearch",
    "ReadonlyREST": "elasticsearch",
    "Open Distro Security": "elasticsearch",
    "OpenSearch Security": "opensearch",
}

#: How a node answers everything until its security layer has been given a configuration.
UNINITIALISED = {
    b"OpenSearch Security not initialized": "opensearch",
    b"Open Distro Security not initialized": "elasticsearch",
    b"Search Guard not initialized": "elasticsearch",
}

#: How versions before 2.0 refuse the control, perhaps inside an error of the node that they asked.
MISSING = "IndexMissingException[[ronde-no-such-index]"
FORBIDDEN = ("AuthenticationException[", "AuthorizationException[")

COMPATIBLE = Service("elasticsearch-compatible")

#: The version that learnt to list the hidden indices; a version before 7.7 refuses the word.
HIDDEN_SINCE = (7, 7)

OK = 200
BAD_REQUEST = 400
UNAUTHORIZED = 401
NOT_FOUND = 404
UNAVAILABLE = 503
REFUSED = frozenset({401, 403})
BUSY = frozenset({429, UNAVAILABLE})

VERSION = re.compile(r"[0-9]{1,3}(\.[0-9]{1,5}){1,3}(-[A-Za-z0-9.]{1,20})?")
IDENTITIES = {
    "cluster_uuid": re.compile(r"[A-Za-z0-9_-]{22}"),
    "build_hash": re.compile(r"[0-9a-f]{7,40}"),  # 5.x and 6.x shorten theirs
}
REALM = re.compile(r'realm="([^"]{1,64})"')
#: A name that can stand in a list of indices: no wildcard, no date arithmetic, no exclusion, and
#: no colon, which would make the server ask another cluster.
PLAIN_NAME = re.compile(r"[^\s\\/*?\"<>|,#:%_+-][^\s\\/*?\"<>|,#:%]*")


class Elasticsearch:
    """A cluster is open when it lists its indices and says in its own words what it has not."""

    about = About(
        name="elasticsearch",
        title="Elasticsearch lists its indices to anyone",
        ports=frozenset({9200, 9201, 9202}),
        tls_ports=frozenset({9243}),
        front=FRONT,
        asks=(FRONT, LISTING, LISTING_HIDDEN, STATS, READABLE, CONTROL, COUNT, CREATED, MAPPINGS),
        proves="the indices are listed, and an index that cannot exist is refused by name",
        cwe=306,
        remedy=(
            "Switch the security layer on (`xpack.security.enabled: true` since 6.8 and 7.1, "
            "the security plugin of OpenSearch), and let only the hosts that need it reach the "
            "port. Before 6.8, upgrade, or put an authenticating proxy before it."
        ),
        references=(
            "https://www.elastic.co/docs/deploy-manage/security",
            "https://docs.opensearch.org/latest/security/",
        ),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise a node that introduces itself, and whatever may stand guard before one.

        A page that only demands authentication is a candidate: the indices behind it may be open.
        """
        if front.status in REFUSED:
            return _gatekeeper(front) or COMPATIBLE
        return _introduced(front) or _uninitialised(front) or _signed(front)

    def assess(self, front: Page) -> HttpDialogue:
        """List the indices; then see what the cluster says of one that cannot exist."""
        service = self.identify(front) or COMPATIBLE
        ask, listing = yield from _list(service)
        service = _named_by(listing, service)
        if listing.status in REFUSED:
            return (yield from _refused(service, front, ask, listing))
        if listing.status != OK:
            return _no_listing(service, ask, listing)
        indices = elastic.totals(listing.json()) if ask is STATS else elastic.rows(listing.json())
        control = yield CONTROL
        access = _access(service, control)
        if access is None:
            return _half_proof(service, ask, control)
        return Assessment(
            access=access,
            service=service,
            because=f"{_because(access, len(indices))}{_aside(front)}",
            proof=Proof(ask.name, f"{len(indices)} indices listed", _refusal(control)),
            holdings=(yield from _described(indices)),
            holdings_total=len(indices),
        )


def _introduced(front: Page) -> Service | None:
    """Read the page that a node greets with; the versions before 2 send it with 503, too."""
    try:
        root = front.json()
        product = TAGLINES.get(root["tagline"].text())
        number = root["version"]["number"].text()
    except Garbled:
        return None
    if product is None:
        return None
    genuine = (
        product == "opensearch" or _is_elastic(front) or _well_formed(root["version"], "build_hash")
    )
    return Service(
        product=product if genuine else COMPATIBLE.product,
        version=number if VERSION.fullmatch(number) else None,
        identity=_well_formed(root, "cluster_uuid"),
    )


def _well_formed(place: Json, member: str) -> str | None:
    """Give an identity only if it can be one: `_na_` is what a node says before it has any."""
    found = place.get(member)
    text = found.value if found is not None and isinstance(found.value, str) else ""
    return text if IDENTITIES[member].fullmatch(text) else None


def _is_elastic(page: Page) -> bool:
    return page.headers.get("x-elastic-product") == "Elasticsearch"


def _gatekeeper(page: Page) -> Service | None:
    """Recognise the security layer that refuses a caller, from its realm or its JSON error."""
    for realm in REALM.findall(page.headers.get("www-authenticate", "")):
        if realm in REALMS:
            return Service(REALMS[realm])
    return Service("elasticsearch") if _forbids(page) else _signed(page)


def _signed(page: Page) -> Service | None:
    """Recognise a node by the header that it signs with since 7.14, whatever else it says."""
    return Service("elasticsearch") if _is_elastic(page) else None


def _uninitialised(front: Page) -> Service | None:
    for sentence, product in UNINITIALISED.items():
        if front.status == UNAVAILABLE and front.body.startswith(sentence):
            return Service(product)
    return None


def _named_by(page: Page, service: Service) -> Service:
    """Let a later page name the product that a proxy hid at the front."""
    return (_gatekeeper(page) or service) if service is COMPATIBLE else service


def _list(service: Service) -> Generator[Get, Page, tuple[Get, Page]]:
    """Ask for the listing that this version has; hidden indices hold what data streams hold."""
    ask = _listing(service)
    page = yield ask
    if ask is LISTING_HIDDEN and page.status == BAD_REQUEST:
        ask = LISTING
        page = yield ask
    return ask, page


def _listing(service: Service) -> Get:
    if service.version is None or service.product == "opensearch":
        return LISTING_HIDDEN
    major, minor, *_ = (int(part) for part in re.findall(r"[0-9]+", service.version))
    if major == 0:
        return STATS
    return LISTING_HIDDEN if (major, minor) >= HIDDEN_SINCE else LISTING


def _refused(service: Service, front: Page, ask: Get, listing: Page) -> HttpDialogue:
    """Tell a shut door from one that hides its listing and lets documents be read."""
    count = yield COUNT
    if count.status == OK:
        return (yield from _readable(service, front, count.json()["count"].integer()))
    if front.status == OK:
        return Assessment(
            access=Access.PARTIAL,
            service=service,
            because="tells its product and version, but refuses to list its indices",
            proof=Proof(FRONT.name, "product and version told", _refusal(listing, ask)),
        )
    why = f"{_path(ask)} answered {listing.status}"
    if service is COMPATIBLE:
        # Every page demanded a credential: whatever is behind, this door is shut. A 403 may be
        # meant for our address alone, so it says nothing.
        shut = {front.status, listing.status, count.status} == {UNAUTHORIZED}
        silence = Silence.GUARDED if shut else Silence.UNRECOGNISED
        return Unknown(silence, f"{why}, and nothing names the product behind")
    return Assessment(access=Access.LOCKED, service=service, because=why)


def _readable(service: Service, front: Page, documents: int) -> HttpDialogue:
    """Name the indices of a role that may read them, but not ask the cluster for its state."""
    stats = yield READABLE
    indices = elastic.totals(stats.json()) if stats.status == OK else []
    control = yield CONTROL
    access = _access(service, control)
    if access is None:
        return _half_proof(service, COUNT, control)
    return Assessment(
        access=access if indices else Access.PARTIAL,
        service=service,
        because=f"lets its documents be read without credentials: {documents}{_aside(front)}",
        proof=Proof(COUNT.name, f"{documents} documents counted", _refusal(control)),
        holdings=(yield from _described(indices)),
        holdings_total=None if documents and not indices else len(indices),
    )


def _no_listing(service: Service, ask: Get, listing: Page) -> Outcome:
    why = f"{_path(ask)} answered {listing.status}"
    return Unknown(Silence.BUSY if listing.status in BUSY else Silence.HALF_PROOF, why, service)


def _half_proof(service: Service, ask: Get, control: Page) -> Outcome:
    if control.status == OK:
        side = f"the control {CONTROL.name} was answered with success, too"
    else:
        side = f"the control {CONTROL.name} answered {control.status} in nobody's words"
    return Unknown(Silence.HALF_PROOF, f"{_path(ask)} was answered, but {side}", service)


def _access(service: Service, control: Page) -> Access | None:
    """Judge by the control: who may look for any name may see them all; None proves nothing."""
    if _misses(control):
        return Access.OPEN
    if _forbids(control) or (control.status in REFUSED and service is not COMPATIBLE):
        return Access.PARTIAL
    return None


def _misses(page: Page) -> bool:
    """Tell whether the index that cannot exist is refused in Elasticsearch's own words."""
    kind, sentence = _error(page)
    missing = kind == "index_not_found_exception" or MISSING in sentence
    return page.status == NOT_FOUND and missing


def _forbids(page: Page) -> bool:
    """Tell whether a security layer of the family refuses in its own words."""
    kind, sentence = _error(page)
    forbidden = kind == "security_exception" or sentence.startswith(FORBIDDEN)
    return page.status in REFUSED and forbidden


def _error(page: Page) -> tuple[str, str]:
    try:
        return elastic.error(page.json())
    except Garbled:
        return "", ""


def _refusal(page: Page, ask: Get = CONTROL) -> str:
    kind = "an index-not-found" if _misses(page) else "a security" if _forbids(page) else "no"
    return f"{_path(ask)} answered {page.status} with {kind} error of its own"


def _path(ask: Get) -> str:
    """Name an ask in a sentence, without its columns."""
    return ask.name.partition("?")[0]


def _because(access: Access, count: int) -> str:
    if access is Access.PARTIAL:
        return f"lists indices without credentials and refuses others: {count}"
    if count == 0:
        return "has no index yet, but would refuse none to a caller without credentials"
    return f"lists its indices without credentials: {count}"


def _aside(front: Page) -> str:
    return f", although {FRONT.name} answered {front.status}" if front.status in REFUSED else ""


def _described(indices: list[Holding]) -> Generator[Get, Page, tuple[Holding, ...]]:
    """Add dates and field names. The proof stands already: a silence here costs only detail."""
    kept = sorted(indices, key=_rank)[:MAX_HOLDINGS]
    with suppress(NoAnswer, Garbled):
        if kept and not any(index.created for index in kept):
            kept = _dated(kept, (yield CREATED))
        chosen = _worth_mapping(kept)
        if chosen:
            kept = _with_fields(kept, (yield MAPPINGS.fill(",".join(chosen))))
    return tuple(kept)


def _rank(index: Holding) -> tuple[bool, int, str]:
    """Put the team's own indices first, the largest on top."""
    return _is_system(index), -(index.records or 0), index.name


def _is_system(index: Holding) -> bool:
    """Tell the cluster's own indices; those of a data stream start with a dot as well."""
    return index.name.startswith(".") and not index.name.startswith(".ds-")


def _dated(indices: list[Holding], page: Page) -> list[Holding]:
    created = elastic.creation_dates(page.json()) if page.status == OK else {}
    return [replace(index, created=created.get(index.name)) for index in indices]


def _worth_mapping(indices: list[Holding]) -> list[str]:
    """Choose the largest indices whose names can stand in one request line."""
    chosen: list[str] = []
    plain = (i.name for i in indices if PLAIN_NAME.fullmatch(i.name) and not _is_system(i))
    for name in islice(plain, MAX_MAPPED):
        if len(quote(",".join([*chosen, name]), safe="")) > MAX_TARGET:
            break
        chosen.append(name)
    return chosen


def _with_fields(indices: list[Holding], page: Page) -> list[Holding]:
    fields = elastic.field_names(page.json()) if page.status == OK else {}
    return [replace(index, fields=fields.get(index.name, ())) for index in indices]
