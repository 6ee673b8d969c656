"""Hive's metastore: its tables by name, or a shut door."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access, Severity
from tests.lab.servers.metastore import metastore
from tests.lab.verdict import FOUND, Group, Held, Verdict, door

TABLES: tuple[Held, ...] = (("clinic.faxes", "table", None, ()), ("default", "database", None, ()))

GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "metastore": Group(
            FOUND,
            (
                (
                    door(metastore),
                    Verdict(Access.OPEN, "hive-metastore", None, Severity.HIGH, TABLES),
                ),
                (door(metastore, locked=True), Verdict(Access.LOCKED, "hive-metastore", None)),
            ),
        )
    }
)
