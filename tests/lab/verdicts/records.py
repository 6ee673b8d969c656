"""HL7 interfaces, HAPI FHIR and Tryton."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access, Severity
from tests.lab.servers.nginx import Front
from tests.lab.servers.records import hapi, interface, node_interface, tryton
from tests.lab.verdict import AS_TOLD, FOUND, Group, Verdict, behind, door

TYPES = (
    ("Patient", "resource type", 3, ()),
    ("DocumentReference", "resource type", 1, ()),
)
NAMES = (("health", "database", None, ()),)

GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "records": Group(
            FOUND,
            (
                (door(interface), Verdict(Access.IDENTIFIED, "mllp", None)),
                (door(node_interface), Verdict(Access.IDENTIFIED, "mllp", None)),
                (door(hapi), Verdict(Access.OPEN, "hapi-fhir", AS_TOLD, Severity.HIGH, TYPES)),
                (door(hapi, locked=True), Verdict(Access.LOCKED, "hapi-fhir", AS_TOLD)),
                (behind(Front.BASIC_AUTH, door(hapi)), Verdict(Access.LOCKED, None, None)),
                (door(tryton), Verdict(Access.PARTIAL, "tryton", AS_TOLD, Severity.MEDIUM, NAMES)),
                (door(tryton, locked=True), Verdict(Access.LOCKED, "tryton", AS_TOLD)),
            ),
        ),
    }
)
