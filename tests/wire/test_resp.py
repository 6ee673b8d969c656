"""RESP: what frames, what decodes, and what is refused before it costs anything."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled, resp
from scanner.wire.resp import MAX_BULK, MAX_DEPTH, MAX_ELEMENTS, MAX_LINE, Failure, Pairs, Status

HELLO = (
    b"%3\r\n$6\r\nserver\r\n$5\r\nredis\r\n"
    b"$5\r\nproto\r\n:3\r\n$7\r\nmodules\r\n*1\r\n*2\r\n+a\r\n_\r\n"
)

VALUES = [
    pytest.param(b"+PONG\r\n", Status("PONG"), id="simple string"),
    pytest.param(b"+\r\n", Status(""), id="empty simple string"),
    pytest.param(
        b"-NOAUTH Authentication required.\r\n",
        Failure("NOAUTH", "Authentication required."),
        id="error",
    ),
    pytest.param(b"-ERR\r\n", Failure("ERR", ""), id="error without a text"),
    pytest.param(b"-nothing in capitals\r\n", Failure("", "nothing in capitals"), id="odd error"),
    pytest.param(b":12\r\n", 12, id="integer"),
    pytest.param(b":-1\r\n", -1, id="negative integer"),
    pytest.param(b"$5\r\nhe\r\no\r\n", b"he\r\no", id="bulk that holds a line end"),
    pytest.param(b"$0\r\n\r\n", b"", id="empty bulk"),
    pytest.param(b"$-1\r\n", None, id="null bulk"),
    pytest.param(b"*-1\r\n", None, id="null array"),
    pytest.param(b"*0\r\n", (), id="empty array"),
    pytest.param(b"*2\r\n:1\r\n*1\r\n$1\r\nx\r\n", (1, (b"x",)), id="nested array"),
    pytest.param(b"_\r\n", None, id="null of RESP3"),
    pytest.param(b"#t\r\n", True, id="boolean"),
    pytest.param(b",1.5e3\r\n", 1500.0, id="double"),
    pytest.param(b",-inf\r\n", -inf, id="endless double"),
    pytest.param(b"(12345678901234567890123\r\n", 12345678901234567890123, id="big number"),
    pytest.param(b"=8\r\ntxt:# Hi\r\n", b"# Hi", id="verbatim string"),
    pytest.param(b"!8\r\nERR nope\r\n", Failure("ERR", "nope"), id="bulk error"),
    pytest.param(b"~1\r\n+x\r\n", (Status("x"),), id="set"),
    pytest.param(b">1\r\n+x\r\n", (Status("x"),), id="push"),
    pytest.param(
        HELLO,
        Pairs(((b"server", b"redis"), (b"proto", 3), (b"modules", ((Status("a"), None),)))),
        id="map",
    ),
]

REFUSED = [
    pytest.param(b"HTTP/1.1 400 Bad Request\r\n", id="another protocol"),
    pytest.param(b"H", id="another protocol, by its first byte"),
    pytest.param(b"\x15\x03\x01\x00\x02\x02\x46", id="a TLS alert"),
    pytest.param(b"\r\n", id="an empty line"),
    pytest.param(b":\r\n", id="an integer without digits"),
    pytest.param(b":1x\r\n", id="an integer with a letter"),
    pytest.param(b":" + b"9" * 21 + b"\r\n", id="an integer beyond 64 bits"),
    pytest.param(b"(" + b"9" * 2000 + b"\r\n", id="a big number that takes long to read"),
    pytest.param(b",one\r\n", id="a double in words"),
    pytest.param(b"#yes\r\n", id="a boolean in words"),
    pytest.param(b"_x\r\n", id="a null that holds something"),
    pytest.param(b"$999999999\r\n", id="a huge bulk, at its header"),
    pytest.param(b"$%d\r\n" % (MAX_BULK + 1), id="a bulk one byte too long"),
    pytest.param(b"$-2\r\n", id="a negative length"),
    pytest.param(b"$+5\r\nhello\r\n", id="a signed length"),
    pytest.param(b"$ 5\r\nhello\r\n", id="a length with a space"),
    pytest.param("$\u0665\r\nhello\r\n".encode(), id="a length in other digits"),
    pytest.param(b"$?\r\n", id="a streamed bulk, which no server sends"),
    pytest.param(b"$5\r\nhelloXX", id="a bulk that is longer than it says"),
    pytest.param(b"*%d\r\n" % (MAX_ELEMENTS + 1), id="too many elements, at the header"),
    pytest.param(b"%%%d\r\n" % (MAX_ELEMENTS // 2 + 1), id="a map counts twice"),
    pytest.param(b"*2\r\n" + (b"*%d\r\n" % MAX_ELEMENTS) * 2, id="too many elements in all"),
    pytest.param(b"*1\r\n" * (MAX_DEPTH + 1) + b":1\r\n", id="nested too deep"),
    pytest.param(b"=2\r\nab\r\n", id="a verbatim string without a format"),
    pytest.param(b"-" + b"x" * MAX_LINE, id="a line without an end"),
]


@pytest.mark.parametrize(("data", "value"), VALUES)
def test_every_type_is_decoded(data: bytes, value: object) -> None:
    """Each type of RESP2 and RESP3 becomes one value."""
    assert resp.decode(data) == value


@pytest.mark.parametrize(("data", "value"), VALUES)
def test_a_frame_ends_where_its_reply_ends(data: bytes, value: object) -> None:
    """What a server sends behind a reply belongs to the next one."""
    assert resp.frame(data + b"+more\r\n") == len(data), value


@pytest.mark.parametrize(("data", "value"), VALUES)
def test_a_truncated_reply_is_incomplete_at_every_byte(data: bytes, value: object) -> None:
    """A reply that stops is awaited, and never decoded."""
    assert [resp.frame(data[:end]) for end in range(len(data))] == [None] * len(data), value


@pytest.mark.parametrize("data", REFUSED)
def test_what_cannot_become_a_reply_is_refused_while_framing(data: bytes) -> None:
    """Nothing more is awaited of a peer that speaks otherwise or announces too much."""
    with pytest.raises(Garbled):
        resp.frame(data)


def test_the_deepest_allowed_nesting_is_read() -> None:
    """The cap on depth is the number that it says."""
    assert resp.frame(b"*1\r\n" * MAX_DEPTH + b":1\r\n") == 4 * MAX_DEPTH + 4


def test_the_longest_denial_of_a_real_server_fits_into_a_line() -> None:
    """Protected mode explains itself in 1,102 bytes."""
    assert resp.frame(b"-DENIED " + b"x" * 1092 + b"\r\n") == 1102


def test_half_a_reply_is_not_decoded() -> None:
    """Decoding is for whole replies."""
    with pytest.raises(Garbled):
        resp.decode(b"$5\r\nhel")


def test_two_replies_are_not_decoded_as_one() -> None:
    """A peer that answers twice is not understood by half."""
    with pytest.raises(Garbled):
        resp.decode(b"+a\r\n+b\r\n")


def test_a_refusal_never_repeats_what_the_peer_sent() -> None:
    """An error message may be printed, so it holds no byte of a server."""
    with pytest.raises(Garbled, match=r"^a RESP integer that is none$"):
        resp.frame(b":CANARY\r\n")


def test_a_command_is_an_array_of_bulk_strings() -> None:
    """The inline form would let a server read HTTP or a log line in what we send."""
    assert resp.command("INFO", "server") == b"*2\r\n$4\r\nINFO\r\n$6\r\nserver\r\n"


@given(st.binary(max_size=200))
def test_any_bytes_are_a_frame_or_incomplete_or_garbled(data: bytes) -> None:
    """No input raises anything else, and a frame is never longer than what has come."""
    assert _framed(data) in range(-1, len(data) + 1)


@given(st.text(alphabet="*$%~>:,#_(=!+-0123456789\r\ntxab", max_size=80))
def test_almost_replies_are_a_frame_or_incomplete_or_garbled(text: str) -> None:
    """The same for input that looks like RESP."""
    data = text.replace("\n", "\r\n").encode()
    assert _framed(data) in range(-1, len(data) + 1)


@given(st.binary(max_size=200), st.binary(max_size=20))
def test_what_is_framed_decodes_whatever_follows_it(payload: bytes, behind: bytes) -> None:
    """Framing and decoding agree."""
    data = b"$%d\r\n%b\r\n" % (len(payload), payload)

    assert resp.decode(data[: resp.frame(data + behind)]) == payload


def _framed(data: bytes) -> int:
    try:
        size = resp.frame(data)
    except Garbled:
        return -1
    if size is not None:
        resp.decode(data[:size])
    return size or 0
