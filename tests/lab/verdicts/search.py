"""Solr 4 and 9, Chroma and Weaviate."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access, Severity
from tests.lab.servers.nginx import Front
from tests.lab.servers.search import Solr, chroma, solr, solr_4, weaviate
from tests.lab.verdict import AS_TOLD, FOUND, Group, Held, Verdict, behind, door

NAMES = ("diagnosis", "fax_number", "patient_name")
CORES: tuple[Held, ...] = (
    ("faxes", "core", 2, (*NAMES[:2], "id", NAMES[2])),
    ("prescriptions", "core", 2, (*NAMES[:2], "id", NAMES[2])),
)
COLLECTIONS: tuple[Held, ...] = (
    ("archive/prescriptions", "collection", 2, ()),
    ("faxes", "collection", 2, ()),
)
CLASSES: tuple[Held, ...] = (("Faxes", "class", 2, NAMES),)

GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "solr": Group(
            FOUND,
            (
                (
                    door(solr, Solr.OPEN),
                    Verdict(Access.OPEN, "solr", AS_TOLD, Severity.HIGH, CORES),
                ),
                (door(solr, Solr.LOCKED), Verdict(Access.LOCKED, "solr", None)),
                # Cores are free there, but not the metrics, which tell the version.
                (door(solr, Solr.RULES), Verdict(Access.OPEN, "solr", None, Severity.HIGH, CORES)),
                # Before 6.4 nothing tells the version alone.
                (door(solr_4), Verdict(Access.OPEN, "solr", None, Severity.HIGH, CORES)),
            ),
        ),
        "vector": Group(
            FOUND,
            (
                (
                    door(chroma),
                    Verdict(Access.OPEN, "chroma", None, Severity.HIGH, COLLECTIONS),
                ),
                (behind(Front.BASIC_AUTH, door(chroma)), Verdict(Access.LOCKED, None, None)),
                (
                    door(weaviate),
                    Verdict(Access.OPEN, "weaviate", AS_TOLD, Severity.HIGH, CLASSES),
                ),
                (door(weaviate, locked=True), Verdict(Access.LOCKED, "weaviate", None)),
            ),
        ),
    }
)
