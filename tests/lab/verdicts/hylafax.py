"""HylaFAX on its own protocol, and its paging port."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access, Severity
from tests.lab.servers.hylafax import hylafax, snpp
from tests.lab.verdict import AS_TOLD, FOUND, QUIET, Group, Held, Verdict, door

QUEUES: tuple[Held, ...] = (
    ("recvq", "queue", 3, ()),
    ("doneq", "queue", 2, ()),
    ("sendq", "queue", None, ()),  # none listed is not none there
)

GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "hylafax": Group(
            FOUND,
            (
                (
                    door(hylafax),
                    Verdict(Access.OPEN, "hylafax", AS_TOLD, Severity.HIGH, QUEUES),
                ),
                (door(hylafax, locked=True), Verdict(Access.LOCKED, "hylafax", AS_TOLD)),
            ),
        ),
        "snpp": Group(QUIET, ((door(snpp), Verdict(Access.IDENTIFIED, "hylafax-snpp", AS_TOLD)),)),
    }
)
