"""PouchDB Server."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access, Severity
from tests.lab.servers.documents import Pouch, pouchdb_server
from tests.lab.servers.nginx import Front
from tests.lab.verdict import AS_TOLD, FOUND, Group, Held, Verdict, behind, door

#: Each has a design document.
OWN: tuple[Held, ...] = (
    ("_replicator", "database", 1, ()),
    ("_users", "database", 1, ()),
)
DATABASES: tuple[Held, ...] = (("faxes", "database", 2, ()), *OWN)
HIDDEN: tuple[Held, ...] = (("faxes", "database", None, ()), *OWN)
POUCH = ("pouchdb-server", AS_TOLD)

GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "documents": Group(
            FOUND,
            (
                (door(pouchdb_server), Verdict(Access.OPEN, *POUCH, Severity.HIGH, DATABASES)),
                (
                    door(pouchdb_server, Pouch.ADMINISTRATOR),
                    Verdict(Access.OPEN, *POUCH, Severity.HIGH, DATABASES),
                ),
                (
                    door(pouchdb_server, Pouch.MEMBERS),
                    Verdict(Access.PARTIAL, *POUCH, Severity.MEDIUM, HIDDEN),
                ),
                (
                    behind(Front.BASIC_AUTH, door(pouchdb_server, Pouch.ADMINISTRATOR)),
                    Verdict(Access.LOCKED, None, None),
                ),
            ),
        ),
    }
)
