"""Neo4j."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access, Severity
from tests.lab.servers.neo4j import bolt, neo4j
from tests.lab.verdict import AS_TOLD, FOUND, Group, Held, Verdict, door

HELD: tuple[Held, ...] = (
    ("neo4j", "database", 2, ("number", "patient_name")),
    ("neo4j.Patient", "label", None, ()),
    ("neo4j.Fax", "label", None, ()),
)

GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "neo4j": Group(
            FOUND,
            (
                (door(neo4j), Verdict(Access.OPEN, "neo4j", AS_TOLD, Severity.HIGH, HELD)),
                (door(neo4j, locked=True), Verdict(Access.LOCKED, "neo4j", AS_TOLD)),
                (
                    lambda lab: lab.start(bolt, lab.start(neo4j)),
                    Verdict(Access.OPEN, "neo4j", AS_TOLD, Severity.HIGH, HELD),
                ),
                (
                    lambda lab: lab.start(bolt, lab.start(neo4j, locked=True)),
                    Verdict(Access.LOCKED, "neo4j", AS_TOLD),
                ),
            ),
        ),
    }
)
