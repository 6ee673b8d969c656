"""Notebook servers."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access, Severity
from tests.lab.servers.science import jupyter
from tests.lab.verdict import AS_TOLD, FOUND, Group, Verdict, door

KERNELS = (("kernels", "session", 0, ()),)

GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "science": Group(
            FOUND,
            (
                (
                    door(jupyter),
                    Verdict(Access.OPEN, "jupyter", AS_TOLD, Severity.CRITICAL, KERNELS),
                ),
                (door(jupyter, locked=True), Verdict(Access.LOCKED, "jupyter", AS_TOLD)),
            ),
        )
    }
)
