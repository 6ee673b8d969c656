"""Manticore Search: which tables a stranger can list."""

from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import FRONT, About, Get, HttpDialogue, Page
from scanner.verdict import OK, REFUSED, half_proof, locked, not_answered
from scanner.wire import Garbled, versions

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

TABLES = Get("/sql?mode=raw&query=SHOW%20TABLES")
CONTROL = Get("/sql?mode=raw&query=DESC%20ronde_no_such_table")

TITLE = "Manticore"

#: What it tells clients of Elasticsearch that it were: the same cluster and build on every server.
FROZEN = ("Z7igA6xDRDKCVwnMuyXCOQ", "fc0eeb6e2c25915d63d871d344e3d0b45ea0ea1e")

REALM = 'realm="Manticore daemon"'

#: What a table was called before 6.3 and is since then.
NAMES = ("Table", "Index")


class Manticore:
    """A server is open when it lists its tables and refuses one that it has not by name."""

    about = About(
        name="manticore",
        title="Manticore lists its tables to anyone",
        ports=frozenset({9308, 9312}),
        front=FRONT,
        asks=(FRONT, TABLES, CONTROL),
        proves="the tables are listed, and one that cannot exist is refused by name",
        cwe=306,
        remedy=(
            "Bind it to loopback (`listen = 127.0.0.1:9308:http`, and 9306 and 9312 likewise) or "
            "let only its clients reach it; releases that know `auth` can demand a password or "
            "a token, older ones need an authenticating proxy."
        ),
        references=(
            "https://manual.manticoresearch.com/Security/Authentication_and_authorization",
        ),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise its own page, its mask of Elasticsearch, or the realm that it demands."""
        refuses = front.status in REFUSED and REALM in front.headers.get("www-authenticate", "")
        greets = front.status == OK and (front.title == TITLE or _is_mask(front))
        if not refuses and not greets:
            return None
        number, _, _ = front.headers.get("server", "").partition(" ")
        return Service("manticore", versions.read(number))

    def assess(self, front: Page) -> HttpDialogue:
        """List the tables; then ask for one that cannot exist."""
        service = self.identify(front) or Service("manticore")
        if front.status in REFUSED:
            return locked(service, FRONT, front)
        listing = yield TABLES
        if listing.status != OK:
            return not_answered(service, TABLES, listing)
        tables = _tables(_result(listing))
        if not _is_missing((yield CONTROL)):
            return half_proof(service, "the control DESC ronde_no_such_table was not refused")
        return Assessment(
            access=Access.OPEN,
            service=service,
            because=f"lists its tables without credentials: {len(tables)}",
            proof=Proof(
                "GET /sql (SHOW TABLES)",
                f"{len(tables)} tables listed",
                "DESC of a table that cannot exist was refused by name",
            ),
            holdings=tuple(tables[:MAX_HOLDINGS]),
            holdings_total=len(tables),
        )


def _is_mask(front: Page) -> bool:
    try:
        root = front.json()
        told = (root["cluster_uuid"].text(), root["version"]["build_hash"].text())
    except Garbled:
        return False
    return told == FROZEN


def _result(page: Page) -> Json:
    """Give the one result of a statement, which stands in an array since 5.0.

    Raises:
        Garbled: there is none.
    """
    root = page.json()
    first = next(root.elements(), None) if root.is_array else root
    if first is None:
        raise Garbled("expected a result at $[0]")
    return first


def _tables(result: Json) -> list[Holding]:
    if result["error"].text():
        raise Garbled("expected no error at $.error")
    rows = [dict(row.items()) for row in result["data"].elements()]
    found = [row[name].text() for row in rows for name in NAMES if name in row]
    if len(found) != len(rows):
        raise Garbled("expected the name of a table in each row at $.data")
    return [Holding(name=name, kind="table") for name in found]


def _is_missing(page: Page) -> bool:
    """Tell whether the table that cannot exist is refused by its name."""
    try:
        error = _result(page)["error"].text()
    except Garbled:
        return False
    return error.startswith("no such ") and "ronde_no_such_table" in error
