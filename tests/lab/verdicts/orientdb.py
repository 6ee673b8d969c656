"""OrientDB."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access, Severity
from tests.lab.servers.nginx import Front
from tests.lab.servers.orientdb import orientdb
from tests.lab.verdict import FOUND, Group, Verdict, behind, door

HELD = (("faxes", "database", None, ()),)

GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "orientdb": Group(
            FOUND,
            (
                # 3.2 tells no version.
                (
                    door(orientdb),
                    Verdict(Access.PARTIAL, "orientdb", None, Severity.MEDIUM, HELD),
                ),
                # nginx puts its own name into the header: nothing names the product.
                (behind(Front.BASIC_AUTH, door(orientdb)), Verdict(Access.LOCKED, None, None)),
            ),
        ),
    }
)
