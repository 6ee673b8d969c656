"""A web server before a small OpenSearch, and one that is nothing else."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access, Severity
from tests.lab.servers.elasticsearch import osmem
from tests.lab.servers.nginx import Front, decoy
from tests.lab.verdict import AS_TOLD, FOUND, NAMES, QUIET, Group, Verdict, behind, door
from tests.lab.verdicts.elasticsearch import open_indices

GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "behind-nginx": Group(
            FOUND,
            (
                (door(osmem), open_indices("opensearch")),
                (behind(Front.BASIC_AUTH, door(osmem)), Verdict(Access.LOCKED, None, None)),
                # osmem signs every page as Elasticsearch does; nothing else names it here.
                (
                    behind(Front.NO_FRONT_PAGE, door(osmem)),
                    open_indices("elasticsearch", None),
                ),
                (
                    behind(Front.ONLY_FRONT_PAGE, door(osmem)),
                    Verdict(Access.PARTIAL, "opensearch", AS_TOLD, Severity.MEDIUM),
                ),
                (behind(Front.TLS, door(osmem)), open_indices("opensearch", AS_TOLD, NAMES)),
            ),
        ),
        "decoy": Group(QUIET, ((door(decoy), Verdict(Access.UNKNOWN, None, None)),)),
    }
)
