"""HBase's REST gateway: which tables a stranger can list, and the families of their columns."""

from collections.abc import Generator
from contextlib import suppress

from msgspec.structs import replace

from scanner.fieldnames import bounded, schema_names
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import FRONT, About, Get, HttpAsk, HttpDialogue, NoAnswer, Page
from scanner.verdict import FORBIDDEN, NOT_FOUND, OK, half_proof, locked, not_ours, path
from scanner.wire import Garbled, versions

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

#: What one conversation asks about; the listing tells how many tables there are.
MAX_DESCRIBED = 20

VERSION = Get("/version/cluster")
CONTROL = Get("/ronde-no-such-table/schema")
SCHEMA = Get("/{}/schema")

SERVICE = Service("hbase")

#: The gateway hands over the exception that made it refuse (`ResourceBase.java`).
DENIED = b"org.apache.hadoop.hbase.security.AccessDeniedException"
MISSING = b"org.apache.hadoop.hbase.TableNotFoundException"


class Hbase:
    """A gateway is open when it lists its tables and knows none that cannot exist."""

    about = About(
        name="hbase",
        title="HBase lists its tables to anyone",
        ports=frozenset({8080, 8085}),
        front=FRONT,
        asks=(FRONT, VERSION, CONTROL, SCHEMA),
        proves="the tables are listed, and one that cannot exist is refused by HBase's exception",
        cwe=306,
        remedy=(
            "Set `hbase.rest.authentication.type: kerberos` with its principal and keytab, switch "
            "HBase's own security on (`hbase.security.authentication` and `.authorization`), bind "
            "the gateway to loopback (`hbase.rest.host`), or stop it where nobody uses it."
        ),
        references=("https://hbase.apache.org/book.html#security.gateway.rest",),
    )

    def identify(self, front: Page) -> Service | None:
        """Take a list of tables for a candidate, and a refusal that names HBase's exception."""
        return SERVICE if _is_listing(front) or _is_denied(front) else None

    def assess(self, front: Page) -> HttpDialogue:
        """Learn whose tables these are; then ask for one that cannot exist."""
        if _is_denied(front):
            return locked(SERVICE, FRONT, front)
        told = yield VERSION
        service = _introduced(told)
        if service is None:
            return not_ours(VERSION, told)
        control = yield CONTROL
        if control.status != NOT_FOUND or MISSING not in control.body:
            return half_proof(service, f"the control {path(CONTROL)} was not refused by name")
        names = sorted(one["name"].text() for one in front.json()["table"].elements())
        return Assessment(
            access=Access.OPEN,
            service=service,
            because=f"lists its tables without credentials: {len(names)}",
            proof=Proof(
                FRONT.name,
                f"{len(names)} tables listed",
                f"{path(CONTROL)} answered {NOT_FOUND} with TableNotFoundException",
            ),
            holdings=(yield from _described(names[:MAX_HOLDINGS])),
            holdings_total=len(names),
        )


def _is_listing(front: Page) -> bool:
    """Tell whether the page is a list of tables and nothing else, perhaps an empty one."""
    try:
        told = front.json()
        for table in told["table"].elements():
            table["name"].text()
        return front.status == OK and len(told) == 1
    except Garbled:
        return False


def _is_denied(front: Page) -> bool:
    return front.status == FORBIDDEN and DENIED in front.body


def _introduced(page: Page) -> Service | None:
    """Read the version of the cluster: a bare string of older releases, a member since."""
    try:
        told = page.json()
        version = versions.read((told["Version"] if told.is_object else told).text())
    except Garbled:
        return None
    return Service("hbase", version) if version and page.status == OK else None


def _described(names: list[str]) -> Generator[HttpAsk, Page, tuple[Holding, ...]]:
    """Add the families of columns. The proof stands already: a silence costs only detail."""
    holdings = [Holding(name=name, kind="table") for name in names]
    with suppress(NoAnswer, Garbled):
        for place, holding in enumerate(holdings[:MAX_DESCRIBED]):
            page = yield SCHEMA.fill(holding.name)
            if page.status == OK:
                holdings[place] = replace(holding, fields=_families(page))
    return tuple(holdings)


def _families(page: Page) -> tuple[str, ...]:
    """Name the families. What stands below them, the qualifiers, is data and no schema names it."""
    columns = page.json()["ColumnSchema"].elements()
    return bounded(schema_names(one["name"].text() for one in columns))
