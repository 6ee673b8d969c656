"""Elasticsearch 2 to 9 and OpenSearch 1 to 3."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from scanner.model import Access, Severity
from tests.lab.servers.elasticsearch import Anonymous, elasticsearch, opensearch
from tests.lab.servers.nginx import Front
from tests.lab.verdict import AS_TOLD, FOUND, NAMES, Group, Held, Start, Verdict, behind, door

FIELDS = ("date_of_birth", "diagnosis", "fax_number", "patient_name")
INDICES: tuple[Held, ...] = (
    ("faxes-2018", "index", 2, FIELDS),
    ("prescriptions", "index", 2, FIELDS),
)


def open_indices(
    product: str, version: str | None = AS_TOLD, tls_names: tuple[str, ...] | None = None
) -> Verdict:
    """Say that both indices are listed with all that their mappings tell."""
    return Verdict(Access.OPEN, product, version, Severity.HIGH, INDICES, tls_names)


#: What a node is called by what an anonymous caller may do; None: security is switched off.
BY_ROLE: Mapping[Anonymous | None, Verdict] = MappingProxyType(
    {
        None: open_indices("elasticsearch"),
        Anonymous.NOTHING: Verdict(Access.LOCKED, "elasticsearch", None),
        Anonymous.FRONT: Verdict(Access.PARTIAL, "elasticsearch", AS_TOLD, Severity.MEDIUM),
        # `/` is refused, so nothing tells the version.
        Anonymous.INDICES: open_indices("elasticsearch", None),
    }
)


def _elasticsearch(version: str, *, in_tls: Anonymous) -> Group:
    """One release as it can stand: without security, and with each of the lab's roles.

    Without security there is no TLS: a node that has only the latter switched on speaks clear.
    """

    def node(role: Anonymous | None, *, tls: bool = False) -> tuple[Start, Verdict]:
        verdict = replace(BY_ROLE[role], tls_names=NAMES) if tls else BY_ROLE[role]
        if role is None:
            return door(elasticsearch, version), verdict
        return door(elasticsearch, version, security=True, anonymous=role, tls=tls), verdict

    return Group(FOUND, (*map(node, BY_ROLE), node(in_tls, tls=True)))


def _open_nodes(*versions: str) -> Group:
    """Releases that know no security, or are too old for the lab to have it."""
    opened = open_indices("elasticsearch")
    return Group(FOUND, tuple((door(elasticsearch, version), opened) for version in versions))


GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "elasticsearch-old": _open_nodes("2.4.6", "5.6.16", "6.8.23", "7.10.2"),
        "elasticsearch-7.17": _elasticsearch("7.17.29", in_tls=Anonymous.INDICES),
        "elasticsearch-8.8": _elasticsearch("8.8.2", in_tls=Anonymous.FRONT),
        "elasticsearch-8.19": _elasticsearch("8.19.4", in_tls=Anonymous.NOTHING),
        "elasticsearch-9.2": _elasticsearch("9.2.4", in_tls=Anonymous.INDICES),
        "opensearch": Group(
            FOUND,
            (
                (door(opensearch, "1.3.20"), open_indices("opensearch")),
                (door(opensearch, "2.19.4"), open_indices("opensearch")),
                (door(opensearch, "3.4.0"), open_indices("opensearch")),
                (
                    door(opensearch, "2.19.4", security=True),
                    Verdict(Access.LOCKED, "opensearch", None),
                ),
                # No header and no error names the product, and its front page is hidden.
                (
                    behind(Front.NO_FRONT_PAGE, door(opensearch, "3.4.0")),
                    open_indices("elasticsearch-compatible", None),
                ),
            ),
        ),
    }
)
