"""The doors of the key-value stores stand as their modes claim, judged without the scanner."""

import msgspec
import pytest

from tests.lab.servers.keyvalue import Guest, memcached, said, tarantool
from tests.lab.servers.process import CANARY, LOOPBACK
from tests.lab.servers.tls import connect
from tests.lab.session import Lab

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]

GET = b"get fax:2018:1:%s\r\n" % CANARY.encode()
SPACE = 512  # the first that is made


def selected(port: int) -> bytes:
    """Ask Tarantool for the tuples of the first space, as a guest."""
    body = {0x10: SPACE, 0x11: 0, 0x12: 10, 0x13: 0, 0x14: 2, 0x20: []}
    request = msgspec.msgpack.encode({0: 1, 1: 1}) + msgspec.msgpack.encode(body)
    with connect(LOOPBACK, port, tls=False) as stream:
        stream.recv(128)
        stream.sendall(b"\xce" + len(request).to_bytes(4, "big") + request)
        return stream.recv(1 << 16)


def test_a_stranger_fetches_an_item(lab: Lab) -> None:
    """A key is all that is needed."""
    (reply,) = said(lab.start(memcached).port, GET)
    assert CANARY.encode() in reply.partition(b"\r\n")[2]


def test_a_password_keeps_items_in(lab: Lab) -> None:
    """The refusal is one line."""
    assert said(lab.start(memcached, locked=True).port, GET) == [
        b"CLIENT_ERROR unauthenticated\r\n"
    ]


def test_a_guest_with_rights_reads_a_tuple(lab: Lab) -> None:
    """No login was needed."""
    assert CANARY.encode() in selected(lab.start(tarantool).port)


@pytest.mark.parametrize("guest", [Guest.NOTHING, Guest.WRITE])
def test_a_guest_without_the_right_to_read_does_not(lab: Lab, guest: Guest) -> None:
    """The refusal names the space, and no value."""
    told = selected(lab.start(tarantool, guest).port)
    assert b"denied for user 'guest'" in told
    assert CANARY.encode() not in told


def test_the_text_console_runs_what_it_is_told(lab: Lab) -> None:
    """Whoever reaches it reads everything."""
    with connect(LOOPBACK, lab.start(tarantool, Guest.CONSOLE).port, tls=False) as stream:
        stream.recv(128)
        stream.sendall(b"box.space.faxes:select()\n")
        assert CANARY.encode() in stream.recv(1 << 16)
