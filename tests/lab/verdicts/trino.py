"""Trino."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access
from tests.lab.servers.trino import trino
from tests.lab.verdict import QUIET, Group, Verdict, door

GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "trino": Group(
            QUIET,
            (
                # A server for tests calls its version so, and that is none.
                (door(trino), Verdict(Access.IDENTIFIED, "trino", None)),
                (door(trino, locked=True), Verdict(Access.LOCKED, "trino", None)),
            ),
        ),
    }
)
