"""Apache Ignite."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access, Severity
from tests.lab.servers.ignite import ignite
from tests.lab.verdict import AS_TOLD, FOUND, Group, Held, Verdict, door

CACHES: tuple[Held, ...] = (("faxes", "cache", None, ()), ("prescriptions", "cache", None, ()))

GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "ignite": Group(
            FOUND,
            (
                (door(ignite), Verdict(Access.OPEN, "ignite", AS_TOLD, Severity.HIGH, CACHES)),
                (door(ignite, locked=True), Verdict(Access.LOCKED, "ignite", AS_TOLD)),
            ),
        ),
    }
)
