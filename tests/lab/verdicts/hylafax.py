"""HylaFAX on its own protocol, and its paging port."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access, Severity
from tests.lab.servers.hylafax import Hfaxd, hylafax, snpp
from tests.lab.verdict import AS_TOLD, FOUND, QUIET, Group, Held, Verdict, door

QUEUES: tuple[Held, ...] = (
    ("recvq", "queue", 3, ()),
    ("doneq", "queue", 2, ()),
    ("sendq", "queue", None, ()),  # none listed is not none there
)
LETS_IN = Verdict(Access.OPEN, "hylafax", AS_TOLD, Severity.HIGH, QUEUES)
WANTS_A_PASSWORD = Verdict(Access.LOCKED, "hylafax", AS_TOLD)
SERVES_NOBODY = Verdict(Access.UNKNOWN, "hylafax", None)
PAGES = Verdict(Access.IDENTIFIED, "hylafax-snpp", AS_TOLD)

GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "hylafax": Group(
            FOUND,
            (
                (door(hylafax), LETS_IN),
                (door(hylafax, Hfaxd.ADMIN), LETS_IN),
                (door(hylafax, Hfaxd.STRANGE_NAME), LETS_IN),
                (door(hylafax, Hfaxd.LOCKED), WANTS_A_PASSWORD),
                (door(hylafax, Hfaxd.DENIED), WANTS_A_PASSWORD),
                (door(hylafax, Hfaxd.NO_LIST), WANTS_A_PASSWORD),
                (door(hylafax, Hfaxd.SHUT_DOWN), SERVES_NOBODY),
                (door(hylafax, Hfaxd.BROKEN), SERVES_NOBODY),
            ),
        ),
        "snpp": Group(
            QUIET,
            (
                (door(snpp), PAGES),
                (
                    door(snpp, Hfaxd.SHUT_DOWN),
                    Verdict(Access.UNKNOWN, "hylafax-snpp", None),
                ),
            ),
        ),
    }
)
