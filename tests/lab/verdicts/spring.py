"""Spring Boot: what an actuator offers."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access, Severity
from tests.lab.servers.spring import spring
from tests.lab.verdict import FOUND, Group, Held, Verdict, door

OFFERED: tuple[Held, ...] = tuple(
    (name, "endpoint", None, ())
    for name in (
        *("beans", "caches", "configprops", "env", "heapdump", "loggers", "mappings"),
        *("scheduledtasks", "threaddump"),
    )
)

GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "spring": Group(
            FOUND,
            (
                (
                    door(spring),
                    Verdict(Access.OPEN, "spring-boot", None, Severity.HIGH, OFFERED),
                ),
                (door(spring, locked=True), Verdict(Access.LOCKED, "spring-boot", None)),
            ),
        )
    }
)
