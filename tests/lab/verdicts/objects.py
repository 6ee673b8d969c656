"""Object stores."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access, Severity
from tests.lab.servers.objects import seaweedfs
from tests.lab.verdict import AS_TOLD, FOUND, Group, Verdict, door

#: Open, it does not tell strangers which buckets it has.
STORE = (("buckets", "store", None, ()),)

GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "objects": Group(
            FOUND,
            (
                (
                    door(seaweedfs),
                    Verdict(Access.OPEN, "seaweedfs", AS_TOLD, Severity.HIGH, STORE),
                ),
                (door(seaweedfs, locked=True), Verdict(Access.LOCKED, "seaweedfs", AS_TOLD)),
            ),
        )
    }
)
