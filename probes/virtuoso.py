"""Virtuoso: which graphs a stranger can list through its SPARQL endpoint."""

from scanner import verdict
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import FRONT, About, Get, HttpDialogue, Page
from scanner.verdict import OK, REFUSED
from scanner.wire import versions

#: As many graphs as a listing holds; the server is told to stop after so many milliseconds, and
#: gives what it has found until then.
MAX_GRAPHS = 500
PATIENCE = 2_000

#: The names of graphs are addresses; longer ones are cut.
MAX_NAME = 255

SPARQL = "application/sparql-results+json"

#: `SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } } LIMIT …`: names of graphs, and no triple.
LISTING = Get(
    "/sparql?query=SELECT%20DISTINCT%20%3Fg%20WHERE%20%7BGRAPH%20%3Fg%20%7B%3Fs%20%3Fp%20%3Fo%7D%7D"
    f"%20LIMIT%20{MAX_GRAPHS}&timeout={PATIENCE}",
    accept=SPARQL,
)
CONTROL = Get("/sparql?query=RONDE", accept=SPARQL)

#: How a query that is none is refused: its own word for a compiler of SPARQL that stumbled.
STUMBLED = b"SPARQL compiler"
BAD_REQUEST = 400

#: Graphs that every installation has.
OWN = (
    "http://www.openlinksw.com/",
    "http://localuriqaserver/",
    "http://www.w3.org/",
    "urn:",
    "virtrdf-label",
)

NAMELESS = Service("virtuoso")


class Virtuoso:
    """A server is open when it lists its graphs, and says in its own words what is no query."""

    about = About(
        name="virtuoso",
        title="Virtuoso answers SPARQL queries of anyone",
        ports=frozenset({8890}),
        front=FRONT,
        asks=(FRONT, LISTING, CONTROL),
        proves="the graphs are listed, and what is no query is refused by its compiler",
        cwe=306,
        remedy=(
            'Revoke the rights of the account `SPARQL` (`revoke SPARQL_SELECT from "SPARQL"`), or '
            "bind `[HTTPServer] ServerPort` to the addresses that need it. If the data is meant to "
            "be public, accept the finding; writing (`SPARQL_UPDATE`) never is."
        ),
        references=("https://docs.openlinksw.com/virtuoso/rdfsparql/",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the header that every page has, and a page that is guarded."""
        return _signed(front) or (NAMELESS if front.status in REFUSED else None)

    def assess(self, front: Page) -> HttpDialogue:
        """List the graphs; then see what the server says of what is no query."""
        listing = yield LISTING
        service = _signed(front) or _signed(listing)
        if service is None:
            return verdict.not_ours(LISTING, listing)
        if listing.status != OK:
            return verdict.not_answered(service, LISTING, listing)
        graphs = _graphs(listing)
        control = yield CONTROL
        if control.status != BAD_REQUEST or STUMBLED not in control.body:
            return verdict.half_proof(service, f"the control {CONTROL.name} was not refused")
        own = sum(graph.startswith(OWN) for graph in graphs)
        more = " or more" if len(graphs) >= MAX_GRAPHS else ""
        return Assessment(
            access=Access.OPEN,
            service=service,
            because=(
                f"answers queries without credentials; graphs listed: {len(graphs) - own}{more}"
            ),
            proof=Proof(
                verdict.path(LISTING),
                f"{len(graphs)} graphs listed, {own} of them the server's own",
                f"{verdict.path(CONTROL)} answered 400 for what is no query, in its own words",
            ),
            holdings=tuple(
                Holding(name=graph[:MAX_NAME], kind="graph")
                for graph in graphs
                if not graph.startswith(OWN)
            ),
            holdings_total=len(graphs) - own,
        )


def _signed(page: Page) -> Service | None:
    header = page.headers.get("server", "")
    if not header.startswith("Virtuoso/"):
        return None
    return Service("virtuoso", versions.found_in(header, "Virtuoso/"))


def _graphs(listing: Page) -> list[str]:
    """Read the names of graphs, in the form that SPARQL 1.1 gives to results.

    Raises:
        Garbled: another structure.
    """
    rows = listing.json()["results"]["bindings"].elements()
    return sorted(row["g"]["value"].text() for row in rows)
