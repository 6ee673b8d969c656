"""Findings shipped to real clusters: every one is there, once, however often it was sent."""

import msgspec
import pytest
from elasticsearch import Elasticsearch

from scanner.emit import Unwritable
from scanner.emit.elastic import Cluster, ship
from scanner.emit.report import Report
from scanner.model import Finding
from tests.exposures import coverage, exposure
from tests.lab.servers.elasticsearch import elasticsearch
from tests.lab.session import Lab

pytestmark = pytest.mark.real

#: More than one request's worth.
FINDINGS = tuple(
    msgspec.structs.replace(exposure(), fingerprint=f"f{number}") for number in range(1_201)
)


def shipped(url: str, *findings: Finding) -> None:
    """Ship some findings to an index of the cluster."""
    cluster = Cluster.parse(f"{url}/ronde-test")
    ship(cluster, Report(findings, coverage()), resolve=lambda name: [name], environment={})


def test_every_finding_is_there_once(lab: Lab) -> None:
    """Shipped twice, the second time with more of them."""
    url = lab.start(elasticsearch, "9.2.4").url
    shipped(url, *FINDINGS[:600])
    shipped(url, *FINDINGS)

    with Elasticsearch(url) as client:
        client.indices.refresh(index="ronde-test")
        assert client.count(index="ronde-test")["count"] == 1_201


def test_a_cluster_that_demands_a_credential_is_named(lab: Lab) -> None:
    """Nothing is guessed."""
    url = lab.start(elasticsearch, "8.19.4", security=True).url

    with pytest.raises(Unwritable, match="AuthenticationException"):
        shipped(url, exposure())


@pytest.mark.parametrize("version", ["7.10.2", "8.19.4"])
def test_a_release_that_the_client_does_not_speak_to_is_named(lab: Lab, version: str) -> None:
    """An old one is served by a file and Filebeat."""
    url = lab.start(elasticsearch, version).url

    with pytest.raises(Unwritable, match="cannot write"):
        shipped(url, exposure())
