"""ZooKeeper's doors stand as their modes claim: judged by hand, without the scanner."""

import pytest

from tests.lab.servers.process import CANARY, Running
from tests.lab.servers.tls import connect
from tests.lab.servers.zookeeper import ZooKeeperMode, zookeeper
from tests.lab.session import Lab

pytestmark = pytest.mark.real

SESSION = bytes.fromhex("0000002d" + "00" * 14 + "0fa0" + "00" * 8 + "00000010" + "00" * 17)
GET_FAX = bytes.fromhex("00000015" + "00000001" + "00000004" + "00000008") + b"/faxes/1\0"


def read(server: Running) -> bytes:
    """Read one node as a stranger."""
    with connect(server.address, server.port, tls=False) as stream:
        stream.sendall(SESSION)
        stream.recv(4096)
        stream.sendall(GET_FAX)
        return stream.recv(4096)


@pytest.mark.parametrize("mode", [ZooKeeperMode.OPEN, ZooKeeperMode.GUARDED])
def test_a_node_without_an_access_list_is_read_by_anyone(lab: Lab, mode: ZooKeeperMode) -> None:
    """An access list on the root guards the root alone."""
    assert CANARY.encode() in read(lab.start(zookeeper, mode))


def test_a_server_that_wants_a_login_hands_over_an_error(lab: Lab) -> None:
    """-124: the session is closed, for it has not logged in."""
    assert read(lab.start(zookeeper, ZooKeeperMode.LOCKED)).endswith(b"\xff\xff\xff\x84")
