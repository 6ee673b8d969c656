"""Findings shipped to real clusters: every one is there, once, however often it was sent."""

import ssl
from base64 import b64encode
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import msgspec
import pytest

from scanner.emit import Unwritable
from scanner.emit.cluster import API_KEY, CA, Cluster
from scanner.emit.elastic import ship
from scanner.emit.report import Report
from scanner.model import Finding
from tests.exposures import coverage, exposure
from tests.lab.servers.elasticsearch import elasticsearch, opensearch
from tests.lab.servers.process import LOOPBACK, Running
from tests.lab.servers.relay import relay
from tests.lab.servers.web import ask
from tests.lab.session import Lab

pytestmark = pytest.mark.real

#: More than one request's worth.
FINDINGS = tuple(
    msgspec.structs.replace(exposure(), fingerprint=f"f{number}") for number in range(1_201)
)


def shipped(server: Running, *findings: Finding, environment: Mapping[str, str] = {}) -> None:
    """Ship some findings to an index of the cluster."""
    cluster = Cluster.parse(f"{server.url}/ronde-test", environment)
    ship(cluster, Report(findings, coverage()), resolve=lambda name: [name])


def there(server: Running) -> int:
    """Count the documents that the cluster can find."""
    ask(server.port, "/ronde-test/_refresh", method="POST")
    return int(ask(server.port, "/ronde-test/_count").json()["count"])


def test_what_was_not_answered_is_there_once(lab: Lab) -> None:
    """A request is lost on its way there, and the next one's answer on its way back."""
    server = lab.start(elasticsearch, "9.2.4")
    ask(server.port, "/ronde-test", method="DELETE")
    waited: list[float] = []

    with relay(server.port) as port:
        target = Cluster("http", LOOPBACK, port, "ronde-test")
        report = Report(FINDINGS)
        ship(target, report, resolve=lambda name: [name], sleep=waited.append)

    assert waited == [1.0, 2.0]
    assert there(server) == len(FINDINGS)


@pytest.mark.parametrize(
    ("make", "release"),
    [
        (elasticsearch, "7.10.2"),
        (elasticsearch, "7.17.29"),
        (elasticsearch, "8.8.2"),
        (elasticsearch, "8.19.4"),
        (elasticsearch, "9.2.4"),
        (opensearch, "2.19.4"),
    ],
)
def test_every_finding_is_there_once(
    lab: Lab, make: Callable[[str], AbstractContextManager[Running]], release: str
) -> None:
    """Shipped twice, the second time with more of them; the client is that of release 9."""
    server = lab.start(make, release)
    shipped(server, *FINDINGS[:600])
    shipped(server, *FINDINGS)

    assert there(server) == len(FINDINGS)


def test_an_authority_of_one_s_own_is_trusted_and_a_wrong_key_named(
    lab: Lab, tmp_path: Path
) -> None:
    """The cluster's certificate is verified before the key is sent to it."""
    server = lab.start(elasticsearch, "8.19.4", security=True, tls=True)
    authority = tmp_path / "authority.pem"
    authority.write_text(ssl.get_server_certificate((server.address, server.port)))
    key = {API_KEY: b64encode(b"id:key").decode()}

    with pytest.raises(Unwritable, match=r"TlsError.*CERTIFICATE_VERIFY_FAILED"):
        shipped(server, exposure(), environment=key)
    with pytest.raises(Unwritable, match="401 security_exception"):
        shipped(server, exposure(), environment={**key, CA: str(authority)})
