"""Schema registries beside Kafka (Confluent's, Karapace): which schemas a stranger can read."""

from collections.abc import Generator, Iterator
from contextlib import suppress

from msgspec.structs import replace

from scanner.fieldnames import schema_names
from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import About, Get, HttpDialogue, NoAnswer, Page
from scanner.verdict import NOT_FOUND, OK, half_proof, not_answered
from scanner.wire import Garbled

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

#: The schemas of a few subjects tell what the topics are for.
MAX_READ = 20

SUBJECTS = Get("/subjects", max_bytes=4 << 20)
CONTROL = Get("/subjects/ronde-no-such-subject/versions")
SCHEMA = Get("/subjects/{}/versions/latest")

#: What a registry calls its own JSON, in any version.
TYPE = "application/vnd.schemaregistry."

#: `Subject not found`, in the numbers of the registry's own.
NO_SUBJECT = 40401


class SchemaRegistry:
    """A registry is open when it lists its subjects and misses one that cannot exist."""

    about = About(
        name="schemaregistry",
        title="A schema registry tells its schemas to anyone",
        ports=frozenset({8081}),
        front=SUBJECTS,
        asks=(SUBJECTS, CONTROL, SCHEMA),
        proves="the subjects are listed, and one that cannot exist is missed by its own number",
        cwe=306,
        remedy=(
            "Demand a login (`authentication.method=BASIC` with a JAAS file; Karapace: "
            "`registry_authfile`), or bind `listeners` to the hosts of the producers and consumers."
        ),
        references=(
            "https://docs.confluent.io/platform/current/schema-registry/security/index.html",
        ),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the type that a registry gives its pages, refusals often included."""
        typed = front.headers.get("content-type", "").lower().startswith(TYPE)
        return Service("schema-registry") if typed else None

    def assess(self, front: Page) -> HttpDialogue:
        """Miss a subject that cannot exist; then read what fields the others have."""
        service = Service("schema-registry")
        if front.status != OK:
            return not_answered(service, SUBJECTS, front)
        names = [name.text() for name in front.json().elements()]
        if not _is_missing((yield CONTROL)):
            return half_proof(service, f"the control {CONTROL.name} was not missed in its words")
        return Assessment(
            access=Access.OPEN,
            service=service,
            because=f"lists its subjects without a credential: {len(names)}",
            proof=Proof(
                SUBJECTS.name,
                f"{len(names)} subjects listed",
                f"{CONTROL.name} answered 404: subject not found",
            ),
            holdings=(yield from _described(names)),
            holdings_total=len(names),
        )


def _is_missing(page: Page) -> bool:
    try:
        return page.status == NOT_FOUND and page.json()["error_code"].integer() == NO_SUBJECT
    except Garbled:
        return False


def _described(names: list[str]) -> Generator[Get, Page, tuple[Holding, ...]]:
    """Add names of fields. The proof stands already: a silence costs only detail."""
    holdings = [Holding(name=name, kind="subject") for name in names[:MAX_HOLDINGS]]
    with suppress(NoAnswer):
        for place, name in enumerate(names[:MAX_READ]):
            with suppress(Garbled):
                page = yield SCHEMA.fill(name)
                holdings[place] = replace(holdings[place], fields=_fields(page))
    return tuple(holdings)


def _fields(page: Page) -> tuple[str, ...]:
    """Read the names of a record's fields; defaults, documentation and all else are dropped."""
    if page.status != OK:
        return ()
    schema = Json.parse(page.json()["schema"].text().encode())
    return tuple(sorted(schema_names(_names(schema))))


def _names(schema: Json) -> Iterator[str]:
    """Walk the fields of Avro, which are a list, or of JSON Schema, which are an object."""
    if (fields := schema.get("fields")) is not None:
        yield from (field["name"].text() for field in fields.elements())
    if (properties := schema.get("properties")) is not None:
        yield from (name for name, _ in properties.items())
