"""Virtuoso and Apache Jena Fuseki."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access, Severity
from tests.lab.servers.nginx import Front
from tests.lab.servers.sparql import GRAPH, fuseki, virtuoso
from tests.lab.verdict import AS_TOLD, FOUND, Group, Verdict, behind, door

GRAPHS = ((GRAPH, "graph", None, ()),)
DATASETS = (("faxes", "dataset", None, ()),)

GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "sparql": Group(
            FOUND,
            (
                (
                    door(virtuoso),
                    Verdict(Access.OPEN, "virtuoso", AS_TOLD, Severity.HIGH, GRAPHS),
                ),
                # nginx puts its own name into the header, and its own page before all of them.
                (behind(Front.BASIC_AUTH, door(virtuoso)), Verdict(Access.LOCKED, None, None)),
                (door(fuseki), Verdict(Access.OPEN, "fuseki", AS_TOLD, Severity.HIGH, DATASETS)),
                (door(fuseki, locked=True), Verdict(Access.LOCKED, "fuseki", None)),
            ),
        ),
    }
)
