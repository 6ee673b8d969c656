"""Memcached and Tarantool."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access, Severity
from tests.lab.servers.keyvalue import Guest, memcached, tarantool
from tests.lab.verdict import AS_TOLD, FOUND, Group, Held, Verdict, door

FIELDS = ("id", "patient_name")
FAXES: Held = ("faxes", "space", None, FIELDS)
SPACES: tuple[Held, ...] = (FAXES, ("prescriptions", "space", None, FIELDS))
TARANTOOL = ("tarantool", AS_TOLD)

GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "keyvalue": Group(
            FOUND,
            (
                (
                    door(memcached),
                    Verdict(
                        Access.OPEN,
                        "memcached",
                        AS_TOLD,
                        Severity.HIGH,
                        (("cache", "cache", 2, ()),),
                    ),
                ),
                (door(memcached, locked=True), Verdict(Access.LOCKED, "memcached", None)),
                (door(tarantool), Verdict(Access.OPEN, *TARANTOOL, Severity.HIGH, SPACES)),
                (door(tarantool, Guest.NOTHING), Verdict(Access.LOCKED, *TARANTOOL)),
                (
                    door(tarantool, Guest.WRITE),
                    Verdict(Access.PARTIAL, *TARANTOOL, Severity.MEDIUM, (FAXES,)),
                ),
                (door(tarantool, Guest.CONSOLE), Verdict(Access.UNKNOWN, *TARANTOOL)),
            ),
        ),
    }
)
