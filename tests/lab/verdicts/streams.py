"""OpenLDAP and rsync's daemon."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access, Severity
from tests.lab.servers.streams import SUFFIX, rsync, slapd
from tests.lab.verdict import FOUND, Group, Held, Verdict, door

CONTEXT: tuple[Held, ...] = ((SUFFIX, "naming context", None, ()),)
MODULE: tuple[Held, ...] = (("faxes", "module", None, ()),)

GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "streams": Group(
            FOUND,
            (
                (door(slapd), Verdict(Access.OPEN, "openldap", None, Severity.HIGH, CONTEXT)),
                (door(slapd, "locked"), Verdict(Access.LOCKED, "ldap", None)),
                (door(slapd, "root-only"), Verdict(Access.LOCKED, "openldap", None)),
                (door(rsync), Verdict(Access.OPEN, "rsync", None, Severity.HIGH, MODULE)),
                (
                    door(rsync, "partial"),
                    Verdict(Access.PARTIAL, "rsync", None, Severity.MEDIUM, MODULE),
                ),
                (door(rsync, "locked"), Verdict(Access.LOCKED, "rsync", None)),
                (
                    door(rsync, "shielded"),
                    Verdict(Access.SHIELDED, "rsync", None, Severity.LOW),
                ),
            ),
        ),
    }
)
