"""Azurite."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access
from tests.lab.servers.azurite import azurite
from tests.lab.verdict import AS_TOLD, QUIET, Group, Verdict, door

GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "azurite": Group(
            QUIET,
            (
                (door(azurite), Verdict(Access.IDENTIFIED, "azurite", AS_TOLD)),
                (door(azurite, own_account=True), Verdict(Access.LOCKED, "azurite", AS_TOLD)),
            ),
        )
    }
)
