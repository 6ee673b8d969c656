"""Weaviate: which classes a stranger can list."""

from collections import Counter
from collections.abc import Generator
from contextlib import suppress

from msgspec.structs import replace

from scanner.fieldnames import bounded, schema_names
from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import FRONT, About, Get, HttpAsk, HttpDialogue, NoAnswer, Page
from scanner.verdict import OK, half_proof, not_answered
from scanner.wire import Garbled, counts, versions

#: A class with a dozen properties takes about 3 KiB of the schema.
MAX_SCHEMA = 8 << 20

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

SCHEMA = Get("/v1/schema", max_bytes=MAX_SCHEMA)
CONTROL = Get("/v1/schema/RondeNoSuchClass/shards")
META = Get("/v1/meta")
NODES = Get("/v1/nodes?output=verbose", max_bytes=MAX_SCHEMA)

#: Where the links of the front page point; it is public, and the same on a locked server.
DOCUMENTATION = (
    "https://weaviate.io/",
    "https://www.semi.technology/",
    "https://docs.weaviate.io/",
)


class Weaviate:
    """A server is open when it gives its schema and refuses a class that it has not by name."""

    about = About(
        name="weaviate",
        title="Weaviate gives its schema to anyone",
        ports=frozenset({8080}),
        front=FRONT,
        asks=(FRONT, SCHEMA, CONTROL, META, NODES),
        proves="the schema is given, and the shards of a class that cannot exist are refused",
        cwe=306,
        remedy=(
            "Set `AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED=false` and an authentication of API "
            "keys or OpenID Connect, with an authorization beside it; without any of them "
            "anonymous access is the default. Let only its clients reach 8080 and 50051."
        ),
        references=("https://docs.weaviate.io/deploy/configuration/authentication",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the links that the front page redirects with, locked or not."""
        try:
            links = front.json()["links"]
            ours = links["documentationHref"].text().startswith(DOCUMENTATION)
            return Service("weaviate") if ours and links["href"].text() == "/v1" else None
        except Garbled:
            return None

    def assess(self, _: Page) -> HttpDialogue:
        """Ask for the schema; then for the shards of a class that cannot exist."""
        service = Service("weaviate")
        schema = yield SCHEMA
        if schema.status != OK:
            return not_answered(service, SCHEMA, schema)
        classes = [_class(one) for one in schema.json()["classes"].elements()]
        if not _misses((yield CONTROL)):
            return half_proof(service, f"the control {CONTROL.name} was not refused by name")
        return Assessment(
            access=Access.OPEN,
            service=Service("weaviate", (yield from _version())),
            because=f"gives its schema without credentials, classes: {len(classes)}",
            proof=Proof(
                SCHEMA.name, f"{len(classes)} classes listed", f"{CONTROL.name} was refused by name"
            ),
            holdings=(yield from _counted(classes[:MAX_HOLDINGS])),
            holdings_total=len(classes),
        )


def _class(one: Json) -> Holding:
    """Name a class and its properties; descriptions and modules' settings are not looked at."""
    properties = one.get("properties")
    names = () if properties is None else [each["name"].text() for each in properties.elements()]
    return Holding(name=one["class"].text(), kind="class", fields=bounded(schema_names(names)))


def _misses(page: Page) -> bool:
    """Tell whether the class is refused by its name, in Weaviate's list of errors."""
    try:
        said = [error["message"].text() for error in page.json()["error"].elements()]
    except Garbled:
        return False
    return page.status in {404, 422} and any("RondeNoSuchClass" in one for one in said)


def _version() -> Generator[HttpAsk, Page, str | None]:
    with suppress(NoAnswer, Garbled):
        return versions.read((yield META).json()["version"].value)
    return None


def _counted(classes: list[Holding]) -> Generator[HttpAsk, Page, tuple[Holding, ...]]:
    """Add up the objects in the shards of each class, over all nodes of the cluster."""
    with suppress(NoAnswer, Garbled):
        page = yield NODES
        if classes and page.status == OK:
            objects = _objects(page.json())
            return tuple(replace(one, records=objects.get(one.name)) for one in classes)
    return tuple(classes)


def _objects(nodes: Json) -> Counter[str]:
    """Count objects by class; nodes hold replicas, so this is an upper bound on a cluster.

    Raises:
        Garbled: a shard has no count, so its class has none either.
    """
    objects: Counter[str] = Counter()
    for node in nodes["nodes"].elements():
        shards = node.get("shards")
        for shard in () if shards is None else shards.elements():
            count = counts.read(shard["objectCount"])
            if count is None:
                raise Garbled("expected a count of objects")
            objects[shard["class"].text()] += count
    return objects
