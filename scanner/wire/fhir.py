"""FHIR, as far as counts: what a search found, what a server refuses, what it says of itself.

Sources: https://hl7.org/fhir/R4/bundle.html, operationoutcome.html, capabilitystatement.html.
"""

from dataclasses import dataclass

from scanner.jsonview import Json
from scanner.wire import Garbled, counts

#: Of which an issue of an OperationOutcome is one or the other.
_SEVERITIES = frozenset({"fatal", "error", "warning", "information"})


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to: how many, if that was counted, and whether records came along."""

    total: int | None
    hands_out: bool


@dataclass(frozen=True, slots=True)
class Software:
    """What a server says of itself: its own text, and the types that it knows."""

    name: str
    version: str
    types: frozenset[str]


def found(document: Json) -> Found:
    """Read what a search came to; of what was handed out nothing is looked at.

    A `type` may be missing (HAPI FHIR left it out of counts), but none other may stand there.

    Raises:
        Garbled: it is no Bundle of a search.
    """
    kind = document.get("type")
    if _resource(document) != "Bundle" or (kind and kind.text() != "searchset"):
        raise Garbled("expected a Bundle of a search")
    return Found(counts.read(document.get("total")), document.get("entry") is not None)


def is_outcome(document: Json) -> bool:
    """Tell whether this is an OperationOutcome with an issue: how FHIR refuses."""
    if _resource(document) != "OperationOutcome":
        return False
    severities = [issue["severity"].text() for issue in document["issue"].elements()]
    return bool(severities) and _SEVERITIES.issuperset(severities)


def software(document: Json) -> Software:
    """Read a CapabilityStatement.

    Raises:
        Garbled: it is none.
    """
    if _resource(document) != "CapabilityStatement":
        raise Garbled("expected a CapabilityStatement")
    document["fhirVersion"].text()
    told = document.get("software")
    types = {
        resource["type"].text()
        for rest in document["rest"].elements()
        for resource in _elements(rest, "resource")
    }
    return Software(_text(told, "name"), _text(told, "version"), frozenset(types))


def _resource(document: Json) -> str:
    return document["resourceType"].text()


def _elements(place: Json, member: str) -> list[Json]:
    inner = place.get(member)
    return [] if inner is None else list(inner.elements())


def _text(place: Json | None, member: str) -> str:
    inner = None if place is None else place.get(member)
    return "" if inner is None else inner.text()
