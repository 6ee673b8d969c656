"""Swift: a proxy that wants a token."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access
from tests.lab.servers.swift import swift
from tests.lab.verdict import AS_TOLD, QUIET, Group, Verdict, door

GROUPS: Mapping[str, Group] = MappingProxyType(
    {"swift": Group(QUIET, ((door(swift), Verdict(Access.LOCKED, "swift", AS_TOLD)),))}
)
