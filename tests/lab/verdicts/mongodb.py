"""FerretDB, mongo-java-server, NX-27017 and SecantusDB."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access, Severity
from tests.lab.servers.mongodb import ferretdb, mongo_java_server, nx27017, secantusdb
from tests.lab.verdict import AS_TOLD, FOUND, NAMES, Group, Held, Verdict, door

HIGH = Severity.HIGH
COLLECTIONS: tuple[Held, ...] = (
    ("practice.faxes", "collection", 2, ()),
    ("practice.prescriptions", "collection", 2, ()),
)
OPLOG: tuple[Held, ...] = (("local", "database", None, ()),)

#: SecantusDB: its own name and version, not those of the MongoDB that it claims to be.
OWN = ("secantusdb", "0.7.0b3")

GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "mongodb": Group(
            FOUND,
            (
                # Embedded, it says `ferretdbVersion: unknown`.
                (door(ferretdb), Verdict(Access.OPEN, "ferretdb", None, HIGH, COLLECTIONS)),
                (
                    door(mongo_java_server),
                    Verdict(Access.OPEN, "mongodb", AS_TOLD, HIGH, COLLECTIONS),
                ),
                # It answers commands that cannot exist with success: half a proof is none.
                (door(nx27017), Verdict(Access.UNKNOWN, "mongodb", AS_TOLD)),
            ),
        ),
        "secantusdb": Group(
            FOUND,
            (
                (door(secantusdb), Verdict(Access.OPEN, *OWN, HIGH, (*COLLECTIONS, *OPLOG))),
                (
                    door(secantusdb, tls=True),
                    Verdict(Access.OPEN, *OWN, HIGH, (*COLLECTIONS, *OPLOG), NAMES),
                ),
                (door(secantusdb, locked=True), Verdict(Access.LOCKED, *OWN)),
                (
                    door(secantusdb, locked=True, tls=True),
                    Verdict(Access.LOCKED, *OWN, tls_names=NAMES),
                ),
            ),
        ),
    }
)
