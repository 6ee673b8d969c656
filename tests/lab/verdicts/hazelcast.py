"""Hazelcast."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access
from tests.lab.servers.hazelcast import hazelcast
from tests.lab.verdict import AS_TOLD, QUIET, Group, Verdict, door

GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "hazelcast": Group(
            QUIET, ((door(hazelcast), Verdict(Access.IDENTIFIED, "hazelcast", AS_TOLD)),)
        ),
    }
)
