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


def said(server: Running, *frames: bytes, until: bytes) -> bytes:
    """Send frames as a stranger; give what comes back until these bytes have come, or the end."""
    received = b""
    with connect(server.address, server.port, tls=False) as stream:
        for frame in frames:
            stream.sendall(frame)
        while until not in received and (chunk := stream.recv(1 << 16)):
            received += chunk
    return received


@pytest.mark.parametrize("product", Broker)
def test_an_open_broker_hands_over_what_waits(lab: Lab, product: Broker) -> None:
    """A subscription is enough."""
    value = CANARY.encode()
    assert value in said(lab.start(broker, product), CONNECT, SUBSCRIBE, until=value)


@pytest.mark.parametrize("product", Broker)
def test_a_locked_broker_wants_a_password(lab: Lab, product: Broker) -> None:
    """An error, and nothing of what waits."""
    refusal = b"password is invalid"
    refused = said(lab.start(broker, product, locked=True), CONNECT, until=refusal)
    assert refusal in refused
    assert not refused.startswith(b"CONNECTED")


def test_the_other_door_of_classic_speaks_first(lab: Lab) -> None:
    """It has a magic of its own, and tells its version."""
    server = lab.start(openwire, lab.start(broker))
    greeting = said(server, until=server.version.encode())
    assert greeting[4:13] == b"\x01ActiveMQ"
    assert server.version.encode() in greeting
