"""QuestDB."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access, Severity
from tests.lab.servers.questdb import questdb
from tests.lab.verdict import AS_TOLD, FOUND, Group, Held, Verdict, door

TABLES: tuple[Held, ...] = (("faxes", "table", 2, ("at", "patient_name")),)

GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "questdb": Group(
            FOUND,
            (
                (door(questdb), Verdict(Access.OPEN, "questdb", AS_TOLD, Severity.HIGH, TABLES)),
                (door(questdb, locked=True), Verdict(Access.LOCKED, "questdb", None)),
            ),
        ),
    }
)
