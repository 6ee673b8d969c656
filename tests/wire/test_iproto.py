"""IPROTO: greetings, requests for tuples, replies; caps and garbage."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled, iproto
from scanner.wire.iproto import ACCESS_DENIED, GREETING, MAX_REPLY, Greeting, Reply

UUID = "442d283f-03e1-4d76-92b5-4fbb4a8928d6"
BINARY = f"Tarantool 2.6.0 (Binary) {UUID}".ljust(63).encode() + b"\n" + b"c2Fs" * 15 + b"   \n"
CONSOLE = b"Tarantool 2.6.0 (Lua console)".ljust(63) + b"\n" + b"type 'help'".ljust(63) + b"\n"

#: As a server sent it: `Read access to space '_space' is denied`, without the sentence.
DENIED = bytes.fromhex("ce0000000a 83 00 cd802a 01 01 05 4e 80")


def reply(header: object, body: object) -> bytes:
    """Write a reply as a server does."""
    text = msgspec.msgpack.encode(header) + msgspec.msgpack.encode(body)
    return b"\xce" + len(text).to_bytes(4, "big") + text


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(BINARY, Greeting("2.6.0", UUID), id="binary"),
        pytest.param(CONSOLE, Greeting("2.6.0", None), id="text console"),
    ],
)
def test_a_greeting_is_read(data: bytes, expected: Greeting) -> None:
    """128 bytes, of the text console as well."""
    assert [iproto.frame_greeting(data[:end]) for end in range(len(data))] == [None] * len(data)
    assert iproto.frame_greeting(data + b"x") == len(data)
    assert iproto.greeting(data) == expected


@pytest.mark.parametrize("data", [b"220 mail.example\r\n", b"Tarantula 1"])
def test_another_greeting_is_refused_at_once(data: bytes) -> None:
    """No more is waited for."""
    with pytest.raises(Garbled):
        iproto.frame_greeting(data)


def test_a_greeting_without_an_identity_is_none() -> None:
    """The right length alone does not make one."""
    with pytest.raises(Garbled):
        iproto.greeting(b"Tarantool ".ljust(GREETING))


def test_a_request_asks_for_so_many_tuples() -> None:
    """Type and number; space, index, limit, offset, all of them, no key."""
    expected = "ce00000014 820001 0101 86 10cd0118 1100 1200 1300 1402 2090"

    assert iproto.select(280, 0) == bytes.fromhex(expected)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(reply({0: 0, 1: 1}, {0x30: [[1]]}), Reply(0, [[1]]), id="tuples"),
        pytest.param(reply({0: 0}, {0x30: []}), Reply(0, []), id="none"),
        pytest.param(DENIED, Reply(ACCESS_DENIED), id="denied"),
    ],
)
def test_a_reply_is_read(data: bytes, expected: Reply) -> None:
    """Data, or the code of an error; its sentence is never kept."""
    assert [iproto.frame(data[:end]) for end in range(len(data))] == [None] * len(data)
    assert iproto.frame(data + b"\xce") == len(data)
    assert iproto.decode(data) == expected


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"HTTP/1.1", id="another protocol"),
        pytest.param(b"\xce\0\0\0\0", id="nothing"),
        pytest.param(b"\xce" + MAX_REPLY.to_bytes(4, "big"), id="too much"),
    ],
)
def test_what_cannot_become_a_reply_is_refused_at_once(data: bytes) -> None:
    """By its first byte, or by what it announces."""
    with pytest.raises(Garbled):
        iproto.frame(data)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(reply({0: 0}, {}), id="no data"),
        pytest.param(reply({0: True}, {0x30: []}), id="a code that is none"),
        pytest.param(reply({}, {0x30: []}), id="no code"),
        pytest.param(reply([], {0x30: []}), id="no header"),
        pytest.param(reply({0: 0}, []), id="no body"),
        pytest.param(reply({0: 7}, {0x30: []}), id="another code"),
        pytest.param(reply({0: 0}, {0x30: []})[:-1], id="cut short"),
        pytest.param(b"\xce\0\0\0\1" + b"\x91" * 5000, id="a bomb"),
    ],
)
def test_what_is_no_reply_is_not_read(data: bytes) -> None:
    """Neither data nor an error: nothing."""
    with pytest.raises(Garbled):
        iproto.decode(data)


@given(st.binary(max_size=200))
def test_whatever_comes_is_a_reply_or_garbled(data: bytes) -> None:
    """Never another exception."""
    try:
        assert isinstance(iproto.decode(b"\xce\0\0\0\1" + data), Reply)
    except Garbled:
        return


@given(st.binary(max_size=200) | st.binary(max_size=140).map(b"Tarantool ".__add__))
def test_whatever_comes_is_a_greeting_or_garbled(data: bytes) -> None:
    """A length that has come, None while it has not, or `Garbled`."""
    try:
        length = iproto.frame_greeting(data)
    except Garbled:
        return
    assert length is None or 0 < length <= len(data)
