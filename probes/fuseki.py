"""Apache Jena Fuseki: which datasets a stranger can list, and whether they answer queries."""

from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass

from scanner import verdict
from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Outcome, Proof, Service
from scanner.probe import FRONT, About, Get, HttpDialogue, NoAnswer, Page
from scanner.verdict import OK, REFUSED, UNAUTHORIZED
from scanner.wire import Garbled, versions

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000
MAX_NAME = 255

#: Each costs an ask; whoever may query one may mostly query all.
MAX_TRIED = 10

#: The server's own pages stand below `/$/`, which is put in as a segment.
OWN = "$"
LISTING = Get("/{}/server", max_bytes=4 << 20)

#: `ASK {}`: whether queries are answered, and nothing of the data.
NOTHING = Get("/{}/{}?query=ASK%7B%7D", accept="application/sparql-results+json")

#: What is no query, and how it is refused; the control works where `/$/` is shut, as it ships.
CONTROL = Get("/{}/{}?query=RONDE")
NO_QUERY = b"Parse error"
BAD_REQUEST = 400

TITLE = "Apache Jena Fuseki"
REALM = 'realm="TripleStore"'

NAMELESS = Service("fuseki")


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset, and the endpoint below it that takes queries, if one does."""

    name: str
    endpoint: str | None


class Fuseki:
    """A server is open when a dataset answers a query, and says in its own words what is none."""

    about = About(
        name="fuseki",
        title="Apache Jena Fuseki answers SPARQL queries of anyone",
        ports=frozenset({3030}),
        front=FRONT,
        asks=(FRONT, LISTING, NOTHING, CONTROL),
        proves="a dataset answers a query about nothing, and what is no query is refused as such",
        cwe=306,
        remedy=(
            "Demand users (`--passwd` and `--auth`, or `shiro.ini`), start without `--update`, and "
            "bind to the addresses that need it (`--localhost`). The pages below `/$/` are for "
            "administrators; the datasets need rules of their own."
        ),
        references=("https://jena.apache.org/documentation/fuseki2/fuseki-security.html",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the title of its page, or the realm of its refusal."""
        guarded = front.status == UNAUTHORIZED and REALM in front.headers.get(
            "www-authenticate", ""
        )
        return NAMELESS if guarded or front.title.startswith(TITLE) else None

    def assess(self, front: Page) -> HttpDialogue:
        """List the datasets; ask some of them about nothing; then one of them nonsense."""
        del front
        listing = yield LISTING.fill(OWN)
        if listing.status != OK:
            return verdict.not_answered(NAMELESS, LISTING, listing)
        told = listing.json()
        service = Service("fuseki", versions.read(told["version"].value))
        datasets = [_dataset(one) for one in told["datasets"].elements()]
        answering, refused = yield from _tried(datasets)
        if refused and not answering:
            return _named_only(service, datasets, refused)
        if not answering:
            return verdict.half_proof(service, "no dataset answered a query, and none refused one")
        control = yield CONTROL.fill(answering[0].name, answering[0].endpoint or "query")
        if control.status != BAD_REQUEST or NO_QUERY not in control.body:
            return verdict.half_proof(service, f"the control {CONTROL.name} was not refused")
        return Assessment(
            access=Access.OPEN,
            service=service,
            because=f"answers queries without credentials; datasets listed: {len(datasets)}",
            proof=Proof(
                NOTHING.name,
                f"{len(answering)} of {len(datasets)} datasets answered",
                f"{CONTROL.name} answered 400 for what is no query, in its own words",
            ),
            holdings=_holdings(datasets),
            holdings_total=len(datasets),
        )


def _dataset(told: Json) -> Dataset:
    name = told["ds.name"].text().removeprefix("/")
    for service in told["ds.services"].elements():
        names = [one.text() for one in service["srv.endpoints"].elements()]
        if service["srv.type"].text().lower() == "query" and any(names):
            return Dataset(name, next(filter(None, names)))
    return Dataset(name, None)


def _tried(datasets: list[Dataset]) -> Generator[Get, Page, tuple[list[Dataset], int]]:
    """Find the datasets that answer a query about nothing, and count those that refuse one."""
    answering, refused = list[Dataset](), 0
    with suppress(NoAnswer, Garbled):
        for dataset in datasets[:MAX_TRIED]:
            if dataset.endpoint is None:
                continue
            page = yield NOTHING.fill(dataset.name, dataset.endpoint)
            refused += page.status in REFUSED
            if page.status == OK and page.json()["boolean"].boolean():
                answering.append(dataset)
    return answering, refused


def _named_only(service: Service, datasets: list[Dataset], refused: int) -> Outcome:
    """Settle a server that tells its names, as it ships, and keeps its data in."""
    return Assessment(
        access=Access.PARTIAL,
        service=service,
        because=f"names its datasets without credentials, and refuses queries: {len(datasets)}",
        proof=Proof(
            LISTING.name,
            f"{len(datasets)} datasets listed",
            f"{NOTHING.name} was refused by {refused} of them",
        ),
        holdings=_holdings(datasets),
        holdings_total=len(datasets),
    )


def _holdings(datasets: list[Dataset]) -> tuple[Holding, ...]:
    names = [dataset.name[:MAX_NAME] for dataset in datasets[:MAX_HOLDINGS]]
    return tuple(Holding(name=name, kind="dataset") for name in names)
