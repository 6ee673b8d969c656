"""Spark's master and history server, and nginx before the former."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access, Severity
from tests.lab.servers.nginx import Front
from tests.lab.servers.spark import history, master
from tests.lab.verdict import AS_TOLD, QUIET, Group, Held, Verdict, behind, door

WORK: tuple[Held, ...] = (("applications", "application", 0, ()),)

GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "spark": Group(
            QUIET,
            (
                (
                    door(master),
                    Verdict(Access.OPEN, "spark-master", AS_TOLD, Severity.MEDIUM, WORK),
                ),
                (
                    door(history),
                    Verdict(Access.OPEN, "spark-history", AS_TOLD, Severity.MEDIUM, WORK),
                ),
                # Everybody has an 8080: a demand for a password there is looked behind by nobody.
                (behind(Front.BASIC_AUTH, door(master)), Verdict(Access.UNKNOWN, None, None)),
            ),
        ),
    }
)
