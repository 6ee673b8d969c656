"""HBase: its tables through the REST gateway."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access, Severity
from tests.lab.servers.hbase import TABLE, hbase
from tests.lab.verdict import AS_TOLD, FOUND, Group, Held, Verdict, door

TABLES: tuple[Held, ...] = ((TABLE, "table", None, ("patient",)),)

GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "hbase": Group(
            FOUND,
            ((door(hbase), Verdict(Access.OPEN, "hbase", AS_TOLD, Severity.HIGH, TABLES)),),
        )
    }
)
