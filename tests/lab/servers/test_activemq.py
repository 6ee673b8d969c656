"""The brokers' doors stand as their modes claim: judged by hand, without the scanner."""

import pytest

from tests.lab.servers.activemq import Broker, broker, openwire
from tests.lab.servers.process import CANARY, Running
from tests.lab.servers.tls import connect
from tests.lab.session import Lab

pytestmark = pytest.mark.real

CONNECT = b"CONNECT\naccept-version:1.2\nhost:/\n\n\0"
SUBSCRIBE = (
    b"SUBSCRIBE\nid:1\ndestination:/queue/faxes\nsubscription-type:ANYCAST\nack:client\n\n\0"
)


def said(server: Running, *frames: bytes) -> bytes:
    """Send frames as a stranger, and give what comes back until it is quiet for a second."""
    received = b""
    with connect(server.address, server.port, tls=False) as stream:
        stream.settimeout(1)
        for frame in frames:
            stream.sendall(frame)
        try:
            while chunk := stream.recv(1 << 16):
                received += chunk
        except TimeoutError:
            pass
    return received


@pytest.mark.parametrize("product", Broker)
def test_an_open_broker_hands_over_what_waits(lab: Lab, product: Broker) -> None:
    """A subscription is enough."""
    assert CANARY.encode() in said(lab.start(broker, product), CONNECT, SUBSCRIBE)


@pytest.mark.parametrize("product", Broker)
def test_a_locked_broker_wants_a_password(lab: Lab, product: Broker) -> None:
    """An error, and nothing of what waits."""
    refused = said(lab.start(broker, product, locked=True), CONNECT)
    assert b"password is invalid" in refused
    assert not refused.startswith(b"CONNECTED")


def test_the_other_door_of_classic_speaks_first(lab: Lab) -> None:
    """It has a magic of its own, and tells its version."""
    server = lab.start(openwire, lab.start(broker))
    greeting = said(server)
    assert greeting[4:13] == b"\x01ActiveMQ"
    assert server.version.encode() in greeting
