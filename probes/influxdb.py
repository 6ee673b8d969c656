"""InfluxDB 1, 2 and 3: which databases a stranger can list, and whether he could become its owner.

Each generation has an API of its own; what they share is `/ping` and a header with the version.
"""

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import suppress
from types import MappingProxyType

from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import About, Get, HttpDialogue, NoAnswer, Page
from scanner.verdict import (
    FORBIDDEN,
    NOT_FOUND,
    OK,
    REFUSED,
    UNAUTHORIZED,
    half_proof,
    locked,
    not_answered,
    not_ours,
    path,
)
from scanner.wire import Garbled, versions

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

PING = Get("/ping")
DATABASES = Get("/query?q=SHOW%20DATABASES")
CONTROL = Get("/query?q=RONDE")
SIZES = Get("/query?q=SHOW%20STATS%20FOR%20%27database%27")
SETUP = Get("/api/v2/setup")
BUCKETS = Get("/api/v2/buckets?limit=1")
DATABASES_3 = Get("/api/v3/configure/database?format=json")
CONTROL_3 = Get("/api/v3/query_sql?db=ronde_no_such_database&q=SELECT%201")

#: How 1.x refuses everybody while authentication is on and nobody has an account yet.
NOBODY_YET = "create admin user first"

#: How 3.x refuses a caller without a token, `/ping` included.
NO_TOKEN = "the request was not authenticated"  # noqa: S105 - a server's sentence

#: How 1.x refuses a word that is no query.
NO_QUERY = "error parsing query"
NO_DATABASE = b"database not found"

#: What 1.x keeps its own measurements in.
OWN = "_internal"

BAD_REQUEST = 400


