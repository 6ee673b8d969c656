"""What each release of the fake node says, held against what the real ones are known to say."""

import msgspec
import pytest

from scanner.demo.elasticsearch import FakeElasticsearch
from scanner.demo.http import Request, Response
from scanner.demo.records import FAX_ARCHIVE
from scanner.demo.refusals import Door
from scanner.demo.releases import RELEASES


def asked(release: str, target: str, door: Door = Door.OPEN) -> Response:
    """Ask one node for one page, with no connection between."""
    return FakeElasticsearch(RELEASES[release], FAX_ARCHIVE, door).respond(
        Request("GET", target, {})
    )


def told(response: Response) -> dict[str, object]:
    """Decode a page."""
    return msgspec.json.decode(response.body, type=dict[str, object])


@pytest.mark.parametrize(
    ("release", "members"),
    [
        ("1.7", {"status", "name", "cluster_name", "version", "tagline"}),
        ("2.4", {"name", "cluster_name", "cluster_uuid", "version", "tagline"}),
        ("9.1", {"name", "cluster_name", "cluster_uuid", "version", "tagline"}),
    ],
)
def test_the_front_page_grew_with_the_releases(release: str, members: set[str]) -> None:
    """A status came first and went; the cluster's identity came with 2."""
    assert set(told(asked(release, "/"))) == members


@pytest.mark.parametrize(
    ("release", "error"),
    [
        ("1.7", "AuthenticationException[missing authentication token for REST request [/]]"),
        ("6.2", "missing authentication token for REST request [/]"),
        ("8.15", "missing authentication credentials for REST request [/]"),
    ],
)
def test_a_locked_node_refuses_in_its_generations_words(release: str, error: str) -> None:
    """The sentence changed twice, and its place once."""
    response = asked(release, "/", Door.LOCKED)

    assert response.status == 401
    assert error in str(told(response)["error"])


def test_a_locked_node_of_8_offers_three_ways_in() -> None:
    """Each is a header of its own."""
    headers = asked("8.15", "/_cat/indices", Door.LOCKED).headers

    assert headers == (
        ("X-elastic-product", "Elasticsearch"),
        ("WWW-Authenticate", 'Basic realm="security" charset="UTF-8"'),
        ("WWW-Authenticate", 'Bearer realm="security"'),
        ("WWW-Authenticate", "ApiKey"),
    )


def test_a_locked_opensearch_says_one_word() -> None:
    """Its security layer answers text, and names itself in the realm."""
    response = asked("opensearch-2.17", "/", Door.LOCKED)

    assert response.body == b"Unauthorized"
    assert response.headers == (("WWW-Authenticate", 'Basic realm="OpenSearch Security"'),)


@pytest.mark.parametrize(("release", "status"), [("2.4", 200), ("6.2", 400), ("7.10", 200)])
def test_a_parameter_from_the_future_is_refused_since_5(release: str, status: int) -> None:
    """Hidden indices can be asked for since 7.7; before 5 nobody looked."""
    assert asked(release, "/_cat/indices?format=json&expand_wildcards=all").status == status


@pytest.mark.parametrize(
    ("release", "error"),
    [
        ("1.7", "IndexMissingException[[nowhere] missing]"),
        ("6.2", "'type': 'index_not_found_exception', 'reason': 'no such index',"),
        ("7.10", "'type': 'index_not_found_exception', 'reason': 'no such index [nowhere]',"),
    ],
)
def test_a_missing_index_is_refused_by_name(release: str, error: str) -> None:
    """The control of a proof reads differently in each generation."""
    response = asked(release, "/nowhere/_mapping")

    assert response.status == 404
    assert error in str(told(response)["error"])


def test_a_proxy_that_guards_the_front_page_forgot_the_rest() -> None:
    """Half a lock is an open door."""
    assert asked("7.10", "/", Door.INDICES_ONLY).status == 401
    assert asked("7.10", "/_cat/indices", Door.INDICES_ONLY).status == 200


def test_a_filter_keeps_what_its_paths_reach() -> None:
    """Field types come without what surrounds them."""
    page = told(asked("6.2", "/faxes-2018-03/_mapping?filter_path=**.properties.ssn.type"))

    assert page == {
        "faxes-2018-03": {"mappings": {"fax": {"properties": {"ssn": {"type": "keyword"}}}}}
    }


def test_a_search_for_nothing_returns_no_record() -> None:
    """Totals leave without their documents."""
    hits = told(asked("6.2", "/_search?size=0"))["hits"]

    assert hits == {"total": 6_051_216, "max_score": 1.0, "hits": []}
