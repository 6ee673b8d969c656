"""The brokers' doors stand as their modes claim: judged by hand, without the scanner."""

import pytest

from tests.lab.servers.brokers import beanstalkd, gearmand, monitor, mosquitto, nats
from tests.lab.servers.process import CANARY, Running
from tests.lab.servers.rabbitmq import management, rabbitmq
from tests.lab.servers.tls import connect
from tests.lab.servers.web import ask
from tests.lab.session import Lab

pytestmark = pytest.mark.real

SUBSCRIBE_ALL = (b"\x10\x0e\0\4MQTT\4\2\0\x0a\0\2me", b"\x82\x06\0\1\0\1#\0")


def say(server: Running, *asks: bytes, until: bytes) -> bytes:
    """Send everything, and give what comes back until these bytes have come, or the end."""
    said = b""
    with connect(server.address, server.port, tls=server.tls) as stream:
        for one in asks:
            stream.sendall(one)
        while until not in said and (chunk := stream.recv(1 << 16)):
            said += chunk
    return said


def test_an_open_nats_tells_a_stranger_of_its_stream(lab: Lab) -> None:
    """The first message of the stream, asked for as any client may."""
    get = b'{"seq":1}'
    path = b"PUB $JS.API.STREAM.MSG.GET.faxes me %d\r\n%b\r\n" % (len(get), get)
    coded = b"Uk9OREUtQ0FOQVJZLTRiMWQ="
    assert coded in say(lab.start(nats), b"CONNECT {}\r\nSUB me 1\r\n" + path, until=coded)


def test_a_locked_nats_refuses_and_its_monitor_does_not(lab: Lab) -> None:
    """One server, two doors."""
    server = lab.start(nats, locked=True)
    refusal = b"-ERR 'Authorization Violation'"
    assert refusal in say(server, b"CONNECT {}\r\nPING\r\n", until=refusal)
    assert ask(lab.start(monitor, server).port, "/jsz").json()["messages"] == 2


@pytest.mark.parametrize("tls", [False, True])
def test_an_open_mosquitto_hands_over_what_it_retains(lab: Lab, *, tls: bool) -> None:
    """TLS is no lock."""
    value = CANARY.encode()
    assert value in say(lab.start(mosquitto, tls=tls), *SUBSCRIBE_ALL, until=value)


def test_a_locked_mosquitto_hangs_up(lab: Lab) -> None:
    """Code 5: not authorised."""
    refusal = b"\x20\2\0\5"
    assert say(lab.start(mosquitto, locked=True), SUBSCRIBE_ALL[0], until=refusal) == refusal


def test_beanstalkd_shows_its_jobs_to_anyone(lab: Lab) -> None:
    """A tube is all that has to be named."""
    value = CANARY.encode()
    assert value in say(lab.start(beanstalkd), b"use faxes\r\npeek-ready\r\n", until=value)


def test_gearmand_tells_of_its_jobs_to_anyone(lab: Lab) -> None:
    """Two wait for a worker."""
    row = b"send-fax\t2\t0\t0\n"
    assert row in say(lab.start(gearmand), b"status\r\n", until=row)


def test_a_rabbitmq_has_two_doors_and_both_want_a_user(lab: Lab) -> None:
    """It greets by its name; its management refuses every page of data."""
    server = lab.start(rabbitmq)
    name = b"RabbitMQ"
    assert name in say(server, b"AMQP\0\0\x09\1", until=name)
    assert ask(lab.start(management, server).port, "/api/queues").status == 401
