"""Consoles of databases: what stands behind them makes the difference. H2, an agent."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access, Severity
from tests.lab.servers.admin import adminer, mongo_express, phpmyadmin
from tests.lab.servers.h2 import h2
from tests.lab.servers.mongodb import DATABASE
from tests.lab.servers.zabbix import agent
from tests.lab.verdict import AS_TOLD, FOUND, QUIET, Group, Held, Verdict, door

CLINIC: tuple[Held, ...] = (("clinic", "database", None, ()),)
HOST: tuple[Held, ...] = (("host", "agent", None, ()),)
PRACTICE: tuple[Held, ...] = ((DATABASE, "database", None, ()),)

GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "admin": Group(
            FOUND,
            (
                (
                    door(phpmyadmin),
                    Verdict(Access.OPEN, "phpmyadmin", AS_TOLD, Severity.HIGH, CLINIC),
                ),
                (
                    door(phpmyadmin, locked=True),
                    Verdict(Access.LOCKED, "phpmyadmin", AS_TOLD),
                ),
                (
                    door(mongo_express),
                    Verdict(Access.OPEN, "mongo-express", None, Severity.HIGH, PRACTICE),
                ),
                (door(mongo_express, locked=True), Verdict(Access.LOCKED, None, None)),
                (door(adminer), Verdict(Access.LOCKED, "adminer", AS_TOLD)),
            ),
        ),
        "zabbix": Group(
            FOUND,
            (
                (
                    door(agent),
                    Verdict(Access.OPEN, "zabbix-agent", AS_TOLD, Severity.HIGH, HOST),
                ),
                (door(agent, locked=True), Verdict(Access.UNKNOWN, None, None)),
            ),
        ),
        "h2": Group(
            QUIET,
            (
                (door(h2), Verdict(Access.IDENTIFIED, "h2", None)),
                (door(h2, locked=True), Verdict(Access.LOCKED, "h2", None)),
                (door(h2, "web"), Verdict(Access.IDENTIFIED, "h2-console", None)),
                (door(h2, "web", locked=True), Verdict(Access.LOCKED, "h2-console", None)),
            ),
        ),
    }
)