class Influxdb:
    """A server is open when it lists its databases and refuses what cannot exist."""

    about = About(
        name="influxdb",
        title="InfluxDB lists its databases to anyone",
        ports=frozenset({8086, 8181}),
        front=PING,
        asks=(PING, DATABASES, CONTROL, SIZES, SETUP, BUCKETS, DATABASES_3, CONTROL_3),
        proves="the databases are listed, and a query or a database that cannot exist is refused",
        cwe=306,
        remedy=(
            "1.x: `auth-enabled = true` in `[http]`, after an administrator was created. 2.x: "
            "finish the set-up at once. 3.x: start without `--without-auth`. In every case let "
            "only the hosts that need it reach the port."
        ),
        references=(
            "https://docs.influxdata.com/influxdb/v1/administration/authentication_and_authorization/",
            "https://docs.influxdata.com/influxdb3/core/admin/tokens/",
        ),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the header of every generation; a bare refusal is a candidate."""
        named = _named(front)
        return named or (Service("influxdb") if front.status in REFUSED else None)

    def assess(self, front: Page) -> HttpDialogue:
        """Choose the API by the version; behind a guarded `/ping` stands 1.x, if anything."""
        service = _named(front)
        if service is None:
            return (yield from _behind())
        if service.version is None and front.status in REFUSED:
            return locked(service, PING, front)
        major = (service.version or "1").partition(".")[0]
        generation: Callable[[Service], HttpDialogue] = _GENERATIONS.get(major, _first)
        return (yield from generation(service))


def _named(page: Page) -> Service | None:
    """Recognise the header; 3.x has no word of itself for a caller without a token."""
    version = page.headers.get("x-influxdb-version")
    if version is not None:
        return Service("influxdb", versions.read(version))
    is_third = page.status == UNAUTHORIZED and _error(page) == NO_TOKEN
    return Service("influxdb") if is_third else None


def _behind() -> HttpDialogue:
    """Look behind a proxy that guards `/ping`, at what a stranger would want."""
    listing = yield DATABASES
    service = _named(listing)
    if service is None or listing.status in REFUSED:
        return locked(service, DATABASES, listing) if service else not_ours(DATABASES, listing)
    return (yield from _first(service))


def _first(service: Service) -> HttpDialogue:
    """1.x: a query language over HTTP, with or without accounts."""
    listing = yield DATABASES
    if listing.status == FORBIDDEN and NOBODY_YET in _error(listing):
        return (yield from _ownerless(service))
    if listing.status != OK:
        return not_answered(service, DATABASES, listing)
    names = list(_names(listing))
    control = yield CONTROL
    if not _is_no_query(control):
        return half_proof(service, f"the control {CONTROL.name} was not refused in its own words")
    return Assessment(
        access=Access.OPEN,
        service=service,
        because=f"lists its databases without credentials: {len(names)}",
        proof=Proof(
            DATABASES.name,
            f"{len(names)} databases listed",
            f"{CONTROL.name} was refused as no query",
        ),
        holdings=(yield from _sized(names)),
        holdings_total=len(names),
    )


def _ownerless(service: Service) -> HttpDialogue:
    control = yield CONTROL
    if not _is_no_query(control):
        return half_proof(service, f"the control {CONTROL.name} was not refused in its own words")
    return Assessment(
        access=Access.UNCLAIMED,
        service=service,
        because="demands an account and has none yet: the first caller may make himself one",
        proof=Proof(
            DATABASES.name,
            "refused only until somebody creates the administrator",
            f"{CONTROL.name} was refused as no query, not for want of an account",
        ),
    )


def _second(service: Service) -> HttpDialogue:
    """2.x: always wants a token, but lets the first caller set it up."""
    setup = yield SETUP
    if setup.status != OK:
        return not_answered(service, SETUP, setup)
    allowed = setup.json()["allowed"].boolean()
    control = yield BUCKETS
    if control.status == OK:
        return half_proof(service, f"{BUCKETS.name} was answered, which 2.x never does")
    if not allowed:
        return not_answered(service, BUCKETS, control)
    if _code(control) != "unauthorized":
        return half_proof(service, f"the control {BUCKETS.name} was not refused in its own words")
    return Assessment(
        access=Access.UNCLAIMED,
        service=service,
        because="was never set up: the first caller becomes its administrator",
        proof=Proof(SETUP.name, "set-up is allowed", f"{BUCKETS.name} answered {control.status}"),
    )


def _third(service: Service) -> HttpDialogue:
    """3.x: wants a token unless it was started without."""
    listing = yield DATABASES_3
    if listing.status != OK:
        return not_answered(service, DATABASES_3, listing)
    names = [row["iox::database"].text() for row in listing.json().elements()]
    control = yield CONTROL_3
    if control.status != NOT_FOUND or NO_DATABASE not in control.body:
        return half_proof(service, f"the control {path(CONTROL_3)} was not refused by name")
    return Assessment(
        access=Access.OPEN,
        service=service,
        because=f"lists its databases without credentials: {len(names)}",
        proof=Proof(
            DATABASES_3.name,
            f"{len(names)} databases listed",
            f"{path(CONTROL_3)} answered {NOT_FOUND} for a database that cannot exist",
        ),
        holdings=tuple(Holding(name=name, kind="database") for name in names[:MAX_HOLDINGS]),
        holdings_total=len(names),
    )


_GENERATIONS: Mapping[str, Callable[[Service], HttpDialogue]] = MappingProxyType(
    {"2": _second, "3": _third}
)


def _names(page: Page) -> Iterator[str]:
    """Walk the names of the one series that `SHOW DATABASES` answers with.

    Raises:
        Garbled: another structure, an error among the results included.
    """
    for series in _series(page):
        if series["name"].text() != "databases":
            raise Garbled("a series of another name")
        for row in (series.get("values") or Json([])).elements():
            (name,) = row.elements() if len(row) == 1 else (Json(None),)
            yield name.text()


def _series(page: Page) -> Iterator[Json]:
    results = list(page.json()["results"].elements())
    if len(results) != 1:
        raise Garbled("more or less than one result")
    yield from results[0]["series"].elements()


def _sized(names: list[str]) -> Generator[Get, Page, tuple[Holding, ...]]:
    """Count the series. The proof stands already: a silence here costs only detail."""
    counts: dict[str, int] = {}
    with suppress(NoAnswer, Garbled):
        page = yield SIZES
        counts = dict(_counts(page)) if page.status == OK else {}
    held = (Holding(name=name, kind="database", records=counts.get(name)) for name in names)
    return tuple(sorted(held, key=_rank)[:MAX_HOLDINGS])


def _rank(database: Holding) -> tuple[bool, int, str]:
    """Put the team's own databases first, the largest on top."""
    return database.name == OWN, -(database.records or 0), database.name


def _counts(page: Page) -> Iterator[tuple[str, int]]:
    for series in _series(page):
        columns = [column.text() for column in series["columns"].elements()]
        for row in series["values"].elements():
            values = dict(zip(columns, row.elements(), strict=False))
            if "numSeries" in values:
                yield series["tags"]["database"].text(), values["numSeries"].integer()


def _is_no_query(page: Page) -> bool:
    return page.status == BAD_REQUEST and _error(page).startswith(NO_QUERY)


def _error(page: Page) -> str:
    return _member(page, "error")


def _code(page: Page) -> str:
    return _member(page, "code")


def _member(page: Page, name: str) -> str:
    try:
        return page.json()[name].text()
    except Garbled:
        return ""
