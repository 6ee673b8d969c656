"""PostgreSQL, MariaDB and Firebird on their own protocols."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access, Severity
from tests.lab.servers.sql import firebird, mariadb, postgresql
from tests.lab.verdict import AS_TOLD, FOUND, QUIET, Group, Held, Verdict, door

#: Without a session nothing is listed.
CLUSTER: tuple[Held, ...] = (("all databases", "cluster", None, ()),)
TABLES: tuple[Held, ...] = (("clinic.faxes", "table", 1, ("body", "patient_name")),)

GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "sql": Group(
            FOUND,
            (
                (
                    door(postgresql),
                    Verdict(Access.OPEN, "postgresql", None, Severity.CRITICAL, CLUSTER),
                ),
                (door(postgresql, "locked"), Verdict(Access.LOCKED, "postgresql", None)),
                (
                    door(postgresql, "shielded"),
                    Verdict(Access.SHIELDED, "postgresql", None, Severity.LOW),
                ),
                (
                    door(mariadb),
                    Verdict(Access.OPEN, "mariadb", AS_TOLD, Severity.HIGH, TABLES),
                ),
                (
                    door(mariadb, "empty-handed"),
                    Verdict(Access.OPEN, "mariadb", AS_TOLD, Severity.MEDIUM),
                ),
                (
                    door(mariadb, "skip-grant-tables"),
                    Verdict(Access.OPEN, "mariadb", AS_TOLD, Severity.HIGH, TABLES),
                ),
                (door(mariadb, "locked"), Verdict(Access.LOCKED, "mariadb", AS_TOLD)),
                (
                    door(mariadb, "shielded"),
                    Verdict(Access.SHIELDED, "mariadb", None, Severity.LOW),
                ),
            ),
        ),
        "firebird": Group(QUIET, ((door(firebird), Verdict(Access.IDENTIFIED, "firebird", None)),)),
    }
)
