"""Where the greetings of telephony and fax servers end."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled, greetings

AMI = b"Asterisk Call Manager/13.0.0\r\n"
DEMAND = b"Content-Type: auth/request\n\n"
REJECTION = b"Content-Type: text/rude-rejection\nContent-Length: 24\n\n"
WELCOME = b"\xff\xfb\x01\xff\xfb\x03\r\n\r\n\x1b[H\x1b[JWelcome at ActiveFax Server."

WHOLE = [
    pytest.param(greetings.manager, AMI, id="manager"),
    pytest.param(greetings.event_socket, DEMAND, id="demand"),
    pytest.param(greetings.event_socket, REJECTION, id="rejection"),
    pytest.param(greetings.activefax, WELCOME, id="ActiveFax"),
]

Framing = Callable[[bytes], int | None]


@pytest.mark.parametrize(("frame", "greeting"), WHOLE)
def test_a_greeting_ends_where_it_ends(frame: Framing, greeting: bytes) -> None:
    """What follows is another reply."""
    assert frame(greeting + b"more") == len(greeting)


@pytest.mark.parametrize(("frame", "greeting"), WHOLE)
def test_a_greeting_is_awaited_to_its_last_byte(frame: Framing, greeting: bytes) -> None:
    """Cut anywhere, it is incomplete, and never another's."""
    assert {frame(greeting[:end]) for end in range(len(greeting))} == {None}


@pytest.mark.parametrize("frame", [greetings.manager, greetings.event_socket, greetings.activefax])
@pytest.mark.parametrize(
    "data",
    [
        b"220 mail.example ESMTP\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"YATE 6.4.0-1 ready\r\n",
        b"Content-Type: text/html\n\n",
        b"\xff\xfd\x18",
    ],
)
def test_another_greeting_is_garbled_at_once(frame: Framing, data: bytes) -> None:
    """Nobody waits for the rest of it."""
    with pytest.raises(Garbled):
        frame(data)


def test_a_greeting_without_an_end_is_garbled() -> None:
    """A line of a megabyte is nobody's version."""
    with pytest.raises(Garbled):
        greetings.manager(AMI[:22] + b"1" * 300)


@given(
    frame=st.sampled_from([greetings.manager, greetings.event_socket, greetings.activefax]),
    start=st.sampled_from([b"", AMI, AMI[:9], DEMAND[:14], REJECTION[:40], WELCOME[:20]]),
    data=st.binary(max_size=300),
)
def test_a_framing_gives_a_length_or_nothing(frame: Framing, start: bytes, data: bytes) -> None:
    """A length that has come, None while it has not, or `Garbled`."""
    try:
        length = frame(start + data)
    except Garbled:
        return
    assert length is None or 0 < length <= len(start + data)
