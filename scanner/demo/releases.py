"""How the releases of Elasticsearch and OpenSearch differ, as far as a stranger can see.

Facts: the releases' own REST specifications and the front pages that they are known to answer.
"""

from dataclasses import dataclass

_SEARCH = "You Know, for Search"
_OPENSEARCH = "The OpenSearch Project: https://opensearch.org/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One release; `version` is the object of that name on its front page."""

    number: str
    version: dict[str, object]
    tagline: str = _SEARCH

    @property
    def major(self) -> int:
        """Give the generation of the REST interface: OpenSearch continues that of 7."""
        return 7 if self.is_opensearch else int(self.number.split(".")[0])

    @property
    def names_product(self) -> bool:
        """Tell whether every answer carries `X-elastic-product`, as from 7.14 on."""
        numbers = tuple(int(part) for part in self.number.split("."))
        return not self.is_opensearch and numbers >= (7, 14)

    @property
    def is_opensearch(self) -> bool:
        """Tell the fork from the original."""
        return "distribution" in self.version

    @property
    def realm(self) -> str:
        """Give the realm that its own security plugin asks credentials for."""
        if self.is_opensearch:
            return "OpenSearch Security"
        return "shield" if self.major < 5 else "security"  # noqa: PLR2004 - renamed in 5.0


def _release(number: str, lucene: str, **version: object) -> Release:
    told = {"number": number, **version, "build_snapshot": False, "lucene_version": lucene}
    tagline = _OPENSEARCH if "distribution" in version else _SEARCH
    return Release(number=number, version=told, tagline=tagline)


def _compatible(wire: str, index: str) -> dict[str, object]:
    return {
        "minimum_wire_compatibility_version": wire,
        "minimum_index_compatibility_version": index,
    }


#: By the name that tests and the estate use.
RELEASES = {
    "1.7": _release(
        "1.7.6",
        "4.10.4",
        build_hash="c730b59357f8ebc555286794dcd90b3411f517c9",
        build_timestamp="2016-11-18T15:21:16Z",
    ),
    "2.4": _release(
        "2.4.6",
        "5.5.4",
        build_hash="5376dca9f70f3abef96a77f4bb22720ace8240fd",
        build_timestamp="2017-07-18T12:17:44Z",
    ),
    "5.6": _release("5.6.16", "6.6.1", build_hash="3a740d1", build_date="2019-03-13T15:33:36.565Z"),
    "6.2": _release(
        "6.2.4",
        "7.2.1",
        build_hash="ccec39f",
        build_date="2018-04-12T20:37:28.497551Z",
        **_compatible("5.6.0", "5.0.0"),
    ),
    "7.10": _release(
        "7.10.2",
        "8.7.0",
        build_flavor="default",
        build_type="tar",
        build_hash="747e1cc71def077253878a59143c1f785afa92b9",
        build_date="2021-01-13T00:42:12.435326Z",
        **_compatible("6.8.0", "6.0.0-beta1"),
    ),
    "8.15": _release(
        "8.15.0",
        "9.11.1",
        build_flavor="default",
        build_type="docker",
        build_hash="1a77947f34deddb41af25e6f0ddb8e830159c179",
        build_date="2024-08-05T10:05:34.233336849Z",
        **_compatible("7.17.0", "7.0.0"),
    ),
    "9.1": _release(
        "9.1.0",
        "10.2.2",
        build_flavor="default",
        build_type="docker",
        build_hash="5eef3e2f1d6ee1a6bd2b4d5ca7a2b9d9d6f7b8a1",
        build_date="2025-07-23T22:05:11.147532042Z",
        **_compatible("8.19.0", "8.0.0"),
    ),
    "opensearch-2.17": _release(
        "2.17.1",
        "9.11.1",
        distribution="opensearch",
        build_type="tar",
        build_hash="1893d20797e30110e5877170e44d42275ce5951e",
        build_date="2024-09-26T21:59:32.078798875Z",
        **_compatible("7.10.0", "7.0.0"),
    ),
}
