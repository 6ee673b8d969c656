"""FHIR, as far as counts: what a search found, what a server refuses, what it says of itself.

Sources: https://hl7.org/fhir/R4/bundle.html, operationoutcome.html, capabilitystatement.html.
"""

from dataclasses import dataclass

from scanner.jsonview import Json
from scanner.wire import Garbled, counts

#: Of which an issue of an OperationOutcome is one or the other; the former are failures.
_FAILURES = frozenset({"fatal", "error"})
_SEVERITIES = _FAILURES | {"warning", "information"}

_OUTCOME = "OperationOutcome"


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to: how many, if that was counted, and whether records came along.

    `fails` tells whether an outcome came along that says so: a refusal inside a success.
    """

    total: int | None
    hands_out: bool
    fails: bool = False


@dataclass(frozen=True, slots=True)
class Software:
    """What a server says of itself: its own text, and the types that it knows."""

    name: str
    version: str
    types: frozenset[str]


def found(document: Json) -> Found:
    """Read what a search came to; of what was handed out nothing is looked at but what it is.

    A `type` may be missing (HAPI FHIR left it out of counts), but none other may stand there. An
    entry of mode `outcome` is about the search and no record [R4, bundle.html#searchset].

    Raises:
        Garbled: it is no Bundle of a search.
    """
    kind = document.get("type")
    if _resource(document) != "Bundle" or (kind and kind.text() != "searchset"):
        raise Garbled("expected a Bundle of a search")
    outcomes = [_outcome(entry) for entry in _elements(document, "entry")]
    return Found(
        counts.read(document.get("total")),
        hands_out=None in outcomes,
        fails=any(_severities(one) & _FAILURES for one in outcomes if one is not None),
    )


def is_outcome(document: Json) -> bool:
    """Tell whether this is an OperationOutcome with an issue: how FHIR refuses."""
    if _resource(document) != _OUTCOME:
        return False
    severities = _severities(document)
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


def _outcome(entry: Json) -> Json | None:
    """Give what an entry says about the search, or None where it hands out a record."""
    resource = entry.get("resource")
    if _text(resource, "resourceType") == _OUTCOME:
        return resource
    if _text(entry.get("search"), "mode") == "outcome":
        raise Garbled("expected an OperationOutcome in an entry of mode outcome")
    return None


def _severities(outcome: Json) -> frozenset[str]:
    return frozenset(issue["severity"].text() for issue in outcome["issue"].elements())


def _resource(document: Json) -> str:
    return document["resourceType"].text()


def _elements(place: Json, member: str) -> list[Json]:
    inner = place.get(member)
    return [] if inner is None else list(inner.elements())


def _text(place: Json | None, member: str) -> str:
    inner = None if place is None else place.get(member)
    return "" if inner is None else inner.text()
