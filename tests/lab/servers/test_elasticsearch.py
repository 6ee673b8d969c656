"""Elasticsearch, OpenSearch and osmem: each door stands as its mode claims."""

import pytest
from elasticsearch import AuthenticationException, Elasticsearch

from tests.lab.servers.elasticsearch import (
    ELASTICSEARCH,
    OPENSEARCH,
    Anonymous,
    elasticsearch,
    opensearch,
    osmem,
)
from tests.lab.servers.process import CANARY
from tests.lab.session import Lab
from tests.lab.stranger import fetch

pytestmark = pytest.mark.real


@pytest.mark.parametrize("version", ELASTICSEARCH)
def test_an_open_elasticsearch_lists_its_indices_and_reads_out_documents(
    lab: Lab, version: str
) -> None:
    """The front page names it; names and values alike are there for anyone."""
    server = lab.start(elasticsearch, version)
    front = fetch(server, "/").json()
    assert front["version"]["number"] == server.version == version
    assert front["tagline"] == "You Know, for Search"
    listed = {row["index"] for row in fetch(server, "/_cat/indices?format=json").json()}
    assert {"faxes-2018", "prescriptions"} <= listed
    assert CANARY in fetch(server, "/faxes-2018/_search").text


@pytest.mark.parametrize(
    ("version", "tls"), [("7.17.29", False), ("8.19.4", False), ("9.2.4", True)]
)
def test_a_locked_elasticsearch_answers_only_to_a_credential(
    lab: Lab, version: str, *, tls: bool
) -> None:
    """401 in Elasticsearch's own words without one; the documents are there with one."""
    server = lab.start(elasticsearch, version, security=True, tls=tls)
    assert server.version == version
    for path in ("/", "/_cat/indices?format=json", "/faxes-2018/_search"):
        refused = fetch(server, path)
        assert refused.status_code == 401
        assert refused.json()["error"]["type"] == "security_exception"
    assert CANARY in fetch(server, "/faxes-2018/_search", login=True).text


def test_the_official_client_reads_an_open_node_and_is_refused_by_a_locked_one(lab: Lab) -> None:
    """Release 9 of the client with release 9 of the server."""
    with Elasticsearch(lab.start(elasticsearch, "9.2.4").url) as client:
        assert client.count(index="faxes-2018")["count"] == 2
    locked = lab.start(elasticsearch, "8.19.4", security=True)
    with Elasticsearch(locked.url) as client, pytest.raises(AuthenticationException):
        client.count(index="faxes-2018")


def test_an_anonymous_role_can_open_the_front_page_alone(lab: Lab) -> None:
    """`/` says what runs here; every index is refused with 403."""
    server = lab.start(elasticsearch, "8.8.2", security=True, anonymous=Anonymous.FRONT)
    assert fetch(server, "/").json()["version"]["number"] == "8.8.2"
    assert fetch(server, "/_cat/indices?format=json").status_code == 403
    assert fetch(server, "/faxes-2018/_count").status_code == 403


def test_an_anonymous_role_can_open_the_indices_alone(lab: Lab) -> None:
    """`/` is refused with 403, and the documents can be read all the same."""
    server = lab.start(elasticsearch, "8.8.2", security=True, anonymous=Anonymous.INDICES)
    assert fetch(server, "/").status_code == 403
    assert fetch(server, "/_cat/indices?format=json").status_code == 403
    assert CANARY in fetch(server, "/faxes-2018/_search").text


@pytest.mark.parametrize("version", OPENSEARCH)
def test_an_open_opensearch_lists_its_indices_and_reads_out_documents(
    lab: Lab, version: str
) -> None:
    """The same API under its own name."""
    server = lab.start(opensearch, version)
    assert server.version == version
    assert fetch(server, "/").json()["version"]["distribution"] == "opensearch"
    listed = {row["index"] for row in fetch(server, "/_cat/indices?format=json").json()}
    assert {"faxes-2018", "prescriptions"} <= listed
    assert CANARY in fetch(server, "/faxes-2018/_search").text


def test_a_locked_opensearch_answers_only_to_a_credential(lab: Lab) -> None:
    """401 in its security plugin's own words, and one page that says the plugin is there."""
    server = lab.start(opensearch, "2.19.4", security=True)
    for path in ("/", "/_cat/indices?format=json", "/faxes-2018/_search"):
        refused = fetch(server, path)
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"] == 'Basic realm="OpenSearch Security"'
    assert fetch(server, "/_plugins/_security/health").json()["status"] == "UP"
    assert CANARY in fetch(server, "/faxes-2018/_search", login=True).text


def test_osmem_answers_like_opensearch(lab: Lab) -> None:
    """A quick stand-in: the same front page, the same listing."""
    server = lab.start(osmem)
    assert fetch(server, "/").json()["version"]["distribution"] == "opensearch"
    assert CANARY in fetch(server, "/faxes-2018/_search").text
