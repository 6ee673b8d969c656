"""etcd's doors stand as their modes claim: judged by plain requests, without the scanner."""

import pytest

from tests.lab.servers.etcd import Etcd, EtcdMode, etcd
from tests.lab.servers.process import CANARY, Running
from tests.lab.servers.web import Reply, ask
from tests.lab.session import Lab

pytestmark = pytest.mark.real

FAX = "ZmF4ZXMvMQ=="
CODED = "Uk9OREUtQ0FOQVJZLTRiMWQ="


def read(server: Running) -> Reply:
    """Read one fax as a stranger."""
    return ask(server.port, "/v3/kv/range", method="POST", body={"key": FAX}, tls=server.tls)


@pytest.mark.parametrize("build", Etcd)
def test_an_open_server_hands_over_values(lab: Lab, build: Etcd) -> None:
    """The value comes as base64, so the lab looks for that."""
    assert CODED in read(lab.start(etcd, build)).body.decode()


@pytest.mark.parametrize("build", Etcd)
def test_a_locked_server_wants_a_user(lab: Lab, build: Etcd) -> None:
    """400, and nothing of the value."""
    refused = read(lab.start(etcd, build, EtcdMode.LOCKED))
    assert (refused.status, CODED in refused.body.decode()) == (400, False)


def test_the_older_api_has_users_of_its_own(lab: Lab) -> None:
    """A login for version 3 leaves version 2 open."""
    server = lab.start(etcd, Etcd.ETCD_34, EtcdMode.V2)
    assert read(server).status == 400
    assert CANARY in ask(server.port, "/v2/keys/faxes/1").body.decode()
