"""The engine and the registries stand as their modes claim, judged without the scanner."""

import hashlib
import http.client
import ssl

import pytest

from tests.lab.servers.containers import Engine, docker, registry
from tests.lab.servers.process import CANARY
from tests.lab.servers.web import ask
from tests.lab.session import Lab

pytestmark = pytest.mark.real


def test_a_stranger_reads_what_a_container_of_an_open_engine_was_given(lab: Lab) -> None:
    """Its environment, where secrets are."""
    server = lab.start(docker)
    (container,) = ask(server.port, "/containers/json?all=1").json()
    assert CANARY in str(ask(server.port, f"/containers/{container['Id']}/json").json())


def test_a_stranger_is_told_nothing_by_an_engine_that_demands_a_certificate(lab: Lab) -> None:
    """The handshake ends, or the first answer does."""
    server = lab.start(docker, Engine.CLIENT_CERT)
    with pytest.raises((ssl.SSLError, ConnectionError, http.client.HTTPException)):
        ask(server.port, "/info", tls=True)


def test_a_stranger_pulls_from_an_open_registry_and_not_from_a_locked_one(lab: Lab) -> None:
    """The layer is the canary itself."""
    server = lab.start(registry)
    digest = "sha256:" + hashlib.sha256(CANARY.encode()).hexdigest()
    assert ask(server.port, f"/v2/faxes/blobs/{digest}").body == CANARY.encode()
    assert ask(lab.start(registry, locked=True).port, "/v2/_catalog").status == 401
