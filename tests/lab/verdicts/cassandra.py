"""Cassandra."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access, Severity
from tests.lab.servers.cassandra import cassandra
from tests.lab.verdict import AS_TOLD, FOUND, Group, Held, Verdict, door

#: A node estimates its tables every five minutes only, so there is no count yet.
TABLES: tuple[Held, ...] = (
    ("practice.faxes", "table", None, ("fax_number", "id", "patient_name")),
)

GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "cassandra": Group(
            FOUND,
            (
                (
                    door(cassandra),
                    Verdict(Access.OPEN, "cassandra", AS_TOLD, Severity.HIGH, TABLES),
                ),
                (door(cassandra, locked=True), Verdict(Access.LOCKED, "cassandra", None)),
            ),
        ),
    }
)
