"""Apache Solr: which cores a stranger can list."""

from collections.abc import Generator
from contextlib import suppress

from msgspec.structs import replace

from scanner.fieldnames import bounded, schema_names
from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import About, Get, HttpAsk, HttpDialogue, NoAnswer, Page
from scanner.verdict import OK, half_proof, not_answered, not_ours
from scanner.wire import Garbled, counts, versions

#: A core takes about 1 KiB of the listing, so this is a node of 4,000 cores.
MAX_LISTING = 4 << 20

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

#: The schemas of the largest cores tell what a node is for.
MAX_SCHEMAS = 20

#: Decisive and cheap, so it is the front: `/` and `/solr/` are the same pages on a locked node.
#: The page that would tell the version (`admin/info/system`) tells the JVM's arguments, too.
CORES = Get("/solr/admin/cores?action=STATUS&wt=json", max_bytes=MAX_LISTING)
CONTROL = Get("/solr/admin/cores?action=RONDENOSUCHACTION&wt=json")
VERSION = Get("/solr/admin/metrics?wt=json&key=solr.node:CONTAINER.version.specification")
FIELDS = Get("/solr/{}/schema/fields?wt=json&includeDynamic=false")

#: How `CoreAdminHandler` refuses an action, and how the rules of `security.json` do before it.
UNKNOWN_ACTION = {
    400: "Unsupported operation: RONDENOSUCHACTION",
    500: "Wrong core admin action",
}

#: The realm of `BasicAuthPlugin` unless an administrator chose another one.
REALM = 'realm="solr"'


class Solr:
    """A node is open when it lists its cores and refuses an action that it does not know."""

    about = About(
        name="solr",
        title="Solr lists its cores to anyone",
        ports=frozenset({8983, 7574}),
        front=CORES,
        asks=(CORES, CONTROL, VERSION, FIELDS),
        proves="the cores are listed, and an action that cannot exist is refused in Solr's words",
        cwe=306,
        remedy=(
            "Give the node a `security.json` with an authentication plugin, an authorization "
            "plugin and `blockUnknown: true`, bind it to the addresses that its clients need "
            "(`SOLR_JETTY_HOST`), and let nobody else reach the port. Before 5.3, upgrade."
        ),
        references=(
            "https://solr.apache.org/guide/solr/latest/deployment-guide/securing-solr.html",
        ),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the listing, and whatever may stand guard before it."""
        if front.status in {401, 403} or _is_listing(front):
            return Service("solr")
        return None

    def assess(self, front: Page) -> HttpDialogue:
        """Read the listing that came already; then ask for what no node can do."""
        service = Service("solr")
        if front.status != OK:
            named = REALM in front.headers.get("www-authenticate", "")
            return not_answered(service, CORES, front) if named else not_ours(CORES, front)
        cores = [_core(name, core) for name, core in front.json()["status"].items()]
        control = yield CONTROL
        if not _is_unknown_action(control):
            return half_proof(service, "the control was not refused in Solr's own words")
        return Assessment(
            access=Access.OPEN,
            service=Service("solr", (yield from _version())),
            because=f"lists its cores without credentials: {len(cores)}",
            proof=Proof(
                "GET /solr/admin/cores?action=STATUS",
                f"{len(cores)} cores listed",
                f"an action that cannot exist answered {control.status} with an error of its own",
            ),
            holdings=(yield from _described(cores)),
            holdings_total=len(cores),
        )


def _is_listing(page: Page) -> bool:
    """Tell whether a page lists cores, perhaps none; every version writes these two members."""
    try:
        root = page.json()
        return root["responseHeader"]["status"].integer() == 0 and root["status"].is_object
    except Garbled:
        return False


def _core(name: str, core: Json) -> Holding:
    """Count one core. Paths and times of start are not kept; a core that failed has no index."""
    index = core.get("index")
    counted = {} if index is None else dict(index.items())
    return Holding(
        name=name,
        kind="core",
        records=counts.read(counted.get("numDocs")),
        bytes=counts.read(counted.get("sizeInBytes")),
    )


def _is_unknown_action(page: Page) -> bool:
    """Tell whether the action that cannot exist is refused in Solr's own words."""
    try:
        error = page.json()["error"]
        code, said = error["code"].integer(), error["msg"].text()
    except Garbled:
        return False
    return code == page.status and UNKNOWN_ACTION.get(code) == said


def _version() -> Generator[HttpAsk, Page, str | None]:
    """Ask for the version alone, which the metrics tell since 6.4."""
    with suppress(NoAnswer, Garbled):
        page = yield VERSION
        return next((versions.read(one.value) for _, one in page.json()["metrics"].items()), None)
    return None


def _described(cores: list[Holding]) -> Generator[HttpAsk, Page, tuple[Holding, ...]]:
    """Add field names. The proof stands already: a silence here costs only detail."""
    kept = sorted(cores, key=lambda core: (-(core.records or 0), core.name))[:MAX_HOLDINGS]
    with suppress(NoAnswer, Garbled):
        for place, core in enumerate(kept[:MAX_SCHEMAS]):
            page = yield FIELDS.fill(core.name)
            if page.status == OK:
                kept[place] = replace(core, fields=_fields(page.json()))
    return tuple(kept)


def _fields(schema: Json) -> tuple[str, ...]:
    """Name the fields; defaults and all else that a schema says of them are not looked at."""
    return bounded(schema_names(field["name"].text() for field in schema["fields"].elements()))
