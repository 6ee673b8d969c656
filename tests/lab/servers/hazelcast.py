"""Hazelcast with the whole of its REST API, as old guides switch it on."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection

from tests.lab.layout import Family, java_home
from tests.lab.servers.process import CANARY, LOOPBACK, NotStarted, Program, Running, require
from tests.lab.servers.standing import Place, page, place, standing
from tests.lab.servers.web import ask

FAMILY = Family("hazelcast")
JAVA = 17
KEY = "/hazelcast/rest/maps/faxes/1"

_SETTINGS = """\
hazelcast:
  cluster-name: practice
  network:
    port: {{port: {port}, auto-increment: false}}
    public-address: {address}
    interfaces: {{enabled: true, interfaces: [{address}]}}
    join: {{auto-detection: {{enabled: false}}, multicast: {{enabled: false}}}}
    rest-api:
      enabled: true
      endpoint-groups: {{DATA: {{enabled: true}}}}
"""
_MAIN = "com.hazelcast.core.server.HazelcastMemberStarter"


@contextmanager
def hazelcast(*, canary: str = CANARY) -> Iterator[Running]:
    """One member, one map, one entry."""
    with place("hazelcast") as at:
        require(FAMILY.jars / "hazelcast-5.5.0.jar", at.name, "Hazelcast")
        java = java_home(JAVA)
        if java is None:
            raise NotStarted(at.name, f"needs Java {JAVA}, which is not on this machine")
        settings = at.write("hazelcast.yaml", _SETTINGS.format(port=at.port, address=LOOPBACK))
        how = (f"-Dhazelcast.config={settings}", "-Dhazelcast.phone.home.enabled=false")
        jvm = (str(java / "bin/java"), "-Xmx256m", "-XX:TieredStopAtLevel=1", *how)
        with standing(
            at,
            Program((*jvm, "-cp", f"{FAMILY.jars}/*", _MAIN), patience=60.0),
            probe="hazelcast",
            version=lambda: _version(at),
            fill=lambda: _fill(at.port, canary),
            state=lambda server: ask(server.port, "/hazelcast/health").json()["clusterSize"],
        ) as server:
            yield server


def _version(at: Place) -> str:
    return str(page(at, "/hazelcast/rest/cluster").json()["members"][0]["memberVersion"])


def _fill(port: int, canary: str) -> None:
    connection = HTTPConnection(LOOPBACK, port, timeout=30)
    connection.request("POST", KEY, canary, {"Content-Type": "text/plain"})
    status = connection.getresponse().status
    connection.close()
    assert status == 200, status
