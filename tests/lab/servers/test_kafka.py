"""Kafka's doors stand as their modes claim: judged by a fetch by hand, without the scanner."""

import pytest

from tests.lab.servers.kafka import KafkaMode, kafka
from tests.lab.servers.process import CANARY, Running
from tests.lab.servers.tls import connect
from tests.lab.session import Lab

pytestmark = pytest.mark.real

#: Fetch v4: everything of the first partition of one topic, from its first record on.
FETCH = (
    b"\0\1\0\4\0\0\0\1\0\3lab\xff\xff\xff\xff\0\0\3\xe8\0\0\0\1\0\1\0\0\0"
    b"\0\0\0\1\0\5faxes\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0"
)


def fetched(server: Running) -> bytes:
    """Read what a stranger is handed of the faxes: one reply, or what came before the end."""
    with connect(server.address, server.port, tls=False) as stream:
        stream.sendall(len(FETCH).to_bytes(4) + FETCH)
        said = b""
        while len(said) < 4 + int.from_bytes(said[:4]) and (chunk := stream.recv(1 << 16)):
            said += chunk
        return said


def test_an_open_broker_hands_over_records(lab: Lab) -> None:
    """No login, no group: a fetch is enough."""
    assert CANARY.encode() in fetched(lab.start(kafka))


def test_a_sasl_listener_hangs_up(lab: Lab) -> None:
    """Nothing but a login is answered."""
    assert fetched(lab.start(kafka, KafkaMode.LOCKED)) == b""


def test_an_access_list_hands_over_nothing(lab: Lab) -> None:
    """The fetch is answered with an error for the topic."""
    said = fetched(lab.start(kafka, KafkaMode.NO_ACL))
    assert said
    assert CANARY.encode() not in said
